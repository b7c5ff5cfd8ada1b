using System.Globalization;
using System.Text;
using System.Text.Json;
using Dams.FrontEnd.Audit;
using Dams.Hosting.Logging;
using Dams.Hosting.Topology;
using Dams.Service;
using Dams.Soap;
using Dams.Soap.Security;
using Dams.Tests.Hosting;
using Dams.Tests.Soap;
using Dams.Tests.Soap.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Testing;

namespace Dams.Tests.Audit;

/// <summary>The audit has a line for each call and for credentials that were refused.</summary>
internal sealed class CallAuditTests
{
    private TestFolder _folder = null!;
    private CallAudit _audit = null!;
    private SoapTestServer _server = null!;
    private bool _isEnded;

    private string AuditPath => _folder.File("frontend1.audit.jsonl");

    [SetUp]
    public async Task SetUp()
    {
        _folder = new TestFolder();
        _isEnded = false;
        _audit = new CallAudit(AuditFile.Open(AuditPath, new LogSettings(_folder.Path), new FakeLogger()), TimeProvider.System);
        var options = SoapTestServer.Options with
        {
            Authorize = http => ValueTask.FromResult<SoapDenial?>(
                http.Request.Headers.Authorization.Count == 0 ? null : new SoapDenial(DamsFaults.Unauthenticated())),
        };
        _server = await SoapTestServer.StartAsync(
            new DictionaryExecutor(),
            options,
            configure: builder => builder.Services.AddSingleton<IStartupFilter>(new Around(_audit)),
            tokens: new UsernameTokens(new AuditedUsers(), TimeProvider.System));
    }

    [TearDown]
    public async Task TearDown()
    {
        await EndAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task A_call_has_a_line_with_caller_operation_ids_outcome_and_place()
    {
        await SoapMessage.SendAsync(_server, SoapMessage.Envelope(SoapMessage.Add));
        await SoapMessage.SendAsync(
            _server, SoapMessage.Envelope(SoapMessage.Add.Replace("MTLA1234", "MTLP1234", StringComparison.Ordinal)));
        await SecuredMessage.SendAsync(_server, "", isOriginal: true);
        var lines = await LinesAsync();
        Assert.That(lines, Has.Count.EqualTo(2), "sayHello and malformed messages are no calls of the service");
        Assert.That(Fields(lines[0]), Is.EqualTo(
            "event=call caller=MTLA1234 operation=AddAppointment appointmentId=MTLE210422 appointmentType=Physician capacity=2 "
            + "outcome=Added sequence=1 address=127.0.0.1"));
        Assert.That(lines[1].GetProperty("outcome").GetString(), Is.EqualTo("NotPermitted"));
        Assert.That(lines[0].GetProperty("time").GetDateTimeOffset(), Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromMinutes(1)));
        Assert.That(lines[0].GetProperty("milliseconds").GetDouble(), Is.InRange(0.0, 60_000.0));
    }

    [Test]
    public async Task No_text_of_a_client_can_forge_a_line_or_make_it_long()
    {
        var evil = "x&#13;&#10;{\"event\":\"call\"}&#x2028;" + new string('y', 1000);
        await SoapMessage.SendAsync(_server, SoapMessage.Envelope(SoapMessage.Add.Replace("MTLE210422", evil, StringComparison.Ordinal)));
        var text = (await LinesAsync()).Single().GetProperty("appointmentId").GetString()!;
        Assert.That(text, Has.Length.EqualTo(65).And.StartsWith("x\r\n{\"event\":\"call\"}\u2028yyy"));
        Assert.That(File.ReadAllText(AuditPath).Count(char.IsControl), Is.EqualTo(1), "the end of the line");
    }

