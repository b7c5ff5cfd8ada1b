namespace Dams.Ordering.Storage;

/// <summary>What a member must never forget, besides its entries.</summary>
/// <param name="Incarnation">The identity of this data folder.</param>
/// <param name="Promised">No older epoch is obeyed any more.</param>
/// <param name="Installed">The epoch whose order the log is a prefix of.</param>
/// <param name="View">The members as of the installation (membership entries after it are in the log).</param>
public sealed record MemberRecord(Incarnation Incarnation, Reign Promised, Reign Installed, View View)
{
    /// <summary>How new this folder is, and how new the others' are.</summary>
    public StampRecord Stamps { get; init; } = StampRecord.None;
}

/// <summary>What is written in one step: after a crash all of it is there or nothing.</summary>
/// <param name="CutTo">First forget every entry above this number; null to keep all.</param>
/// <param name="Entries">Then append these, which follow the last without a gap.</param>
/// <param name="Record">And remember this; null to keep what is there.</param>
/// <param name="CommitHint">A number known to be committed, so that a restart can replay so far before it hears anyone. May lag.</param>
public sealed record LogBatch(SequenceNumber? CutTo, IReadOnlyList<Entry> Entries, MemberRecord? Record, SequenceNumber CommitHint);

/// <summary>
/// The durable log of a member: the one door to its disk. The owner's loop is the only caller. Writes are visible to reads at once and durable after
/// the flush that the shell makes; the shell then tells the core with <c>OnFlushed</c>.
/// </summary>
public interface IMemberLog
{
    /// <summary>What was remembered last (durable or not yet).</summary>
    MemberRecord Record { get; }

    /// <summary>The number just before the first entry that is kept: 0 unless the log was trimmed.</summary>
    SequenceNumber Base { get; }

    /// <summary>The chain value at <see cref="Base"/>.</summary>
    Chain BaseChain { get; }

    /// <summary>The number of the last entry; <see cref="Base"/> if there is none.</summary>
    SequenceNumber Last { get; }

    /// <summary>The highest commit hint that was written.</summary>
    SequenceNumber CommitHint { get; }

    /// <summary>Reads one entry between <see cref="Base"/> (exclusive) and <see cref="Last"/> (inclusive); null outside.</summary>
    Entry? Read(SequenceNumber seq);

    /// <summary>
    /// Forgets every entry up to a number, which becomes <see cref="Base"/>; above <see cref="Last"/> it empties the log there, which is how a joiner's
    /// begins. Durable on return, with everything that was written before.
    /// </summary>
    void TrimTo(SequenceNumber seq, Chain chain);

    /// <summary>Writes a batch. It is durable after a flush.</summary>
    /// <returns>A number, rising with each write, that the flush reports back.</returns>
    long Write(LogBatch batch);
}
