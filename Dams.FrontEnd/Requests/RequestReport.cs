using System.Text.Json;
using System.Text.Json.Serialization;
using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;
using Dams.FrontEnd.Coordination;
using Dams.Ordering;

namespace Dams.FrontEnd.Requests;

/// <summary>A request as <c>/requests</c> shows it: the operation and its outcome, but never a patient.</summary>
/// <param name="Sequence">Its sequence number; null if it is not known.</param>
/// <param name="Time">When it ended.</param>
/// <param name="Operation">The operation's name.</param>
/// <param name="Outcome">The outcome's name, or the reason why there is none.</param>
/// <param name="IsAnswered">Whether the client got an outcome.</param>
/// <param name="Milliseconds">The time from the call to the second equal reply; null if there was none.</param>
/// <param name="Replicas">The reply of each replica.</param>
internal sealed record RequestReport(
    long? Sequence,
    DateTimeOffset Time,
    string Operation,
    string Outcome,
    bool IsAnswered,
    double? Milliseconds,
    IReadOnlyList<ReplicaReplyReport> Replicas)
{
    public static RequestReport Of(ClosedRequest request) => new(
        request.Seq?.Value,
        request.Time,
        CommandCodec.TryDecode(request.Payload.Span, out var command) ? command!.GetType().Name : "?",
        OutcomeOf(request.Result),
        request.Result is Answered,
        request.Agreed is { } agreed ? Math.Round(agreed.TotalMilliseconds, 2) : null,
        [.. request.Replies.Select(ReplicaReplyReport.Of)]);

    private static string OutcomeOf(CallResult result) => result switch
    {
        Failed failed => failed.Reason.ToString(),
        Answered answered when ReplyCodec.TryDecode(answered.Reply.Span, out var reply) => reply switch
        {
            AddReply add => add.Outcome.ToString(),
            RemoveReply remove => remove.Outcome.ToString(),
            ListReply => "Listed",
            BookReply book => book.Outcome.ToString(),
            ScheduleReply => "Scheduled",
            CancelReply cancel => cancel.Outcome.ToString(),
            SwapReply swap => swap.Outcome.ToString(),
            RefusedReply refused => refused.Refusal.ToString(),
            _ => "?",
        },
        _ => "?",
    };
}

/// <summary>A replica's reply as <c>/requests</c> shows it.</summary>
/// <param name="Id">The replica's id.</param>
/// <param name="Incarnation">Its incarnation, written as in <c>/status</c>.</param>
/// <param name="Digest">The first digits of its result's digest, null without a reply; equal replies have equal digests.</param>
/// <param name="Verdict">The verdict on its part in the request.</param>
internal sealed record ReplicaReplyReport(string Id, string Incarnation, string? Digest, RequestVerdict Verdict)
{
    private const int DigestCharacters = 8;

    public static ReplicaReplyReport Of(ReplicaReply reply) => new(
        new NodeId(NodeRole.Replica, reply.Replica).ToString(),
        reply.Incarnation.ToString(),
        reply.Result?.ToString()[..DigestCharacters],
        reply.Verdict);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(RequestVerdictNames)])]
[JsonSerializable(typeof(IReadOnlyList<RequestReport>))]
internal sealed partial class RequestJson : JsonSerializerContext;

/// <summary>Writes verdicts in camel case.</summary>
internal sealed class RequestVerdictNames() : JsonStringEnumConverter<RequestVerdict>(JsonNamingPolicy.CamelCase);
