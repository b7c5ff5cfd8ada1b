using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <summary>
/// Decides when a member suspects the sequencer, because no SYNC has come for long, and when it asks a sequencer for
/// the view again. Each limit is a random one, so that members don't act in step.
/// </summary>
internal sealed class SequencerWatch(GroupOptions options, SeededRandom random, BatchedLog log, Outbox outbox)
{
    private Instant _askViewAt;
    private Instant? _heardAt;

    /// <summary>When the silence has lasted too long.</summary>
    public Instant NextDeadline { get; private set; }

    /// <summary>Begins to wait anew: a sequencer was heard, or something happened after which a sequencer needs time.</summary>
    public void Arm(Instant now) => NextDeadline = now + random.Between(options.SuspicionMin, options.SuspicionMax);

    /// <summary>The sequencer of the followed epoch has sent a SYNC.</summary>
    public void OnHeard(Instant now)
    {
        _heardAt = now;
        Arm(now);
    }

    /// <summary>Whether the sequencer was heard recently.</summary>
    public bool Hears(Instant now) => _heardAt is { } heard && now - heard < options.SuspicionMin;

    /// <summary>The silence has lasted too long: says so to all sequencers, and again until one is heard.</summary>
    /// <param name="followed">The epoch that the member follows; <see cref="Epoch.None"/> if it follows none.</param>
    /// <param name="now">The moment.</param>
    public void OnTimer(Epoch followed, Instant now)
    {
        var silent = _heardAt is { } heard ? now - heard : options.SuspicionMax;
        var suspicion = new SeqSuspect(
            log.Record.Promised.Epoch, log.Record.Incarnation, (int)Math.Min(silent.TotalMilliseconds, int.MaxValue));
        foreach (var sequencer in options.Sequencers)
            outbox.Send(NodeId.Sequencer(sequencer), followed, suspicion);
        NextDeadline = now + options.EpochRetry;
    }

    /// <summary>A sequencer has spoken for an epoch that is not installed. Asks it for the view, but not too often.</summary>
    /// <param name="sequencer">The sequencer.</param>
    /// <param name="followed">The epoch that the member follows; <see cref="Epoch.None"/> if it follows none.</param>
    /// <param name="now">The moment.</param>
    public void OnUninstalledEpoch(NodeId sequencer, Epoch followed, Instant now)
    {
        if (now < _askViewAt)
            return;
        _askViewAt = now + options.EpochRetry;
        outbox.Send(sequencer, followed, new GetView(log.Record.Installed.Epoch));
    }
}
