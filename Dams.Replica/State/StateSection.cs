namespace Dams.Replica.State;

/// <summary>A part of the replicated state that the state digest covers besides the engine's buckets.</summary>
/// <param name="Name">The name of the section: 1 to 255 ASCII characters, the same on all replicas.</param>
/// <param name="Digest">The SHA-256 digest of its canonical bytes.</param>
internal readonly record struct StateSection(string Name, ReadOnlyMemory<byte> Digest)
{
    /// <summary>The first section: what the session table knows of front ends.</summary>
    public const string FrontEnds = "front-ends";

    /// <summary>The second section: the rows of the session table.</summary>
    public const string Sessions = "sessions";
}
