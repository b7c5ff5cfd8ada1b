using Dams.Contracts.Reports;
using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.Sequencer;
using Dams.Tests.Ordering.Scenarios;

namespace Dams.Tests.Agreement;

/// <summary>A sequencer reports the members that hold up its history, and leaves the rest to the managers.</summary>
internal sealed class LaggardReportsTests
{
    private static readonly GroupOptions s_managers =
        new() { Group = GroupId.Managers, Members = [1, 2, 3, 4], Sequencers = [1, 2], FrontEnds = [1] };

    private readonly Outbox _outbox = new();

    [Test]
    public void A_laggard_is_reported_to_all_sequencers_repeatedly_while_it_lags()
    {
        var script = ProtocolScript.Started();
        var reports = new LaggardReports(s_managers, script.Sequencer(1), new BootId(77), _outbox);
        Assert.That(TakeAt(reports, script.Now), Is.Empty, "nobody lags");
        script.HoldFlushes(3);
        script.Request(1);
        script.Wait(31_000);
        var first = TakeAt(reports, script.Now);
        Assert.That(first.Select(sent => sent.To), Is.EqualTo(new[] { NodeId.Sequencer(1), NodeId.Sequencer(2) }));
        Assert.That(first.Select(sent => ReportOf(sent.Request)),
            Is.All.EqualTo(new SuspicionReport(3, script.Member(3).Incarnation.Value, SuspicionCause.Lagging, 1)));
        Assert.That(first[1].Request, Is.EqualTo(first[0].Request), "all sequencers get the same request");
        Assert.That(TakeAt(reports, script.Now), Is.Empty, "not again before the pause is over");
        script.Wait(5_000);
        var again = TakeAt(reports, script.Now);
        Assert.That(again.Select(sent => ReportOf(sent.Request)).Distinct(),
            Is.EqualTo(first.Select(sent => ReportOf(sent.Request)).Distinct()));
        Assert.That(again[0].Request.Key, Is.Not.EqualTo(first[0].Request.Key), "it is a new request, which is ordered again");
    }

    [Test]
    public void A_standby_reports_nobody()
    {
        var script = ProtocolScript.Started();
        script.HoldFlushes(3);
        script.Request(1);
        script.Wait(31_000);
        Assert.That(TakeAt(new LaggardReports(s_managers, script.Sequencer(2), new BootId(77), _outbox), script.Now), Is.Empty);
    }

    private static Report ReportOf(Request request)
    {
        Assert.That(ReportCodec.TryDecode(request.Payload.Span, out var report));
        Assert.That(request.Opcode, Is.EqualTo(ReportCodec.OpcodeOf(report!)));
        return report!;
    }

    private List<(NodeId To, Request Request)> TakeAt(LaggardReports reports, Instant now)
    {
        reports.OnTimer(now);
        var sent = _outbox.Messages.Select(outgoing => (outgoing.To, ((Req)outgoing.Message).Request)).ToList();
        _outbox.ClearMessages();
        return sent;
    }
}
