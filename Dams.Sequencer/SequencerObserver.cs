using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Ordering.Protocol;
using Microsoft.Extensions.Logging;

namespace Dams.Sequencer;

/// <summary>Logs the transitions of a sequencer's core, because cores have no logger.</summary>
/// <param name="group">The group that the core orders.</param>
/// <param name="core">The core that is observed.</param>
/// <param name="logger">Gets the transitions.</param>
internal sealed partial class SequencerObserver(GroupId group, SequencerProtocol core, ILogger logger) : ICoreObserver
{
    private static readonly TimeSpan WaitingReport = TimeSpan.FromSeconds(5);

    private (SequencerState State, Epoch Epoch) _seen = (core.State, core.Epoch);
    private Instant? _waitingSince;
    private string _laggards = "";

    /// <inheritdoc/>
    public void OnBatchEnd(Instant now)
    {
        if (_seen != (core.State, core.Epoch))
        {
            _seen = (core.State, core.Epoch);
            StateChanged(logger, group, core.State, core.Epoch.ToString(), core.MaxSeq.Value, core.View.ToString());
        }

        if (core.State == SequencerState.Active)
        {
            _waitingSince = null;
            LogLaggards(now);
            return;
        }

        _waitingSince ??= now;
        if (now - _waitingSince < WaitingReport || core.WaitedFor.Count == 0)
            return;
        _waitingSince = now;
        WaitingFor(logger, group, string.Join(", ", core.WaitedFor));
    }

    /// <summary>
    /// Logs the members that hold trimming up. The managers also get a report (<see cref="LaggardReports"/>); they or an
    /// operator decide whether to order a laggard out.
    /// </summary>
    private void LogLaggards(Instant now)
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
