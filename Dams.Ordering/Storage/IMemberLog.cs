namespace Dams.Ordering.Storage;

/// <summary>A batch that is written in one step. After a crash all of it is there or nothing.</summary>
/// <param name="CutTo">First forget every entry above this number; null to keep all.</param>
/// <param name="Entries">Then append these, which follow the last entry without a gap.</param>
/// <param name="Record">And remember this record; null to keep the present one.</param>
/// <param name="CommitHint">A number known to be committed. A restart can replay up to it before it hears anyone. It may lag.</param>
public sealed record LogBatch(SequenceNumber? CutTo, IReadOnlyList<Entry> Entries, MemberRecord? Record, SequenceNumber CommitHint);

/// <summary>
/// The durable log of a member: its only access to the disk. Only the owner's loop calls it. Writes are visible to
/// reads at once, and durable after the shell's flush. The shell then tells the core with <c>OnFlushed</c>.
/// </summary>
public interface IMemberLog
{
    /// <summary>The record that was written last, durable or not yet.</summary>
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
    /// Forgets every entry up to a number, which becomes <see cref="Base"/>. A number above <see cref="Last"/> empties
    /// the log; a joiner's log begins like this. On return this is durable, and so is everything that was written
    /// before.
    /// </summary>
    void TrimTo(SequenceNumber seq, Chain chain);

    /// <summary>Writes a batch. It is durable after a flush.</summary>
    /// <returns>A number, rising with each write, that the flush reports back.</returns>
    long Write(LogBatch batch);
}
