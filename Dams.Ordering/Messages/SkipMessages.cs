namespace Dams.Ordering.Messages;

/// <summary>Manager to the sequencers, for an operator: have an entry passed over that kills whoever executes it. Repeated while the operator waits.</summary>
/// <param name="Seq">The entry.</param>
public sealed record SkipReq(SequenceNumber Seq) : Message;

/// <summary>What has become of a skip. The numbers are on the wire.</summary>
public enum SkipOutcome : byte
{
    /// <summary>No member waits before that entry (yet): nobody is asked for a promise.</summary>
    Unneeded = 1,

    /// <summary>Promises are collected.</summary>
    Collecting = 2,

    /// <summary>The SKIP is committed.</summary>
    Skipped = 3,

    /// <summary>Refused: two members have executed the entry, so a client may have its answer.</summary>
    Executed = 4,

    /// <summary>Refused: no entry was committed under that number.</summary>
    NotCommitted = 5,

    /// <summary>Refused: the entry is no request of a client.</summary>
    NotARequest = 6,

    /// <summary>Another entry is being skipped; one at a time.</summary>
    Busy = 7,
}

/// <summary>Sequencer to manager: how far a skip is.</summary>
/// <param name="Seq">The entry.</param>
/// <param name="Outcome">What has become of it.</param>
/// <param name="WaitedFor">While promises are collected: the members of the view before the entry that have not promised. One may be missing in the end.</param>
public sealed record SkipStatus(SequenceNumber Seq, SkipOutcome Outcome, View WaitedFor) : Message;

/// <summary>Sequencer to members: promise, on disk, never to execute this entry.</summary>
/// <param name="Seq">The entry.</param>
/// <param name="IsUrgent">Whether some member waits before it: only then one that could still execute it promises.</param>
public sealed record SkipAsk(SequenceNumber Seq, bool IsUrgent) : Message;

/// <summary>What a member says to a <see cref="SkipAsk"/>. The numbers are on the wire.</summary>
public enum SkipAnswer : byte
{
    /// <summary>It has not executed the entry, and has promised nothing.</summary>
    Free = 1,

    /// <summary>It will never execute the entry: that is on disk.</summary>
    Promised = 2,

    /// <summary>It, or who it has its state from, has executed the entry.</summary>
    Executed = 3,

    /// <summary>It has passed over the entry already.</summary>
    Skipped = 4,

    /// <summary>The entry is no request of a client.</summary>
    NotARequest = 5,
}

/// <summary>Member to sequencer: whether an entry can be skipped, as far as this member goes.</summary>
/// <param name="Seq">The entry.</param>
/// <param name="Incarnation">Who answers.</param>
/// <param name="Answer">The answer.</param>
/// <param name="Before">Who was a member just before the entry, joiners among them, as the member's log tells; nobody if it doesn't, or if no promise needs it yet.</param>
public sealed record SkipVote(SequenceNumber Seq, Incarnation Incarnation, SkipAnswer Answer, View Before) : Message;
