namespace Dams.Contracts.Management;

/// <summary>
/// What is put into the order of the managers' group. Every manager reads the same reports in the same order, and so decides the same. The hierarchy is closed;
/// <see cref="ReportCodec"/> gives each its bytes. A report may be ordered twice after a change of epoch: none has an effect the second time.
/// </summary>
/// <param name="Replica">The slot that it is about, from 1.</param>
/// <param name="Incarnation">The data folder that it is about: what is said of an incarnation never touches the next one.</param>
public abstract record Report(byte Replica, ulong Incarnation);

/// <summary>A front end has judged a run of replies wrong: that many in succession, by sequence, without a right one between them.</summary>
/// <param name="Replica">The accused.</param>
/// <param name="Incarnation">Of the accused.</param>
/// <param name="FrontEnd">Who accuses.</param>
/// <param name="FrontEndBoot">Which life of it.</param>
/// <param name="Sequences">The numbers of the replies, rising; at most <see cref="SequencesMax"/>.</param>
public sealed record VerdictReport(byte Replica, ulong Incarnation, byte FrontEnd, ulong FrontEndBoot, IReadOnlyList<long> Sequences) : Report(Replica, Incarnation)
{
    /// <summary>So many wrong replies in succession make a case.</summary>
    public const int Strikes = 3;

    /// <summary>A run may be longer than three; the newest are told.</summary>
    public const int SequencesMax = 8;

    /// <inheritdoc/>
    public bool Equals(VerdictReport? other) => base.Equals(other) && FrontEnd == other.FrontEnd && FrontEndBoot == other.FrontEndBoot && Sequences.SequenceEqual(other.Sequences);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), FrontEnd, FrontEndBoot, Sequences.Count);
}

/// <summary>Why a replica is suspected.</summary>
public enum SuspicionCause : byte
{
    /// <summary>A front end had the second equal reply and waited for this replica's beyond the limit.</summary>
    Silent = 1,

    /// <summary>The sequencer sees that its disk makes no progress, and holds the history for it.</summary>
    Lagging = 2,
}

/// <summary>A replica does not do its part.</summary>
/// <param name="Replica">The suspect.</param>
/// <param name="Incarnation">Of the suspect.</param>
/// <param name="Cause">Why.</param>
/// <param name="Sequence">The number at which it was missed; 0 if none.</param>
public sealed record SuspicionReport(byte Replica, ulong Incarnation, SuspicionCause Cause, long Sequence) : Report(Replica, Incarnation);

/// <summary>A manager's vote in a case.</summary>
/// <param name="Replica">The accused.</param>
/// <param name="Incarnation">Of the accused.</param>
/// <param name="Manager">Who votes.</param>
/// <param name="Case">The number of the report that opened the case.</param>
/// <param name="IsGuilty">Whether this manager has seen it for itself: dead, or wrong.</param>
/// <param name="View">The number of the replicas' view in which this manager saw the accused; 0 in a vote for its innocence.</param>
/// <param name="Seen">The number of the last report that this manager knew: a vote that did not know of a restart says nothing about it.</param>
public sealed record VoteReport(byte Replica, ulong Incarnation, byte Manager, long Case, bool IsGuilty, long View, long Seen) : Report(Replica, Incarnation);

/// <summary>A manager has compared the state digests of a checkpoint: this replica's is in the minority.</summary>
/// <param name="Replica">The accused.</param>
/// <param name="Incarnation">Of the accused.</param>
/// <param name="Manager">Who has compared.</param>
/// <param name="Checkpoint">The number of the checkpoint.</param>
/// <param name="View">The number of the replicas' view in which this manager saw the accused.</param>
public sealed record DigestReport(byte Replica, ulong Incarnation, byte Manager, long Checkpoint, long View) : Report(Replica, Incarnation);

/// <summary>The replica's process has ended with its log intact, and its own manager starts it again: nobody is to vote it dead for a moment.</summary>
/// <param name="Replica">The slot, which is also the manager's.</param>
/// <param name="Incarnation">Which is started again; 0 if its manager does not know it.</param>
/// <param name="Restart">Rises with each restart of the slot, so that two restarts are two reports, and one that comes late or again is known.</param>
public sealed record RestartReport(byte Replica, ulong Incarnation, long Restart) : Report(Replica, Incarnation);

/// <summary>Why an incarnation can't come back.</summary>
public enum LossCause : byte
{
    /// <summary>Its data folder is gone: another incarnation stands in front of its place.</summary>
    FolderLost = 1,

    /// <summary>It has halted: it met two different entries under one number.</summary>
    Halted = 2,

    /// <summary>It waits before an entry that has killed it twice, and that two others have passed.</summary>
    Poisoned = 3,

    /// <summary>Its process can't be started.</summary>
    CannotStart = 4,

    /// <summary>Its data folder is an older copy of itself: others know a newer stamp.</summary>
    FolderOutdated = 5,
}

/// <summary>A replica's own manager says what only it can know: this incarnation is lost.</summary>
/// <param name="Replica">The slot, which is also the manager's.</param>
/// <param name="Incarnation">The lost one.</param>
/// <param name="Cause">Why.</param>
/// <param name="View">The number of the replicas' view in which its manager saw it.</param>
public sealed record LossReport(byte Replica, ulong Incarnation, LossCause Cause, long View) : Report(Replica, Incarnation);

/// <summary>A manager sees a new incarnation vote in the place of a replaced one.</summary>
/// <param name="Replica">The slot.</param>
/// <param name="Incarnation">The replaced one.</param>
/// <param name="Decision">The number of the decision.</param>
public sealed record SettledReport(byte Replica, ulong Incarnation, long Decision) : Report(Replica, Incarnation);

/// <summary>A manager has waited long enough for a replacement that does not come; the others may be replaced meanwhile.</summary>
/// <param name="Replica">The slot.</param>
/// <param name="Incarnation">The one to be replaced.</param>
/// <param name="Decision">The number of the decision.</param>
public sealed record OverdueReport(byte Replica, ulong Incarnation, long Decision) : Report(Replica, Incarnation);
