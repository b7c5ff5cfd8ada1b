using System.ServiceModel;
using Dams.Contracts.Domain;
using Dams.Contracts.Soap;
using Dams.Service;
using Dams.Tests.Cli;

namespace Dams.Tests.Soap;

/// <summary>A request id has at most 64 characters: Unicode scalar values, at every entrance.</summary>
internal sealed class RequestIdTests
{
    private static readonly string s_longest = Times(64, "😀");

    private static readonly string[] s_accepted =
        [s_longest, Times(64, "r"), Times(64, "é"), Times(32, "e\u0301"), Times(64, "漢"), Times(63, "😀") + "x", "😀", " ", "\t"];

    private static readonly string[] s_tooLong =
        [Times(65, "😀"), Times(65, "r"), Times(64, "😀") + "x", Times(33, "e\u0301"), Times(5000, "😀")];

    private static readonly string[] s_noText = ["\uD83D", "\uDE00", "a\uD83Db", "\uDE00\uD83D", "a\u0001", "\0", "\uFFFF"];

    [TestCaseSource(nameof(s_accepted))]
    public async Task An_id_of_64_characters_reaches_the_executor_unchanged(string id)
    {
        var executor = new ScriptedExecutor((_, _, _) => ValueTask.FromResult(new ExecutedReply(new AddReply(AddOutcome.Added), 7)));
        await using var server = await SoapTestServer.StartAsync(executor);
        foreach (var (soap, contentType) in new[] { (SoapMessage.Soap11, "text/xml"), (SoapMessage.Soap12, "application/soap+xml") })
        {
            var answer = await SoapMessage.SendAsync(server, SoapMessage.Envelope(WithId(id), soap), null, contentType);
            Assert.That(answer.Result("outcome"), Is.EqualTo("Added"), answer.Text);
        }

        Assert.That(executor.Asked.Select(asked => asked.RequestId), Is.EqualTo(new[] { id, id }));
    }

    [TestCaseSource(nameof(s_tooLong))]
    public async Task A_longer_id_is_refused(string id)
    {
        var executor = new ScriptedExecutor((_, _, _) => throw new InvalidOperationException());
        await using var server = await SoapTestServer.StartAsync(executor);
        foreach (var (soap, contentType) in new[] { (SoapMessage.Soap11, "text/xml"), (SoapMessage.Soap12, "application/soap+xml") })
        {
            var answer = await SoapMessage.SendAsync(server, SoapMessage.Envelope(WithId(id), soap), null, contentType);
            Assert.That((answer.Fault("code"), answer.Fault("field")), Is.EqualTo(("InvalidRequest", "requestId")), answer.Text);
            Assert.That(answer.Reason, Does.EndWith("is not at most 64 characters long."));
            Assert.That(answer.Fault("requestId"), Is.Null);
        }

        Assert.That(executor.Asked, Is.Empty);
    }

    [Test]
    public async Task A_fault_carries_the_longest_id_whole()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var denied = WithId(s_longest).Replace("MTLA1234", "MTLP1234", StringComparison.Ordinal);
        var answer = await SoapMessage.SendAsync(server, SoapMessage.Envelope(denied));
        Assert.That((answer.Fault("code"), answer.Fault("requestId")), Is.EqualTo(("NotPermitted", s_longest)));
    }

    [TestCase("&#xD83D;")]
    [TestCase("&#xD83D;&#xDE00;")]
    [TestCase("&#1;")]
    [TestCase("&#xFFFF;")]
    public void Xml_carries_no_half_of_a_pair(string reference) =>
        Assert.That(BothReaders.Refused(WithId(reference)).Reason, Does.StartWith("The message is not well-formed XML"));

    // Another host may bind text that never was XML.
    [TestCaseSource(nameof(s_noText))]
    public async Task An_id_that_xml_can_t_carry_is_refused_where_there_was_no_xml(string id)
    {
        var executor = new ScriptedExecutor((_, _, _) => throw new InvalidOperationException());
        var service = new AppointmentService(executor);
        var fault = (await Assert.ThrowsAsync<FaultException<DamsFault>>(
            () => service.AddAppointmentAsync("MTLA1234", "MTLE210422", AppointmentType.Dental, 1, id)))!.Detail;
        Assert.That(
            (fault.Code, fault.Field, fault.RequestId), Is.EqualTo((DamsFaultCode.InvalidRequest, "requestId", (string?)null)));
        Assert.That(fault.Reason, Does.EndWith("is not a text that XML can carry."));
        Assert.That(executor.Asked, Is.Empty);
        var earlier = (await Assert.ThrowsAsync<FaultException<DamsFault>>(
            () => service.AddAppointmentAsync("?", "MTLE210422", AppointmentType.Dental, 1, id)))!.Detail;
        Assert.That((earlier.Field, earlier.RequestId), Is.EqualTo(("callerId", (string?)null)), "a fault must be writable");
    }

    [Test]
    public async Task The_tool_counts_alike()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        foreach (var id in s_accepted.Where(id => !string.IsNullOrWhiteSpace(id)))
        {
            var run = await CliRun.OfAsync("schedule", "MTLP1234", "--request-id", id, "--url", $"{server.AppointmentService}");
            Assert.That(run.ExitCode, Is.Zero, run.Errors);
        }

        foreach (var id in s_tooLong.Append(""))
            Assert.That(await ErrorsOf(id), Does.Contain("--request-id must have 1 to 64 characters."));
        foreach (var id in s_noText)
            Assert.That(await ErrorsOf(id), Does.Contain("--request-id contains a character that can't be printed."));

        async Task<string> ErrorsOf(string id)
        {
            var run = await CliRun.OfAsync("schedule", "MTLP1234", "--request-id", id, "--url", $"{server.AppointmentService}");
            Assert.That(run.ExitCode, Is.EqualTo(2));
            return run.Errors;
        }
    }

    private static string WithId(string id) =>
        SoapMessage.Add.Replace("</capacity>", $"</capacity><requestId>{id}</requestId>", StringComparison.Ordinal);

    private static string Times(int count, string text) => string.Concat(Enumerable.Repeat(text, count));
}
