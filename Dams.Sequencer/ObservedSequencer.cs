using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Microsoft.Extensions.Logging;

namespace Dams.Sequencer;

/// <summary>The core, with its transitions in the log. Cores have no logger.</summary>
internal sealed partial class ObservedSequencer(SequencerProtocol core, ILogger logger) : IProtocol
{
    private static readonly TimeSpan WaitingReport = TimeSpan.FromSeconds(5);

    private (SequencerState State, Epoch Epoch) _seen = (core.State, core.Epoch);
    private Instant? _waitingSince;
    private string _laggards = "";

    /// <inheritdoc/>
    public Instant NextDeadline => core.NextDeadline;

    /// <inheritdoc/>
    public void OnMessage(in Envelope envelope, Message message, Instant now) => core.OnMessage(envelope, message, now);

    /// <inheritdoc/>
    public void OnFlushed(long write, Instant now) => core.OnFlushed(write, now);

    /// <inheritdoc/>
    public void OnTimer(Instant now) => core.OnTimer(now);

    /// <inheritdoc/>
    public void OnBatchEnd(Instant now)
    {
        core.OnBatchEnd(now);
        if (_seen != (core.State, core.Epoch))
        {
            _seen = (core.State, core.Epoch);
            StateChanged(logger, core.State, core.Epoch.ToString(), core.MaxSeq.Value, core.View.ToString());
        }

        if (core.State == SequencerState.Active)
        {
            _waitingSince = null;
            ReportLaggards(now);
            return;
        }

        _waitingSince ??= now;
        if (now - _waitingSince < WaitingReport || core.WaitedFor.Count == 0)
            return;
        _waitingSince = now;
        WaitingFor(logger, string.Join(", ", core.WaitedFor));
    }

    /// <summary>Who holds trimming up. Ordering a laggard out is the managers' decision, or an operator's.</summary>
    private void ReportLaggards(Instant now)
    {
        var laggards = string.Join(", ", core.LaggardsAt(now));
        if (laggards == _laggards)
            return;
        _laggards = laggards;
        if (laggards.Length > 0)
            Lagging(logger, laggards);
    }

    [LoggerMessage(2102, LogLevel.Warning, "members that store nothing although there is something to store: {Members}")]
    private static partial void Lagging(ILogger logger, string members);

    [LoggerMessage(2100, LogLevel.Information, "{State}, epoch {Epoch}, {Ordered} ordered, {View}")]
    private static partial void StateChanged(ILogger logger, SequencerState state, string epoch, long ordered, string view);

    [LoggerMessage(2101, LogLevel.Warning, "members not heard of yet: {Members}; a first start needs all of them")]
    private static partial void WaitingFor(ILogger logger, string members);
}
