using Dams.Ordering;

namespace Dams.Replica.Core;

/// <summary>A digest of the state just after an entry; 32 bytes.</summary>
internal sealed record Checkpoint(SequenceNumber Seq, byte[] Digest);
