using System.Globalization;
using Dams.Hosting.Web;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Dams.ReplicaManager;

/// <summary>
/// <c>POST /skip?seq=</c>: an operator wants an entry skipped that kills the replicas. It answers when the skip is done or refused, or
/// says which replicas it waits for. Any manager will do, because the sequencer and the members do the work.
/// </summary>
internal static class SkipEndpoint
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    public static void MapSkip(
        this IEndpointRouteBuilder web, OrderToken token, SkipRequester skipping, ProtocolDriver driver, ILogger logger) =>
        web.MapBareOrder("/skip", token, async http =>
        {
            if (!long.TryParse(http.Request.Query["seq"], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                || number is 0 or > long.MaxValue / 2)
            {
                http.Response.StatusCode = StatusCodes.Status400BadRequest;
                await http.Response.WriteAsync("seq must be the number of an entry, from 1\n");
                return;
            }

            ManagerLog.OperatorSkips(logger, number);
            var status = await AskAsync(skipping, driver, new SequenceNumber(number), http.RequestAborted);
            var text = Describe(number, status);
            ManagerLog.SkipEnded(logger, number, text);
            http.Response.StatusCode = status?.Outcome switch
            {
                SkipOutcome.Skipped => StatusCodes.Status200OK,
                null => StatusCodes.Status503ServiceUnavailable,
                _ => StatusCodes.Status409Conflict,
            };
            await http.Response.WriteAsync(text + "\n");
        });

    private static async Task<SkipStatus?> AskAsync(
        SkipRequester skipping, ProtocolDriver driver, SequenceNumber seq, CancellationToken aborted)
    {
        await driver.InvokeAsync(now =>
        {
            skipping.OnOperatorWants(seq, now);
            return true;
        });
        using var timer = new PeriodicTimer(Look);
        for (var waited = TimeSpan.Zero; ; waited += Look)
        {
            var (status, isSettled) = await driver.InvokeAsync(_ => (skipping.Status, skipping.Wanted != seq));
            if (isSettled || waited >= Patience || !await timer.WaitForNextTickAsync(aborted))
                return status?.Seq == seq ? status : null;
        }
    }

    private static string Describe(long seq, SkipStatus? status) => status?.Outcome switch
    {
        null => $"entry {seq} is not skipped: no sequencer answers",
        SkipOutcome.Skipped => $"entry {seq} is skipped: its request has failed with an internal error",
        SkipOutcome.Collecting =>
            $"entry {seq} is not skipped yet: the promise not to execute it is missing from "
            + string.Join(", ", status.WaitedFor.Members.Select(member => $"replica{member.Id}"))
            + ", and only one promise may be missing. Start the replicas that are down, and ask again",
        SkipOutcome.Unneeded => $"entry {seq} is not skipped: no replica waits before it",
        SkipOutcome.Executed => $"entry {seq} is not skipped: two replicas have executed it, so its client may have the answer. "
            + "Order out the replicas that wait before it: dams member leave",
        SkipOutcome.NotCommitted => $"entry {seq} is not skipped: nothing is committed under that number",
        SkipOutcome.NotARequest => $"entry {seq} is not skipped: it is not a client's request but a change of the group",
        _ => $"entry {seq} is not skipped: another skip is under way; only one is allowed at a time",
    };
}
