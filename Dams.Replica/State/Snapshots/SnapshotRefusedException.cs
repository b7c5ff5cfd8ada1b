namespace Dams.Replica.State.Snapshots;

/// <summary>Carries a rejection out of the nested calls of a <see cref="SnapshotReader"/>, which catches it.</summary>
internal sealed class SnapshotRefusedException(SnapshotRefused refused) : Exception(refused.ToString())
{
    /// <summary>Why the snapshot is rejected.</summary>
    public SnapshotRefused Refused { get; } = refused;
}
