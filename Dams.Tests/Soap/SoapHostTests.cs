using System.Net;
using System.ServiceModel;
using System.Text;
using System.Xml.Linq;
using Dams.Contracts.Domain;
using Dams.Contracts.Soap;
using Dams.Service;
using Dams.Soap;

namespace Dams.Tests.Soap;

/// <summary>Tests the host with good and unusual messages, and with services that fail.</summary>
public sealed class SoapHostTests
{
    private const string Xml12 = "application/soap+xml; charset=utf-8";
    private const string Instance = "xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'";

    [TestCase("text/xml; charset=utf-8")]
    [TestCase("TEXT/XML;charset=\"UTF-8\"")]
    [TestCase("text/xml")]
    public async Task Soap_11_is_recognized_by_its_content_type(string contentType)
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var answer = await SoapMessage.SendAsync(server, SoapMessage.Envelope(SoapMessage.Add), "\"\"", contentType);
        Assert.That(
            (answer.Status, answer.Result("outcome"), answer.Result("sequence")),
            Is.EqualTo((HttpStatusCode.OK, "Added", "1")),
            answer.Text);
    }

    [TestCase("application/soap+xml")]
    [TestCase("application/soap+xml; charset=utf-8; action=\"http://dams.example.org/appointments/v1/AddAppointment\"")]
    [TestCase("application/soap+xml; action=\"\"")]
    public async Task Soap_12_is_recognized_by_its_content_type(string contentType)
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var answer = await SoapMessage.SendAsync(server, SoapMessage.Envelope(SoapMessage.Add, SoapMessage.Soap12), null, contentType);
        Assert.That((answer.Status, answer.Result("outcome")), Is.EqualTo((HttpStatusCode.OK, "Added")), answer.Text);
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("\"\"")]
    [TestCase("\"http://dams.example.org/appointments/v1/AddAppointment\"")]
    [TestCase("http://dams.example.org/appointments/v1/AddAppointment")]
    [TestCase("\"http://dams.example.org/appointments/v1#AddAppointment\"")]
    public async Task A_soap_action_that_is_absent_empty_or_right_is_accepted(string? action)
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var answer = await SoapMessage.SendAsync(server, SoapMessage.Envelope(SoapMessage.Add), action);
        Assert.That(answer.Result("outcome"), Is.EqualTo("Added"), answer.Text);
    }

    private static IEnumerable<TestCaseData> Unusual()
    {
        var add = SoapMessage.Add;
        yield return Row(
            "nil for an absent optional",
            add.Replace("</capacity>", $"</capacity><requestId xsi:nil='true' {Instance}/>", StringComparison.Ordinal));
        yield return Row(
            "xsi:type everywhere",
            add.Replace(
                "<callerId",
                $"<callerId xsi:type='xsd:string' {Instance} xmlns:xsd='http://www.w3.org/2001/XMLSchema'",
                StringComparison.Ordinal));
        yield return Row("encodingStyle", add.Replace("<AddAppointment", "<AddAppointment s:encodingStyle=''", StringComparison.Ordinal));
        yield return Row("empty request id", add.Replace("</capacity>", "</capacity><requestId/>", StringComparison.Ordinal));
        yield return Row(
            "namespace prefix",
            add.Replace(" xmlns=", " xmlns:p=", StringComparison.Ordinal)
                .Replace("</", "</p:", StringComparison.Ordinal)
                .Replace("<c", "<p:c", StringComparison.Ordinal)
                .Replace("<a", "<p:a", StringComparison.Ordinal)
                .Replace("<A", "<p:A", StringComparison.Ordinal));
        yield return Row(
            "white space around ids and numbers",
            add.Replace("MTLA1234", " \r\n\tmtla1234 ", StringComparison.Ordinal).Replace(">2<", "> +2\n<", StringComparison.Ordinal));
        yield return Row(
            "comments and CDATA",
            add.Replace("MTLA1234", "<!-- who -->MTL<![CDATA[A12]]>3<!-- -->4", StringComparison.Ordinal));
        yield return Row("character references", add.Replace("MTLA1234", "&#77;TL&#x41;1234", StringComparison.Ordinal));
        yield return Row("processing instruction", "<?x y?>" + add);
        yield return Row(
            "header that need not be understood", add, "<s:Header><h xmlns='urn:h' s:mustUnderstand='0'>text<i/></h></s:Header>");
        yield return Row("empty header", add, "<s:Header/>");
        yield return Row(
            "header for another actor",
            add,
            "<s:Header><h xmlns='urn:h' s:mustUnderstand='1' s:actor='urn:next-but-one'/></s:Header>");
        static TestCaseData Row(string name, string body, string header = "") =>
            new TestCaseData(SoapMessage.Envelope(body, header: header)).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Unusual))]
    public async Task Unusual_messages_that_mean_the_same_are_accepted(string envelope)
    {
        foreach (var fullValidation in new[] { false, true })
        {
            await using var server = await SoapTestServer.StartAsync(
                new DictionaryExecutor(), SoapTestServer.Options with { FullValidationOnly = fullValidation });
            var answer = await SoapMessage.SendAsync(server, envelope);
            Assert.That(answer.Result("outcome"), Is.EqualTo("Added"), answer.Text);
        }
    }

    private static IEnumerable<TestCaseData> Encodings()
    {
        var text = SoapMessage.Envelope(SoapMessage.Add);
        const string Declaration = "<?xml version=\"1.0\" encoding=\"utf-16\"?>";
        yield return Row("UTF-8 with byte order mark", Encoding.UTF8.GetPreamble(), Encoding.UTF8, text, "text/xml");
        yield return Row(
            "UTF-16 little-endian with byte order mark",
            Encoding.Unicode.GetPreamble(),
            Encoding.Unicode,
            Declaration + text,
            "text/xml");
        yield return Row(
            "UTF-16 big-endian with byte order mark",
            Encoding.BigEndianUnicode.GetPreamble(),
            Encoding.BigEndianUnicode,
            text,
            "text/xml; charset=utf-16");
        yield return Row("UTF-16 little-endian without byte order mark", [], Encoding.Unicode, Declaration + text, "text/xml");
        yield return Row("UTF-16 big-endian by charset", [], Encoding.BigEndianUnicode, text, "text/xml; charset=utf-16be");
        yield return Row("UTF-16 little-endian by charset", [], Encoding.Unicode, text, "text/xml; charset=UTF-16LE");
        yield return Row(
            "charset overrides declaration",
            [],
            Encoding.UTF8,
            "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>" + text,
            "text/xml; charset=utf-8");
        yield return Row("ASCII", [], Encoding.ASCII, text, "text/xml; charset=us-ascii");
        static TestCaseData Row(string name, byte[] mark, Encoding encoding, string text, string contentType) =>
            new TestCaseData((byte[])[.. mark, .. encoding.GetBytes(text)], contentType).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Encodings))]
    public async Task Utf_8_and_utf_16_are_read(byte[] body, string contentType)
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        using var request = SoapMessage.Post(server.AppointmentService, body, contentType);
        var answer = await SoapMessage.SendAsync(server, request);
        Assert.That(answer.Result("outcome"), Is.EqualTo("Added"), answer.Text);
    }

    [Test]
    public async Task Other_methods_are_not_allowed()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        foreach (var method in new[] { HttpMethod.Put, HttpMethod.Delete, HttpMethod.Options, HttpMethod.Patch })
        {
            using var request = new HttpRequestMessage(method, server.AppointmentService);
            using var response = await server.Http.SendAsync(request);
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.MethodNotAllowed));
            Assert.That(string.Join(",", response.Content.Headers.Allow), Is.EqualTo("GET,HEAD,POST"));
        }
    }

    [Test]
    public async Task The_help_page_answers_head_without_a_body()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var page = await server.Http.GetStringAsync(server.AppointmentService);
        using var head = new HttpRequestMessage(HttpMethod.Head, server.AppointmentService);
        using var response = await server.Http.SendAsync(head);
        Assert.That(
            (response.StatusCode, response.Content.Headers.ContentLength),
            Is.EqualTo((HttpStatusCode.OK, (long?)Encoding.UTF8.GetByteCount(page))));
    }

    [Test]
    public async Task An_exception_in_the_service_gives_a_server_fault_with_a_reference_to_the_log()
    {
        await using var server = await SoapTestServer.StartAsync(
            new ScriptedExecutor((_, _, _) => throw new InvalidOperationException("the secret of the house")));
        foreach (var (envelope, contentType, code) in new[]
        {
            (SoapMessage.Envelope(SoapMessage.Add), "text/xml", "Server"),
            (SoapMessage.Envelope(SoapMessage.Add, SoapMessage.Soap12), Xml12, "Receiver"),
        })
        {
            var answer = await SoapMessage.SendAsync(server, envelope, null, contentType);
            Assert.That(
                (answer.Status, answer.Code, answer.Fault("code")),
                Is.EqualTo((HttpStatusCode.InternalServerError, code, "InternalError")));
            Assert.That(answer.Text, Does.Not.Contain("secret").And.Not.Contain("InvalidOperation"));
            var reference = answer.Reason!.Split("reference ")[1].TrimEnd('.');
            Assert.That(server.Log, Has.Some.Contains(reference).And.Some.Contains("the secret of the house"));
        }
    }

    private static IEnumerable<TestCaseData> Faults()
    {
        yield return Row(DamsFaults.Overloaded(TimeSpan.FromMilliseconds(250), "r"), "Overloaded", "NotExecuted", "250");
        yield return Row(DamsFaults.OverloadedUntilDeadline(TimeSpan.FromSeconds(1), "r"), "Overloaded", "Unknown", "1000");
        yield return Row(DamsFaults.SequencerUnavailable("r"), "SequencerUnavailable", "Unknown", "3000");
        yield return Row(DamsFaults.NoQuorum("r"), "NoQuorum", "Unknown", "1000");
        yield return Row(DamsFaults.InsufficientReplicas("r"), "InsufficientReplicas", "NotExecuted", "5000");
        yield return Row(DamsFaults.ReplicaDivergence("r"), "ReplicaDivergence", "Executed", null);
        yield return Row(DamsFaults.InternalError("r"), "InternalError", "NotExecuted", null);
        yield return Row(DamsFaults.RequestIdReused("r"), "RequestIdReused", "NotExecuted", null, isClient: true);
        yield return Row(DamsFaults.NotPermitted("No.", "r"), "NotPermitted", "NotExecuted", null, isClient: true);
        static TestCaseData Row(
            FaultException<DamsFault> fault, string code, string execution, string? retryAfterMs, bool isClient = false) =>
            new TestCaseData(fault, code, execution, retryAfterMs, isClient).SetArgDisplayNames($"{code}, {execution}");
    }

    [TestCaseSource(nameof(Faults))]
    public async Task A_fault_of_the_service_says_whether_the_request_was_executed(
        FaultException<DamsFault> fault, string code, string execution, string? retryAfterMs, bool isClient)
    {
        await using var server = await SoapTestServer.StartAsync(new ScriptedExecutor((_, _, _) => throw fault));
        foreach (var is12 in new[] { false, true })
        {
            var envelope = SoapMessage.Envelope(SoapMessage.Add, is12 ? SoapMessage.Soap12 : SoapMessage.Soap11);
            var answer = await SoapMessage.SendAsync(server, envelope, null, is12 ? Xml12 : "text/xml");
            Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.InternalServerError));
            Assert.That(answer.Code, Is.EqualTo((is12, isClient) switch
            {
                (false, true) => "Client",
                (true, true) => "Sender",
                (false, false) => "Server",
                _ => "Receiver",
            }));
            Assert.That(
                (answer.Fault("code"), answer.Fault("execution"), answer.Fault("retryAfterMs"), answer.Fault("requestId")),
                Is.EqualTo((code, execution, retryAfterMs, "r")));
        }
    }

    [Test]
    public async Task A_chunked_message_over_the_limit_is_refused()
    {
        await using var server = await SoapTestServer.StartAsync(
            new DictionaryExecutor(), SoapTestServer.Options with { RequestBytesMax = 1000 });
        var text = SoapMessage.Envelope(SoapMessage.Add) + new string(' ', 2000);
        using var request = SoapMessage.Post(server.AppointmentService, Encoding.UTF8.GetBytes(text), "text/xml");
        request.Headers.TransferEncodingChunked = true;
        var answer = await SoapMessage.SendAsync(server, request);
        Assert.That((answer.Status, answer.Fault("code")), Is.EqualTo((HttpStatusCode.RequestEntityTooLarge, "InvalidRequest")));
    }

    [Test]
    public async Task A_soap_12_fault_names_unknown_headers_and_supported_versions()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var header = "<s:Header><h xmlns='urn:h' s:mustUnderstand='1'/></s:Header>";
        var notUnderstood = await SoapMessage.SendAsync(
            server, SoapMessage.Envelope(SoapMessage.Add, SoapMessage.Soap12, header), null, Xml12);
        var named = notUnderstood.Header!.Elements().Single();
        Assert.That(
            (named.Name.LocalName, (string?)named.Attribute("qname"), named.GetNamespaceOfPrefix("h")?.NamespaceName),
            Is.EqualTo(("NotUnderstood", "h:h", "urn:h")));

        var mismatch = await SoapMessage.SendAsync(server, SoapMessage.Envelope(SoapMessage.Add, "urn:soap"), null, Xml12);
        Assert.That(mismatch.Code, Is.EqualTo("VersionMismatch"));
        Assert.That(
            mismatch.Header!.Descendants().Attributes("qname").Select(name => name.Value),
            Is.EqualTo(new[] { "s12:Envelope", "s11:Envelope" }));
    }

    [Test]
    public async Task An_unauthenticated_client_gets_401_with_a_fault_before_the_body_is_read()
    {
        var executor = new ScriptedExecutor((_, _, _) => throw new InvalidOperationException());
        await using var server = await SoapTestServer.StartAsync(executor, SoapTestServer.Options with
        {
            Authorize = _ => ValueTask.FromResult<SoapDenial?>(new SoapDenial(DamsFaults.Unauthenticated())),
            Challenges = ["Basic realm=\"DAMS\""],
        });
        using var request = SoapMessage.Post(server.AppointmentService, Encoding.UTF8.GetBytes("nonsense"), "text/xml");
        using var response = await server.Http.SendAsync(request);
        var answer = new SoapAnswer(response.StatusCode, response.Content.Headers.ContentType, await response.Content.ReadAsStringAsync());
        Assert.That(
            (answer.Status, answer.Code, answer.Fault("code")),
            Is.EqualTo((HttpStatusCode.Unauthorized, "Client", "Unauthenticated")));
        Assert.That(response.Headers.WwwAuthenticate.ToString(), Is.EqualTo("Basic realm=\"DAMS\""));
        Assert.That(executor.Asked, Is.Empty);
    }

    [Test]
    public async Task The_caller_of_a_message_must_be_the_authenticated_user()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor(), user: "mtla1234");
        Assert.That((await SoapMessage.SendAsync(server, SoapMessage.Envelope(SoapMessage.Add))).Result("outcome"), Is.EqualTo("Added"));
        var other = await SoapMessage.SendAsync(
            server, SoapMessage.Envelope(SoapMessage.Add.Replace("MTLA1234", "MTLA9999", StringComparison.Ordinal)));
        Assert.That((other.Fault("code"), other.Reason),
            Is.EqualTo(("NotPermitted", "The user MTLA1234 may not act as MTLA9999: it may act as MTLA1234.")));
    }

    [Test]
    public async Task A_client_that_disconnects_cancels_its_call()
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await SoapTestServer.StartAsync(new ScriptedExecutor(async (_, _, ct) =>
        {
            entered.SetResult();
            await using var registration = ct.Register(cancelled.SetResult);
            await Task.Delay(Timeout.Infinite, ct);
            throw new InvalidOperationException("never reached");
        }));
        using var gone = new CancellationTokenSource();
        using var request = SoapMessage.Post(
            server.AppointmentService, Encoding.UTF8.GetBytes(SoapMessage.Envelope(SoapMessage.Add)), "text/xml");
        var call = server.Http.SendAsync(request, gone.Token);
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await gone.CancelAsync();
        Assert.That(async () => await call, Throws.InstanceOf<OperationCanceledException>());
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Test]
    public async Task The_executor_gets_canonical_ids_and_the_request_id_unchanged()
    {
        var executor = new ScriptedExecutor((_, _, _) => ValueTask.FromResult(new ExecutedReply(new AddReply(AddOutcome.Added), 7)));
        await using var server = await SoapTestServer.StartAsync(executor);
        var body = SoapMessage.Add.Replace("MTLA1234", " mtla1234", StringComparison.Ordinal)
            .Replace("MTLE210422", "mtle210422\n", StringComparison.Ordinal)
            .Replace("</capacity>", "</capacity><requestId> Mine </requestId>", StringComparison.Ordinal);
        var answer = await SoapMessage.SendAsync(server, SoapMessage.Envelope(body));
        Assert.That(answer.Result("sequence"), Is.EqualTo("7"));
        Assert.That(executor.Asked.Single(), Is.EqualTo(((Command)new AddAppointment(
            new CallerId(true, Hospital.MTL, 1234),
            new Slot(new AppointmentId(Hospital.MTL, new DateOnly(2022, 4, 21), TimeOfDay.Evening), AppointmentType.Physician),
            2), " Mine ")));
    }

    [Test]
    public async Task A_replica_answers_reads_and_refuses_writes_with_the_front_ends_address()
    {
        await using var server = await SoapTestServer.StartAsync(
            new ReadOnlyAppointmentExecutor(new DictionaryExecutor(), () => "http://front:8080/AppointmentService"));
        var write = await SoapMessage.SendAsync(server, SoapMessage.Envelope(SoapMessage.Add));
        Assert.That((write.Fault("code"), write.Code), Is.EqualTo(("NotPermitted", "Client")));
        Assert.That(write.Reason, Does.Contain("http://front:8080/AppointmentService"));
        var read = await SoapMessage.SendAsync(
            server,
            SoapMessage.Envelope(BadInputTests.Call("GetAppointmentSchedule", ("callerId", "MTLP1234"), ("patientId", "MTLP1234"))));
        Assert.That(read.Result("outcome"), Is.EqualTo("Scheduled"));
        Assert.That(read.Body.Descendants(XName.Get("bookings", SoapMessage.V1)).Single().HasElements, Is.False);
    }
}
