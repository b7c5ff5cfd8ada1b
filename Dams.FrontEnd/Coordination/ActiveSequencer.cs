using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;

namespace Dams.FrontEnd.Coordination;

/// <summary>
/// The sequencer that this front end believes active, and how far it has ordered. Decides which sequencer requests are sent to. Pure
/// and single-threaded.
/// </summary>
internal sealed class ActiveSequencer(GroupOptions group, CoordinatorOptions options)
{
    private Instant _heardAt;

    /// <summary>The number of the sequencer that requests are sent to.</summary>
    public byte Number { get; private set; } = group.Sequencers[0];

    /// <summary>The highest epoch heard of.</summary>
    public Epoch Epoch { get; private set; }

    /// <summary>The highest sequence number that a sequencer has reported.</summary>
    public SequenceNumber MaxSeq { get; private set; }

    /// <summary>The highest committed number that a sequencer has reported.</summary>
    public SequenceNumber CommitSeq { get; private set; }

    /// <summary>Whether a sequencer was heard recently.</summary>
    public bool IsHeard(Instant now) => now - _heardAt < options.SequencerPatience;

    /// <summary>Whether a message comes from the sequencer that leads the highest epoch, or a higher one.</summary>
    public bool IsLedBy(in Envelope envelope) => envelope.From.Role == NodeRole.Sequencer
        && envelope.Epoch.Sequencer == envelope.From.Number && envelope.Epoch >= Epoch;

    /// <summary>Takes a SYNC of the leader.</summary>
    /// <returns>Whether it is the first SYNC that is heard of its epoch.</returns>
    public bool OnSync(in Envelope envelope, Sync sync, Instant now)
    {
        var isNew = envelope.Epoch > Epoch;
        (Epoch, Number, _heardAt) = (envelope.Epoch, envelope.From.Number, now);
        MaxSeq = SequenceNumber.Max(MaxSeq, sync.MaxSeq);
        CommitSeq = SequenceNumber.Max(CommitSeq, sync.CommitSeq);
        return isNew;
    }

    /// <summary>A standby has named another sequencer. This is worth following only while no sequencer is heard.</summary>
    public void OnHint(byte sequencer)
    {
        if (group.Sequencers.Contains(sequencer))
            Number = sequencer;
    }

    /// <summary>A request needs a retry: if no sequencer is heard, they are tried in turn, because none is known to be active.</summary>
    public void OnRetry(Instant now)
    {
        if (now - _heardAt <= options.SequencerPatience)
            return;
        for (var i = 0; i < group.Sequencers.Count; i++)
        {
            if (group.Sequencers[i] == Number)
            {
                Number = group.Sequencers[(i + 1) % group.Sequencers.Count];
                return;
            }
        }
    }
}
