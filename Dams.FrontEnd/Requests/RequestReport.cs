using System.Text.Json;
using System.Text.Json.Serialization;
using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;
using Dams.Contracts.Topology;
using Dams.FrontEnd.Coordination;

namespace Dams.FrontEnd.Requests;

/// <summary>A request as <c>/requests</c> shows it: what was asked and what came of it, never about whom.</summary>
/// <param name="Sequence">Its place in the order.</param>
/// <param name="Time">When it ended.</param>
/// <param name="Operation">The operation's name.</param>
/// <param name="Outcome">The outcome's name, or the reason why there is none.</param>
/// <param name="IsAnswered">Whether the client got an outcome.</param>
/// <param name="Milliseconds">From the call to the second equal reply.</param>
/// <param name="Replicas">What each replica said.</param>
internal sealed record RequestReport(
    long? Sequence, DateTimeOffset Time, string Operation, string Outcome, bool IsAnswered, double? Milliseconds, IReadOnlyList<ReplicaReplyReport> Replicas)
{
    /// <summary>The report of a request.</summary>
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

/// <summary>What a replica said.</summary>
/// <param name="Id">Which.</param>
/// <param name="Incarnation">And which of its incarnations, as in <c>/status</c>.</param>
/// <param name="Digest">The first digits of its result's digest; equal replies have equal digests.</param>
/// <param name="Verdict">How it did.</param>
internal sealed record ReplicaReplyReport(string Id, string Incarnation, string? Digest, RequestVerdict Verdict)
{
    private const int DigestCharacters = 8;

    /// <summary>The report of a reply.</summary>
    public static ReplicaReplyReport Of(ReplicaReply reply) =>
        new(new NodeId(NodeRole.Replica, reply.Replica).ToString(), reply.Incarnation.ToString(), reply.Result?.ToString()[..DigestCharacters], reply.Verdict);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(RequestVerdictNames)])]
[JsonSerializable(typeof(IReadOnlyList<RequestReport>))]
internal sealed partial class RequestJson : JsonSerializerContext;

/// <summary>Verdicts in camel case.</summary>
internal sealed class RequestVerdictNames() : JsonStringEnumConverter<RequestVerdict>(JsonNamingPolicy.CamelCase);
