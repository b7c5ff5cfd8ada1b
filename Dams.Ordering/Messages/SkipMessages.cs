namespace Dams.Ordering.Messages;

/// <summary>
/// Manager to the sequencers, for an operator: skip an entry that kills the process that executes it. The manager
/// repeats this while the operator waits.
/// </summary>
/// <param name="Seq">The entry to skip.</param>
public sealed record SkipReq(SequenceNumber Seq) : Message;

/// <summary>The state of a skip. The numeric values are used on the wire.</summary>
public enum SkipOutcome : byte
{
    /// <summary>No member waits before that entry, at least not yet. So no other member is asked for a promise.</summary>
    Unneeded = 1,

    /// <summary>The sequencer is collecting promises.</summary>
    Collecting = 2,

    /// <summary>The SKIP is committed.</summary>
    Skipped = 3,

    /// <summary>Refused: two members have executed the entry, so a client may have its answer.</summary>
    Executed = 4,

    /// <summary>Refused: no entry was committed under that number.</summary>
    NotCommitted = 5,

    /// <summary>Refused: the entry is no request of a client.</summary>
    NotARequest = 6,

    /// <summary>Another entry is being skipped. Only one is skipped at a time.</summary>
    Busy = 7,
}

/// <summary>Sequencer to manager: the progress of a skip.</summary>
/// <param name="Seq">The entry.</param>
/// <param name="Outcome">The state of the skip.</param>
/// <param name="WaitedFor">
/// While promises are collected: the members of the view before the entry that have not promised yet. In the end one
/// promise may be missing.
/// </param>
public sealed record SkipStatus(SequenceNumber Seq, SkipOutcome Outcome, View WaitedFor) : Message;

/// <summary>Sequencer to members: promise, on disk, never to execute this entry.</summary>
/// <param name="Seq">The entry.</param>
/// <param name="IsUrgent">
/// Whether some member waits before the entry. Only then does a member promise although it could still execute the
/// entry.
/// </param>
public sealed record SkipAsk(SequenceNumber Seq, bool IsUrgent) : Message;

/// <summary>The answer of a member to a <see cref="SkipAsk"/>. The numeric values are used on the wire.</summary>
public enum SkipAnswer : byte
{
    /// <summary>The member has not executed the entry, and has promised nothing.</summary>
    Free = 1,

    /// <summary>The member will never execute the entry. This promise is on disk.</summary>
    Promised = 2,

    /// <summary>The member has executed the entry, or a member that its state comes from has.</summary>
    Executed = 3,

    /// <summary>The member has already passed over the entry.</summary>
    Skipped = 4,

    /// <summary>The entry is no request of a client.</summary>
    NotARequest = 5,
}

/// <summary>Member to sequencer: whether an entry can be skipped, as far as this member goes.</summary>
/// <param name="Seq">The entry.</param>
/// <param name="Incarnation">The incarnation that answers.</param>
/// <param name="Answer">The answer.</param>
/// <param name="Before">
/// The members just before the entry, including joiners, according to the log of the member that answers. Empty if its
/// log doesn't tell, or if no promise needs it yet.
/// </param>
public sealed record SkipVote(SequenceNumber Seq, Incarnation Incarnation, SkipAnswer Answer, View Before) : Message;