    [Test]
    public async Task Refused_credentials_have_a_line_without_the_password()
    {
        var token = SecuredMessage.Token(SecuredMessage.User("eve") + SecuredMessage.Password("guess"));
        await SecuredMessage.SendAsync(_server, SecuredMessage.Header(token));
        await SecuredMessage.SendAsync(_server, "", basic: "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("mallory:guess")));
        await SecuredMessage.SendAsync(_server, "", basic: "Basic " + Convert.ToBase64String("guess"u8));
        await SecuredMessage.SendAsync(_server, "", basic: "Bearer guess");
        var lines = await LinesAsync();
        Assert.That(lines.Select(Fields), Is.EqualTo(new[]
        {
            "event=denied user=eve reason=wrong path=/AppointmentService address=127.0.0.1",
            "event=denied user=mallory reason=HTTP status 401 path=/AppointmentService address=127.0.0.1",
            "event=denied reason=HTTP status 401 path=/AppointmentService address=127.0.0.1",
            "event=denied reason=HTTP status 401 path=/AppointmentService address=127.0.0.1",
        }));
        Assert.That(File.ReadAllText(AuditPath), Does.Not.Contain("guess"));
    }

    [Test]
    public void Refused_credentials_can_not_push_the_calls_out_of_the_file()
    {
        var rate = new DenialRate();
        var now = new DateTimeOffset(2026, 4, 21, 9, 30, 0, default);
        Assert.That(Enumerable.Range(0, 1000).Count(_ => rate.TryTake(now, out var _)), Is.EqualTo(DenialRate.PerSecondMax));
        Assert.That(rate.TryTake(now.AddSeconds(1), out var unwritten), Is.True);
        Assert.That(unwritten, Is.EqualTo(1000 - DenialRate.PerSecondMax));
        Assert.That(rate.TryTake(now, out unwritten), Is.True, "a clock that was set back");
        Assert.That(unwritten, Is.Zero);
    }

    [TestCase(AuditUse.Auto, false)]
    [TestCase(AuditUse.On, true)]
    [TestCase(AuditUse.Off, false)]
    public void A_loopback_cluster_has_an_audit_only_if_it_is_switched_on(AuditUse use, bool isThere)
    {
        var topology = ClusterTopology.Default(dataFolder: _folder.Path);
        topology = topology with { Log = topology.Log with { Audit = use } };
        Assert.That(topology.AuditFileOf(topology.FrontEnds[0].Id), isThere
            ? Is.EqualTo(Path.Combine(topology.Log.Folder, "frontend1.audit.jsonl"))
            : Is.Null);
        var read = TopologyReader.Read(topology.Write(), _folder.Path);
        Assert.That(read.Topology!.Log.Audit, Is.EqualTo(use));
    }

    private async Task<IReadOnlyList<JsonElement>> LinesAsync()
    {
        // The answer may reach the client a moment before the request has ended.
        await EndAsync();
        return [.. File.ReadAllLines(AuditPath).Select(line => JsonElement.Parse(line))];
    }

    private async Task EndAsync()
    {
        if (_isEnded)
            return;
        _isEnded = true;
        await _server.DisposeAsync();
        _audit.Dispose();
    }

    private static string Fields(JsonElement line) => string.Join(' ', line.EnumerateObject()
        .Where(field => field.Name is not ("time" or "milliseconds"))
        .Select(field => string.Create(CultureInfo.InvariantCulture, $"{field.Name}={field.Value}")));

    /// <summary>Nobody's password is right.</summary>
    private sealed class AuditedUsers : IUsernameTokenCheck
    {
        public Task<SoapDenial?> CheckAsync(HttpContext http, string user, string password)
        {
            OnRefused(http, user, "wrong");
            return Task.FromResult<SoapDenial?>(new SoapDenial(DamsFaults.Unauthenticated(), StatusCodes.Status500InternalServerError));
        }

        public void OnRefused(HttpContext http, string? user, string reason) =>
            http.Features.Get<Dams.Service.Audit.CallRecord>()!.Deny(user, reason);
    }

    private sealed class Around(CallAudit audit) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => web =>
        {
            web.Use(audit.ServeAsync);
            next(web);
        };
    }
}
