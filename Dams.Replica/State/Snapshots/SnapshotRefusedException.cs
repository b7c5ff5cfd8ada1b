namespace Dams.Replica.State.Snapshots;

/// <summary>Leads a refusal out of the depths of a <see cref="SnapshotReader"/>; nobody outside sees it.</summary>
internal sealed class SnapshotRefusedException(SnapshotRefused refused) : Exception(refused.ToString())
{
    /// <summary>What is wrong.</summary>
    public SnapshotRefused Refused { get; } = refused;
}
