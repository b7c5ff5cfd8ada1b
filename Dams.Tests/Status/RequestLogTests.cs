using System.Text.Json;
using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;
using Dams.FrontEnd.Requests;
using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Tests.Coordination;
using Microsoft.Extensions.Time.Testing;

namespace Dams.Tests.Status;

/// <summary>The votes of the last requests, as people see them.</summary>
public sealed class RequestLogTests
{
    private FakeTimeProvider _time = null!;
    private CoordinatorScript _script = null!;
    private RequestLog _log = null!;

    [SetUp]
    public void Open()
    {
        _time = new FakeTimeProvider();
        _script = new CoordinatorScript();
        _script.Sync();
        _log = new RequestLog(_time);
    }

    private void Close()
    {
        foreach (var (call, view) in _script.Closed)
            _log.OnClosed(call, view);
        _script.Closed.Clear();
    }

    private static string Verdicts(ClosedRequest request) => string.Join(' ', request.Replies.Select(reply => reply.Verdict));

    [Test]
    public void A_request_shows_the_reply_of_each_replica_and_its_verdict()
    {
        var request = _script.Call(1);
        _script.Wait(TimeSpan.FromMilliseconds(3));
        _script.Reply(1, request);
        _script.Reply(3, request, result: 9);
        _script.Reply(2, request);
        _script.Wait(_script.Options.SilenceFirst);
        Close();
        var closed = _log.Read().Single();
        Assert.That(Verdicts(closed), Is.EqualTo("Right Right Wrong Silent"));
        Assert.That(
            closed.Replies.Select(reply => reply.Result),
            Is.EqualTo(new Digest?[] { Digest.Of([1]), Digest.Of([1]), Digest.Of([9]), null }));
        Assert.That((closed.Seq, closed.Agreed), Is.EqualTo((new SequenceNumber(10), TimeSpan.FromMilliseconds(3))));
    }

    [Test]
    public void A_reply_after_the_limit_counts_as_late_if_its_incarnation_votes()
    {
        var request = _script.Call(1);
        _script.Reply(1, request);
        _script.Reply(2, request);
        _script.Reply(3, request);
        _script.Wait(_script.Options.SilenceFirst);
        Close();
        ReplyMessage Late(ulong incarnation) => new(
            request.Key, new SequenceNumber(10), new Incarnation(incarnation), new SequenceNumber(10), 4, request.Digest, Digest.Of([1]),
            default, false);
        _log.OnReply(NodeId.Replica(4), Late(77), _script.View);
        Assert.That(Verdicts(_log.Read().Single()), Is.EqualTo("Right Right Right Silent"));
        _log.OnReply(NodeId.Replica(4), Late(4), _script.View);
        Assert.That(Verdicts(_log.Read().Single()), Is.EqualTo("Right Right Right Late"));
    }

    [Test]
    public void Without_a_majority_nobody_is_right_or_wrong()
    {
        var request = _script.Call(1);
        for (byte replica = 1; replica <= 4; replica++)
            _script.Reply(replica, request, result: replica);
        Close();
        var report = RequestReport.Of(_log.Read().Single());
        Assert.That((report.Outcome, report.IsAnswered, report.Milliseconds), Is.EqualTo(("ReplicaDivergence", false, (double?)null)));
        Assert.That(report.Replicas.Select(reply => reply.Verdict), Is.All.EqualTo(RequestVerdict.Unjudged));
    }

    [Test]
    public void A_request_that_was_not_ordered_has_no_number_or_replies_and_accuses_nobody()
    {
        _script.Call(1);
        _script.Wait(_script.Options.CallDeadline);
        Close();
        var report = RequestReport.Of(_log.Read().Single());
        Assert.That((report.Sequence, report.Outcome), Is.EqualTo(((long?)null, "SequencerUnavailable")));
        Assert.That(
            report.Replicas.Select(reply => (reply.Digest, reply.Verdict)),
            Is.EqualTo(Enumerable.Repeat(((string?)null, RequestVerdict.NotAsked), 4)));
    }

    [Test]
    public void A_replica_that_does_not_vote_yet_is_not_judged()
    {
        var members = CoordinatorScript.ViewOf(1, 2, 3).Members;
        _script.View = new View(new SequenceNumber(20), [.. members, new ViewMember(4, new Incarnation(9), null, new SequenceNumber(20))]);
        _script.Sync();
        var request = _script.Call(1);
        for (byte replica = 1; replica <= 3; replica++)
            _script.Reply(replica, request, seq: 21);
        Close();
        var closed = _log.Read().Single();
        Assert.That(Verdicts(closed), Is.EqualTo("Right Right Right NotAsked"));
        Assert.That(closed.Replies.Select(reply => reply.Incarnation.Value), Is.EqualTo(new ulong[] { 1, 2, 3, 9 }));
    }

    [Test]
    public void The_newest_requests_are_kept_and_come_first()
    {
        for (var i = 1; i <= RequestLog.Kept + 3; i++)
        {
            var request = _script.Call(i, payload: (byte)i);
            for (byte replica = 1; replica <= 4; replica++)
                _script.Reply(replica, request, seq: i);
            Close();
        }

        Assert.That(
            _log.Read().Select(closed => closed.Seq!.Value.Value),
            Is.EqualTo(Enumerable.Range(4, RequestLog.Kept).Reverse().Select(seq => (long)seq)));
    }

    [Test]
    public void A_report_names_operation_and_outcome_and_never_a_patient()
    {
        var patient = new PatientId(Hospital.MTL, 1234);
        var slot = new Slot(new AppointmentId(Hospital.MTL, new DateOnly(2030, 1, 2), TimeOfDay.Morning), AppointmentType.Surgeon);
        var command = new BookAppointment(new CallerId(false, Hospital.MTL, 1234), patient, slot);
        var reply = ReplyCodec.Encode(new BookReply(BookOutcome.WeeklyLimit));
        var digest = Digest.Of(reply);
        var report = RequestReport.Of(new ClosedRequest(
            new SequenceNumber(5), _time.GetUtcNow(), TimeSpan.FromMilliseconds(1.5), digest, CommandCodec.Encode(command),
            new FrontEnd.Coordination.Answered(new SequenceNumber(5), reply),
            [
                new ReplicaReply(1, new Incarnation(0xa1), digest, RequestVerdict.Right),
                new ReplicaReply(2, new Incarnation(2), null, RequestVerdict.NotAsked),
            ]));
        var json = JsonSerializer.Serialize<IReadOnlyList<RequestReport>>([report], RequestJson.Default.IReadOnlyListRequestReport);
        var replicas = $$"""[{"id":"replica1","incarnation":"a1","digest":"{{digest.ToString()[..8]}}","verdict":"right"},"""
            + """{"id":"replica2","incarnation":"2","verdict":"notAsked"}]""";
        Assert.That(json, Is.EqualTo($$"""
            [{"sequence":5,"time":"{{_time.GetUtcNow():yyyy-MM-ddTHH:mm:sszzz}}","operation":"BookAppointment","outcome":"WeeklyLimit",
            """ + $$"""
            "isAnswered":true,"milliseconds":1.5,"replicas":{{replicas}}}]
            """));
        Assert.That(json, Does.Not.Contain("1234"));
    }
}
