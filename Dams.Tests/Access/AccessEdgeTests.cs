using System.Net;
using System.Net.Http.Headers;
using System.Runtime.Versioning;
using System.ServiceModel;
using System.Text;
using Dams.Contracts.Domain;
using Dams.Contracts.Soap;
using Dams.FrontEnd.Access;
using Dams.Hosting.Access;
using Dams.Hosting.Topology;
using Dams.Ordering.Driver;
using Dams.Service;
using Dams.Tests.Contracts;
using Dams.Tests.Hosting;
using Dams.Tests.Soap;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dams.Tests.Access;

[UnsupportedOSPlatform("windows")]
public sealed class AccessEdgeTests
{
    private const string Hello = "<n:sayHello xmlns:n=\"http://dams.ws.com/\"><arg0>MTLP1234</arg0></n:sayHello>";

    private TestFolder _folder = null!;

    private string UsersFile => _folder.File("users.json");

    private ClusterTopology Topology => ClusterTopology.Default(dataFolder: _folder.Path) with { Users = new UserSettings(UsersFile) };

    [SetUp]
    public void MakeFolder()
    {
        _folder = new TestFolder();
        UserFile.Change(UsersFile, _ => AccessTestServer.Users);
    }

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    [TestCase("none", SoapMessage.Soap11)]
    [TestCase("none", SoapMessage.Soap12)]
    [TestCase("Basic MTLP1234 wrong", SoapMessage.Soap11)]
    [TestCase("Basic MTLP9999 wrong", SoapMessage.Soap12)]
    [TestCase("Basic QUEP1234 right", SoapMessage.Soap11)]
    [TestCase("Basic", SoapMessage.Soap11)]
    [TestCase("Basic !!!", SoapMessage.Soap11)]
    [TestCase("Bearer x", SoapMessage.Soap11)]
    [TestCase("Negotiate x", SoapMessage.Soap11)]
    public async Task No_credentials_and_wrong_ones_get_401_with_one_fault_in_the_version_of_the_request(string header, string soap)
    {
        await using var server = await AccessTestServer.StartAsync(Topology);
        using var client = AccessTestServer.Client();
        using var request = SoapMessage.Post(
            new Uri(server.Plain, "/AppointmentService"),
            Encoding.UTF8.GetBytes(SoapMessage.Envelope(SoapMessage.Add, soap)),
            soap == SoapMessage.Soap12 ? "application/soap+xml" : "text/xml");
        request.Headers.Authorization = HeaderOf(header);
        using var response = await client.SendAsync(request);
        var answer = new SoapAnswer(response.StatusCode, response.Content.Headers.ContentType, await response.Content.ReadAsStringAsync());
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(answer.Body.Name.NamespaceName, Is.EqualTo(soap));
        Assert.That(
            (answer.Fault("code"), answer.Reason, answer.Fault("execution")),
            Is.EqualTo(("Unauthenticated", "The caller is not authenticated.", "NotExecuted")));
        Assert.That(response.Headers.WwwAuthenticate.ToString(), Is.EqualTo("Basic realm=\"DAMS\", charset=\"UTF-8\""));
    }

