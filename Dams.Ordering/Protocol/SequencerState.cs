namespace Dams.Ordering.Protocol;

/// <summary>The states of a sequencer.</summary>
public enum SequencerState
{
    /// <summary>Waits, and takes over when Q members say that no sequencer is active.</summary>
    Standby,

    /// <summary>Collects promises for its next epoch, and fetches the tail of the log that it chose.</summary>
    Candidate,

    /// <summary>Has sent NEWVIEW and waits for Q durable installs.</summary>
    Installing,

    /// <summary>Leads its epoch: orders requests.</summary>
    Active,
}
