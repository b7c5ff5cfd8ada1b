using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Microsoft.Extensions.Logging;

namespace Dams.Sequencer;

/// <summary>A sequencer's core with its transitions in the log, because cores have no logger.</summary>
/// <param name="group">The group that the core orders.</param>
/// <param name="core">The core that is observed.</param>
/// <param name="laggards">
/// Sends reports to the managers through this core's outbox; null if the core is not that of the managers' group.
/// </param>
/// <param name="logger">Gets the transitions.</param>
internal sealed partial class ObservedSequencer(GroupId group, SequencerProtocol core, LaggardReports? laggards, ILogger logger) : IProtocol
{
    private static readonly TimeSpan WaitingReport = TimeSpan.FromSeconds(5);

    private (SequencerState State, Epoch Epoch) _seen = (core.State, core.Epoch);
    private Instant? _waitingSince;
    private string _laggards = "";

    /// <inheritdoc/>
    public Instant NextDeadline => laggards is null ? core.NextDeadline : Instant.Earlier(core.NextDeadline, laggards.NextDeadline);

    /// <inheritdoc/>
    public void OnMessage(in Envelope envelope, Message message, Instant now) => core.OnMessage(envelope, message, now);

    /// <inheritdoc/>
    public void OnFlushed(long write, Instant now) => core.OnFlushed(write, now);

    /// <inheritdoc/>
    public void OnTimer(Instant now)
    {
        core.OnTimer(now);
        laggards?.OnTimer(now);
    }

    /// <inheritdoc/>
    public void OnBatchEnd(Instant now)
    {
        core.OnBatchEnd(now);
        if (_seen != (core.State, core.Epoch))
        {
            _seen = (core.State, core.Epoch);
            StateChanged(logger, group, core.State, core.Epoch.ToString(), core.MaxSeq.Value, core.View.ToString());
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
        WaitingFor(logger, group, string.Join(", ", core.WaitedFor));
    }

    /// <summary>
    /// Logs the members that hold trimming up. The managers also get a report; they or an operator decide whether to
    /// order a laggard out.
    /// </summary>
    private void ReportLaggards(Instant now)
    {
        var behind = string.Join(", ", core.LaggardsAt(now));
        if (behind == _laggards)
            return;
        _laggards = behind;
        if (behind.Length > 0)
            Lagging(logger, group, behind);
    }

    [LoggerMessage(2102, LogLevel.Warning, "{Group}: these members store nothing although there is something to store: {Members}")]
    private static partial void Lagging(ILogger logger, GroupId group, string members);

    [LoggerMessage(2100, LogLevel.Information, "{Group}: {State}, epoch {Epoch}, {Ordered} ordered, {View}")]
    private static partial void StateChanged(ILogger logger, GroupId group, SequencerState state, string epoch, long ordered, string view);

    [LoggerMessage(2101, LogLevel.Warning, "{Group}: these members were not heard yet: {Members}; a first start needs all members")]
    private static partial void WaitingFor(ILogger logger, GroupId group, string members);
}