    [Test]
    public async Task The_original_contract_asks_for_users_too()
    {
        await using var server = await AccessTestServer.StartAsync(Topology);
        var refused = await server.SendAsync(null, Hello, "/FrontEnd");
        Assert.That(refused.Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(refused.Text, Does.Contain("Unauthenticated: The caller is not authenticated."));
        var other = Request("MTLP9999", 2);
        Assert.That((await server.SendAsync(AccessTestServer.Basic("MTLP1234"), other, "/FrontEnd")).Text,
            Does.Contain("NotPermitted: The user MTLP1234 may not act as MTLP9999"));
        Assert.That((await server.SendAsync(AccessTestServer.Basic("MTLP1234"), Request("MTLP1234", 2), "/FrontEnd")).Text,
            Does.Not.Contain("NotPermitted"));

        static string Request(string user, int option) => "<n:receiveRequestFromClient xmlns:n=\"http://dams.ws.com/\">"
            + $"<arg0>{user}</arg0><arg1>Dental</arg1><arg2>MTLE210422</arg2><arg3>0</arg3><arg4>{user}</arg4><arg5>{option}</arg5>"
            + "</n:receiveRequestFromClient>";
    }

    [Test]
    public async Task Every_operation_wants_a_caller_for_whom_the_user_may_speak()
    {
        var executor = new ScriptedExecutor((_, _, _) => throw new InvalidOperationException("it was executed"));
        foreach (var operation in Operation.All)
        {
            // An administrator of the patient's home may call every operation.
            var arguments = operation.Method.GetParameters().Select(parameter => ArgumentOf(parameter.Name!)).ToArray();
            Assert.That(async () => await CallAsync("MTLP1234"),
                Throws.InstanceOf<FaultException<DamsFault>>().With.Property("Detail").Property("Code").EqualTo(DamsFaultCode.NotPermitted),
                operation.Name);
            Assert.That(async () => await CallAsync("MTLA1234"), Throws.InvalidOperationException, operation.Name);

            Task CallAsync(string user) => (Task)operation.Method.Invoke(
                new AppointmentService(executor, CallerIdentity.Of(CallerId.TryParse(user, out var id) ? id : default)), arguments)!;
        }

        Assert.That(executor.Asked, Has.Count.EqualTo(Operation.All.Count));
        await Task.CompletedTask;
    }

    [TestCase("MTLA1234", "MTLA1234", "Added")]
    [TestCase("mtla1234", "mtla1234", "Added")]
    [TestCase("MTLP1234", "MTLA1234", "NotPermitted")]
    [TestCase("clinic-mtl", "MTLA1234", "NotPermitted")]
    [TestCase("anna", "MTLA1234", "NotPermitted")]
    public async Task A_user_acts_as_itself_only(string user, string caller, string outcome)
    {
        await using var server = await AccessTestServer.StartAsync(Topology);
        var add = SoapMessage.Add.Replace("MTLA1234", caller, StringComparison.Ordinal);
        var answer = await server.SendAsync(AccessTestServer.Basic(user), add);
        Assert.That(answer.Result("outcome") ?? answer.Fault("code"), Is.EqualTo(outcome));
    }

    [Test]
    public async Task A_service_user_books_for_its_patients_and_for_nobody_else()
    {
        await using var server = await AccessTestServer.StartAsync(Topology);
        await server.SendAsync(AccessTestServer.Basic("MTLA1234"), SoapMessage.Add);
        Assert.That((await BookAsync("MTLP7777")).Result("outcome"), Is.EqualTo("Booked"));
        Assert.That((await BookAsync("QUEP7777")).Fault("code"), Is.EqualTo("NotPermitted"));

        Task<SoapAnswer> BookAsync(string patient) => server.SendAsync(
            AccessTestServer.Basic("clinic-mtl"),
            $"<BookAppointment xmlns=\"{SoapMessage.V1}\"><callerId>{patient}</callerId><patientId>{patient}</patientId>"
            + "<appointmentId>MTLE210422</appointmentId><appointmentType>Physician</appointmentType></BookAppointment>");
    }

    [Test]
    public async Task Documents_stay_open_and_pages_are_for_operators()
    {
        await using var server = await AccessTestServer.StartAsync(Topology);
        using var client = AccessTestServer.Client();
        Assert.That(await GetAsync("/AppointmentService?wsdl", null), Is.EqualTo(200));
        Assert.That(await GetAsync("/AppointmentService", null), Is.EqualTo(200));
        for (var i = 0; i < 6; i++)
        {
            Assert.That(
                await GetAsync("/AppointmentService?wsdl", AccessTestServer.Basic("anna", $"guess {i}")), Is.EqualTo(200), "no attempt");
        }


        Assert.That(await GetAsync("/health", null), Is.EqualTo(200));
        Assert.That(await GetAsync("/status", null), Is.EqualTo(401));
        Assert.That(await GetAsync("/status", AccessTestServer.Basic("MTLA1234")), Is.EqualTo(403));
        Assert.That(await GetAsync("/status", AccessTestServer.Basic("anna", "wrong")), Is.EqualTo(401));
        Assert.That(await GetAsync("/status", AccessTestServer.Basic("anna")), Is.EqualTo(200));

        async Task<int> GetAsync(string path, AuthenticationHeaderValue? credentials)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Plain, path));
            request.Headers.Authorization = credentials;
            using var response = await client.SendAsync(request);
            Assert.That(response.Headers.GetValues("X-Content-Type-Options"), Is.EqualTo(new[] { "nosniff" }), path);
            Assert.That(response.Headers.GetValues("Referrer-Policy"), Is.EqualTo(new[] { "no-referrer" }), path);
            Assert.That(response.Headers.WwwAuthenticate, Has.Count.EqualTo(response.StatusCode == HttpStatusCode.Unauthorized ? 1 : 0));
            return (int)response.StatusCode;
        }
    }

    [Test]
    public async Task A_guesser_gets_429_with_Retry_After_and_can_not_dodge_it_by_a_forwarded_header()
    {
        await using var server = await AccessTestServer.StartAsync(Topology);
        using var client = AccessTestServer.Client();
        for (var i = 0; i < 5; i++)
            Assert.That((await GuessAsync(i)).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        var (status, retryAfter, text) = await GuessAsync(99);
        Assert.That((status, retryAfter), Is.EqualTo((HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(1))));
        Assert.That(text, Does.Contain("<code>Unauthenticated</code>").And.Contain("<retryAfterMs>"));

        async Task<(HttpStatusCode Status, TimeSpan? RetryAfter, string Text)> GuessAsync(int number)
        {
            using var request = SoapMessage.Post(
                new Uri(server.Plain, "/AppointmentService"), Encoding.UTF8.GetBytes(SoapMessage.Envelope(SoapMessage.Add)), "text/xml");
            request.Headers.Authorization = AccessTestServer.Basic($"MTLP{number:D4}", "a guess");
            request.Headers.Add("X-Forwarded-For", $"10.0.0.{number}");
            using var response = await client.SendAsync(request);
            return (response.StatusCode, response.Headers.RetryAfter?.Delta, await response.Content.ReadAsStringAsync());
        }
    }

    [Test]
    public async Task Behind_a_trusted_proxy_each_client_has_its_own_attempts_and_passwords_need_https()
    {
        await using var server = await AccessTestServer.StartAsync(Topology with { TrustedProxies = [IPNetwork.Parse("127.0.0.0/8")] });
        using var client = AccessTestServer.Client();
        for (var i = 0; i < 5; i++)
            Assert.That((await AskAsync($"MTLP000{i}", "a guess", "10.0.0.1", "https")).Status, Is.EqualTo(401));
        Assert.That((await AskAsync("MTLA1234", AccessTestServer.Password, "10.0.0.1", "https")).Status, Is.EqualTo(429));
        Assert.That((await AskAsync("MTLA1234", AccessTestServer.Password, "10.0.0.2", "https")).Status, Is.EqualTo(200));
        // The client has written the first value, and the proxy the last.
        Assert.That((await AskAsync("MTLA1234", AccessTestServer.Password, "10.0.0.77, 10.0.0.1", "https")).Status, Is.EqualTo(429));
        var (status, text) = await AskAsync("MTLA1234", AccessTestServer.Password, "10.0.0.3", "http");
        Assert.That(status, Is.EqualTo(401));
        Assert.That(text, Does.Contain("over HTTPS only"));

        async Task<(int Status, string Text)> AskAsync(string user, string password, string from, string scheme)
        {
            using var request = SoapMessage.Post(
                new Uri(server.Plain, "/AppointmentService"), Encoding.UTF8.GetBytes(SoapMessage.Envelope(SoapMessage.Add)), "text/xml");
            request.Headers.Authorization = AccessTestServer.Basic(user, password);
            request.Headers.TryAddWithoutValidation("X-Forwarded-For", from);
            request.Headers.Add("X-Forwarded-Proto", scheme);
            using var response = await client.SendAsync(request);
            return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
        }
    }

    [Test]
    public async Task A_connection_survives_a_401_and_a_client_that_holds_its_body_back_is_answered_at_once()
    {
        await using var server = await AccessTestServer.StartAsync(Topology);
        using var held = new System.Net.Sockets.TcpClient();
        await held.ConnectAsync(IPAddress.Parse(server.Plain.Host), server.Plain.Port);
        await using var stream = held.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /AppointmentService HTTP/1.1\r\nHost: {server.Plain.Authority}\r\nContent-Type: text/xml\r\n"
            + "Content-Length: 100000\r\nExpect: 100-continue\r\n\r\n"));
        var read = new byte[8192];
        var answer = Encoding.ASCII.GetString(read, 0, await stream.ReadAsync(read).AsTask().WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.That(answer, Does.StartWith("HTTP/1.1 401").And.Contain("Connection: close"));

        var opened = 0;
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, stop) =>
            {
                opened++;
                var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
                await socket.ConnectAsync(context.DnsEndPoint, stop);
                return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
            },
        };
        using var client = new HttpClient(handler);
        for (var i = 0; i < 4; i++)
        {
            using var request = SoapMessage.Post(
                new Uri(server.Plain, "/AppointmentService"), Encoding.UTF8.GetBytes(SoapMessage.Envelope(SoapMessage.Add)), "text/xml");
            request.Headers.Authorization = i % 2 == 0 ? null : AccessTestServer.Basic("MTLA1234");
            using var response = await client.SendAsync(request);
            Assert.That((int)response.StatusCode, Is.EqualTo(i % 2 == 0 ? 401 : 200));
        }

        Assert.That(opened, Is.EqualTo(1));
    }

    [Test]
    public async Task A_user_has_only_a_share_of_the_calls_in_flight_and_others_are_served()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var held = 0;
        var executor = new ScriptedExecutor(async (command, _, ct) =>
        {
            if (command.Caller.Hospital == Hospital.MTL && Interlocked.Increment(ref held) <= 3)
                await release.Task.WaitAsync(ct);
            return new ExecutedReply(new AddReply(AddOutcome.Added), 7);
        });
        UserFile.Change(UsersFile, list => list.With(list.Find("MTLA1234")! with { Name = "QUEA1234" }));
        await using var server = await AccessTestServer.StartAsync(
            Topology with { Limits = new ClusterLimits { InFlightCallsMax = 10, UserSharePercent = 30, AddressSharePercent = 100 } },
            executor);
        var under = Enumerable.Range(0, 3).Select(_ => server.SendAsync(AccessTestServer.Basic("MTLA1234"), SoapMessage.Add)).ToList();
        await Eventually.IsTrueAsync(() => Volatile.Read(ref held) == 3);
        var refused = await server.SendAsync(AccessTestServer.Basic("MTLA1234"), SoapMessage.Add);
        Assert.That((refused.Fault("code"), refused.Fault("execution")), Is.EqualTo(("Overloaded", "NotExecuted")));
        var other = await server.SendAsync(AccessTestServer.Basic("QUEA1234"),
            SoapMessage.Add.Replace("MTL", "QUE", StringComparison.Ordinal));
        Assert.That(other.Result("outcome"), Is.EqualTo("Added"));
        release.SetResult();
        Assert.That((await Task.WhenAll(under)).Select(answer => answer.Result("outcome")), Is.All.EqualTo("Added"));
        Assert.That((await server.SendAsync(AccessTestServer.Basic("MTLA1234"), SoapMessage.Add)).Result("outcome"), Is.EqualTo("Added"));
    }

    [Test]
    public void A_cluster_beyond_loopback_without_users_does_not_start_unless_it_is_open()
    {
        var beyond = TopologyReader.Read("""
            {
              "hosts": { "a": "10.20.1.10" }, "frontEnds": [{ "host": "a" }], "sequencers": [{ "host": "a" }],
              "replicas": [{ "host": "a" }]
            }
            """, _folder.Path).Topology!;
        Assert.That(() => Open(beyond),
            Throws.TypeOf<UserFileException>().With.Message.Contains("\"access\": \"open\""));
        using var open = Open(beyond with { Access = AccessRule.Open });
        Assert.That(open.Gate, Is.Null);
        Assert.That(open.Callers, Is.Not.Null, "addresses are limited");
        using var loopback = Open(ClusterTopology.Default(dataFolder: _folder.Path));
        Assert.That((loopback.Gate, loopback.Callers), Is.EqualTo(((AccessGate?)null, (CallerAccess?)null)), "as before");

        static FrontAccess Open(ClusterTopology topology) => FrontAccess.Open(topology, NullLoggerFactory.Instance, ClockSource.System);
    }

    private static AuthenticationHeaderValue? HeaderOf(string text)
    {
        var parts = text.Split(' ');
        return parts switch
        {
            ["none"] => null,
            ["Basic", var name, var password] => AccessTestServer.Basic(name, password == "right" ? AccessTestServer.Password : password),
            [var scheme] => new AuthenticationHeaderValue(scheme),
            [var scheme, var parameter, ..] => new AuthenticationHeaderValue(scheme, parameter),
            _ => throw new ArgumentException(text),
        };
    }

    private static object? ArgumentOf(string parameter) => parameter switch
    {
        "requestId" => null,
        "callerId" => "MTLA1234",
        "patientId" => "MTLP1234",
        "capacity" => 1,
        _ when parameter.EndsWith("Type", StringComparison.Ordinal) || parameter == "appointmentType" => AppointmentType.Physician,
        _ => parameter.StartsWith("new", StringComparison.Ordinal) ? "MTLM210422" : "MTLE210422",
    };
}
