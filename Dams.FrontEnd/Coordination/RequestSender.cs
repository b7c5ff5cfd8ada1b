using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;

namespace Dams.FrontEnd.Coordination;

/// <summary>
/// Sends requests, and decides when each is repeated. The pauses double, and have a random part so that the calls of many clients
/// don't come in step. Pure and single-threaded.
/// </summary>
internal sealed class RequestSender(CoordinatorOptions options, SeededRandom random, Outbox outbox)
{
    /// <summary>Whether a request was sent before, in this epoch.</summary>
    public bool HasTried(PendingCall call) => call.Retry > options.RetryMin;

    /// <summary>Sends a request, and sets the time of its next retry.</summary>
    /// <param name="sequencer">The sequencer to send it to.</param>
    /// <param name="lowestOutstanding">The lowest number that this front end may still repeat, as of now.</param>
    public void Send(PendingCall call, byte sequencer, ulong lowestOutstanding, Instant now)
    {
        var request = call.Request.LowestOutstanding == lowestOutstanding
            ? call.Request
            : call.Request with { LowestOutstanding = lowestOutstanding };
        outbox.Send(NodeId.Sequencer(sequencer), Epoch.None, new Req(request));
        call.RetryAt = now + call.Retry + random.Between(TimeSpan.Zero, call.Retry / 4);
        call.Retry = new TimeSpan(Math.Min(call.Retry.Ticks * 2, options.RetryMax.Ticks));
    }

    /// <summary>The sequencer has no room for the request at the moment.</summary>
    /// <param name="milliseconds">The pause that it asks for.</param>
    public void OnBusy(PendingCall call, long milliseconds, Instant now)
    {
        var wait = TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 1, 1000));
        call.RetryAt = now + wait + random.Between(TimeSpan.Zero, wait);
    }

    /// <summary>A new epoch has begun: the request is repeated soon, after a random delay.</summary>
    public void OnNewEpoch(PendingCall call, Instant now)
    {
        call.RetryAt = now + random.Between(TimeSpan.Zero, options.RetryMin / 2);
        call.Retry = options.RetryMin;
    }
}
