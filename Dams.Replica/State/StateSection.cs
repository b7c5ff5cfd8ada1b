namespace Dams.Replica.State;

/// <summary>A part of the replicated state besides the engine's buckets that the state digest covers too.</summary>
/// <param name="Name">Which: 1 to 255 ASCII characters, the same on all replicas.</param>
/// <param name="Digest">The SHA-256 digest of its canonical bytes.</param>
internal readonly record struct StateSection(string Name, ReadOnlyMemory<byte> Digest)
{
    /// <summary>What is known of front ends: the first section.</summary>
    public const string FrontEnds = "front-ends";

    /// <summary>The rows of the session table: the second.</summary>
    public const string Sessions = "sessions";
}
