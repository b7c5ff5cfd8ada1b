namespace Dams.Contracts.Reports;

/// <summary>
/// A report in the order of the managers' group. Every manager reads the same reports in the same order, and so makes the same decisions.
/// The hierarchy is closed; <see cref="ReportCodec"/> gives each its bytes. After a change of epoch a report may be ordered twice.
/// The second time it has no effect.
/// </summary>
/// <param name="Replica">The seat that the report is about, from 1.</param>
/// <param name="Incarnation">The incarnation that the report is about. A report about one incarnation never touches the next one.</param>
public abstract record Report(byte Replica, ulong Incarnation);

/// <summary>
/// A front end has judged a run of replies wrong. In the order of their sequence numbers, no right reply lies between them.
/// </summary>
/// <param name="Replica">The seat of the accused replica.</param>
/// <param name="Incarnation">The incarnation of the accused replica.</param>
/// <param name="FrontEnd">The number of the front end that accuses.</param>
/// <param name="FrontEndBoot">The boot of that front end.</param>
/// <param name="Sequences">The numbers of the newest wrong replies of the run, rising; at most <see cref="SequencesMax"/>.</param>
public sealed record VerdictReport(byte Replica, ulong Incarnation, byte FrontEnd, ulong FrontEndBoot, IReadOnlyList<long> Sequences)
    : Report(Replica, Incarnation)
{
    /// <summary>This many wrong replies in succession open a case.</summary>
    public const int Strikes = 3;

    /// <summary>The most numbers in a report. A run may be longer; the report then has its newest numbers only.</summary>
    public const int SequencesMax = 8;

    /// <inheritdoc/>
    public bool Equals(VerdictReport? other) => base.Equals(other)
        && FrontEnd == other.FrontEnd
        && FrontEndBoot == other.FrontEndBoot
        && Sequences.SequenceEqual(other.Sequences);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), FrontEnd, FrontEndBoot, Sequences.Count);
}

/// <summary>Why a replica is suspected.</summary>
public enum SuspicionCause : byte
{
    /// <summary>A front end had two equal replies, and this replica's reply did not come within the limit after that.</summary>
    Silent = 1,

    /// <summary>The replica's disk makes no progress, and the sequencer must keep the history for it.</summary>
    Lagging = 2,
}

/// <summary>A replica does not do its part.</summary>
/// <param name="Replica">The seat of the suspect.</param>
/// <param name="Incarnation">The incarnation of the suspect.</param>
/// <param name="Cause">Whether its reply is missing or its disk makes no progress.</param>
/// <param name="Sequence">The number at which the replica was missed; 0 if none.</param>
public sealed record SuspicionReport(byte Replica, ulong Incarnation, SuspicionCause Cause, long Sequence) : Report(Replica, Incarnation);

/// <summary>A manager's vote in a case.</summary>
/// <param name="Replica">The seat of the accused replica.</param>
/// <param name="Incarnation">The incarnation of the accused replica.</param>
/// <param name="Manager">The number of the manager that votes.</param>
/// <param name="Case">The number of the report that opened the case.</param>
/// <param name="IsGuilty">Whether this manager has itself seen that the accused is dead or wrong.</param>
/// <param name="View">The number of the replicas' view in which this manager saw the accused; 0 in a vote of innocence.</param>
/// <param name="Seen">
/// The number of the last report that this manager knew. A vote whose manager did not know of a restart says nothing about the restarted
/// replica.
/// </param>
public sealed record VoteReport(byte Replica, ulong Incarnation, byte Manager, long Case, bool IsGuilty, long View, long Seen)
    : Report(Replica, Incarnation);

/// <summary>A manager has compared the state digests of a checkpoint, and found this replica's in the minority.</summary>
/// <param name="Replica">The seat of the accused replica.</param>
/// <param name="Incarnation">The incarnation of the accused replica.</param>
/// <param name="Manager">The number of the manager that has compared.</param>
/// <param name="Checkpoint">The number of the checkpoint.</param>
/// <param name="View">The number of the replicas' view in which this manager saw the accused.</param>
public sealed record DigestReport(byte Replica, ulong Incarnation, byte Manager, long Checkpoint, long View) : Report(Replica, Incarnation);

/// <summary>
/// The replica's process has ended with its log intact, and its own manager starts it again. For a moment no manager is to vote it dead.
/// </summary>
/// <param name="Replica">The seat; the reporting manager has the same number.</param>
/// <param name="Incarnation">The incarnation that is started again; 0 if its manager does not know it.</param>
/// <param name="Restart">
/// Rises with each restart of the seat. So two restarts are two reports, and a report that comes late or again is recognised.
/// </param>
public sealed record RestartReport(byte Replica, ulong Incarnation, long Restart) : Report(Replica, Incarnation);

/// <summary>Why an incarnation can't come back.</summary>
public enum LossCause : byte
{
    /// <summary>Its data folder is gone: another incarnation has started in its seat and waits outside the view.</summary>
    FolderLost = 1,

    /// <summary>It has halted, because it met two different entries under one number.</summary>
    Halted = 2,

    /// <summary>It waits before an entry that has killed it twice. Two other replicas have passed that entry.</summary>
    Poisoned = 3,

    /// <summary>Its process can't be started.</summary>
    CannotStart = 4,

    /// <summary>Its data folder is an older copy of itself: other members know a newer stamp.</summary>
    FolderOutdated = 5,
}

/// <summary>A replica's own manager reports a fact that only it can know: this incarnation is lost.</summary>
/// <param name="Replica">The seat; the reporting manager has the same number.</param>
/// <param name="Incarnation">The lost incarnation.</param>
/// <param name="Cause">The reason why it can't come back.</param>
/// <param name="View">The number of the replicas' view in which its manager saw it.</param>
public sealed record LossReport(byte Replica, ulong Incarnation, LossCause Cause, long View) : Report(Replica, Incarnation);

/// <summary>A manager sees a new incarnation vote in the seat of a replaced one.</summary>
/// <param name="Replica">The seat.</param>
/// <param name="Incarnation">The replaced incarnation.</param>
/// <param name="Decision">The number of the decision to replace it.</param>
public sealed record SettledReport(byte Replica, ulong Incarnation, long Decision) : Report(Replica, Incarnation);

/// <summary>A manager has waited long enough for a replacement that does not come. Other replicas may be replaced meanwhile.</summary>
/// <param name="Replica">The seat.</param>
/// <param name="Incarnation">The incarnation that is to be replaced.</param>
/// <param name="Decision">The number of the decision to replace it.</param>
public sealed record OverdueReport(byte Replica, ulong Incarnation, long Decision) : Report(Replica, Incarnation);
