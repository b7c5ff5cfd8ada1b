using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;
using Dams.Contracts.Soap;
using Dams.FrontEnd.Coordination;
using Dams.Ordering;
using Dams.Tests.Engines.Model;
using Dams.Tests.Simulated;

namespace Dams.Tests.Simulation;

/// <summary>One call of a client, with its repeats.</summary>
internal sealed class RecordedCall(int client, Command command, string? requestId, long began)
{
    public int Client { get; } = client;

    public Command Command { get; } = command;

    public string? RequestId { get; } = requestId;

    /// <summary>When the client first called, in ticks of the run.</summary>
    public long Began { get; } = began;

    public long? Ended { get; set; }

    public CallResult? Result { get; set; }

    /// <summary>The request's keys: those of the front ends that have sent it, and the client's own.</summary>
    public HashSet<RequestKey> Keys { get; } = [];

    /// <summary>
    /// The faults' statements about the execution of the request, one for each attempt that ended without an answer.
    /// </summary>
    public List<ExecutionState> Told { get; } = [];
}

/// <summary>
/// Checks a history against a witness. The replies, in the order of their sequence numbers, must be those that the plain model of
/// the rules gives to the same commands, each request once. A call that ended before another began must have a lower number.
/// </summary>
internal static class CallHistory
{
    /// <summary>Checks the calls. The model must be empty; afterwards it holds the state that the order leads to.</summary>
    public static void Check(
        IReadOnlyList<RecordedCall> calls, IReadOnlyList<Entry> order, IReadOnlySet<SequenceNumber> skipped, ReferenceModel model)
    {
        var (expected, executed) = Witness(order, skipped, model);
        foreach (var call in calls)
        {
            CheckTold(call, executed);
            if (call.Result is not Answered answer)
                continue;
            Broken.Unless(
                expected.TryGetValue(answer.Seq, out var reply),
                $"{call.Command} was answered at {answer.Seq}, which nobody has executed or which had no reply of its own");
            Broken.Unless(
                reply!.AsSpan().SequenceEqual(answer.Reply.Span),
                $"{call.Command} at {answer.Seq} was answered {Show(answer.Reply.Span)}, but the rules say {Show(reply)}");
        }

        var answered = calls.Where(call => call.Result is Answered && call.Ended is not null).ToList();
        foreach (var group in answered.GroupBy(call => ((Answered)call.Result!).Seq))
        {
            Broken.Unless(group.Select(call => (call.Command, call.RequestId, call.Client)).Distinct().Count() == 1,
                $"number {group.Key} answered several calls: {string.Join(" and ", group.Select(call => call.Command))}");
        }

        var byEnd = answered.OrderBy(call => call.Ended).ToList();
        var byBegin = answered.OrderBy(call => call.Began).ToList();
        var highest = SequenceNumber.Zero;
        var next = 0;
        foreach (var call in byBegin)
        {
            for (; next < byEnd.Count && byEnd[next].Ended < call.Began; next++)
                highest = SequenceNumber.Max(highest, ((Answered)byEnd[next].Result!).Seq);
            var seq = ((Answered)call.Result!).Seq;
            Broken.Unless(
                seq > highest || call.RequestId is not null && seq == highest,
                $"{call.Command} has number {seq}, although a call that ended before it began has {highest}");
        }
    }

    /// <summary>
    /// A client that was only ever told "not executed" can rely on that. A client that was told "executed" can, too.
    /// </summary>
    private static void CheckTold(RecordedCall call, HashSet<RequestKey> executed)
    {
        var wasExecuted = call.Keys.Overlaps(executed);
        Broken.Unless(
            !wasExecuted || call.Result is Answered || call.Told.Exists(told => told != ExecutionState.NotExecuted),
            $"{call.Command} was executed, but its client was told that it was not");
        Broken.Unless(
            wasExecuted || !call.Told.Contains(ExecutionState.Executed),
            $"{call.Command} was not executed, but its client was told that it was");
    }

    /// <summary>Gives the replies of the rules at each number that has a reply of its own, and the requests that were executed.</summary>
    private static (Dictionary<SequenceNumber, byte[]> Replies, HashSet<RequestKey> Executed) Witness(
        IReadOnlyList<Entry> order, IReadOnlySet<SequenceNumber> skipped, ReferenceModel model)
    {
        var replies = new Dictionary<SequenceNumber, byte[]>();
        var writes = new Dictionary<RequestKey, Digest>();
        var executed = new HashSet<RequestKey>();
        var boots = new FrontEndBoots();
        foreach (var entry in order)
        {
            if (entry.Kind != EntryKind.Operation || !boots.HasEffect(entry.Request)
                || !CommandCodec.TryDecode(entry.Request.Payload.Span, out var command))
                continue;
            if (writes.TryGetValue(entry.Request.Key, out var before))
            {
                if (before != entry.Request.Digest)
                    replies.Add(entry.Seq, ReplyCodec.Encode(new RefusedReply(Refusal.RequestIdReused)));
                continue;
            }

            var reply = skipped.Contains(entry.Seq) ? new RefusedReply(Refusal.InternalError) : model.Execute(command!);
            replies.Add(entry.Seq, ReplyCodec.Encode(reply));
            if (!skipped.Contains(entry.Seq))
                executed.Add(entry.Request.Key);
            if (command!.IsWrite)
                writes.Add(entry.Request.Key, entry.Request.Digest);
        }

        return (replies, executed);
    }

    /// <summary>
    /// Tells which keys front ends have given up for good: their own keys that are below the lowest outstanding one, or of an
    /// earlier boot.
    /// </summary>
    private sealed class FrontEndBoots
    {
        private readonly Dictionary<byte, List<(BootId Boot, ulong Lowest)>> _boots = [];

        public bool HasEffect(Request request)
        {
            if (!_boots.TryGetValue(request.FrontEnd, out var boots))
                _boots.Add(request.FrontEnd, boots = []);
            var index = boots.FindIndex(candidate => candidate.Boot == request.FrontEndBoot);
            if (index < 0)
            {
                boots.Add((request.FrontEndBoot, request.LowestOutstanding));
                index = boots.Count - 1;
            }

            if (index == boots.Count - 1 && request.LowestOutstanding > boots[index].Lowest)
                boots[index] = boots[index] with { Lowest = request.LowestOutstanding };
            return request.Key.IsClientMade || (index == boots.Count - 1 && request.Key.Low >= boots[index].Lowest);
        }
    }

    private static string Show(ReadOnlySpan<byte> reply) =>
        ReplyCodec.TryDecode(reply, out var decoded) ? decoded!.ToString()! : Convert.ToHexString(reply);
}
