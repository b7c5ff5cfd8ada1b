namespace Dams.Ordering.Storage;

/// <summary>A number together with the chain value at it.</summary>
internal readonly record struct ChainPoint(SequenceNumber Seq, Chain Chain)
{
    public const int Size = sizeof(long) + Chain.Size;
}

/// <summary>The state of the log between two frames, apart from the entries.</summary>
internal readonly record struct LogState(ChainPoint Base, ChainPoint Last, SequenceNumber CommitHint, MemberRecord Record);
