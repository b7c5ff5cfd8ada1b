using Dams.ReplicaManager.Agreement;

namespace Dams.Tests.Agreement;

/// <summary>Notes what a manager wants to know and to do, and does nothing.</summary>
internal sealed class RecordingAccess : IReplicaAccess
{
    public List<byte> StatusAsked { get; } = [];

    public List<long> SnapshotsAsked { get; } = [];

    public List<AgreedSnapshot> Saved { get; } = [];

    public void AskStatus(byte replica) => StatusAsked.Add(replica);

    public void AskReply(byte replica, long sequence)
    {
    }

    public void AskDigest(byte replica, long checkpoint)
    {
    }

    public void Replace(Decision decision, int versionTurns)
    {
    }

    public void SetAsideUnless(ulong present)
    {
    }

    public void SetAsideReplaced(ulong replaced)
    {
    }

    public void AskSnapshot(long sequence) => SnapshotsAsked.Add(sequence);

    public void SaveSnapshot(AgreedSnapshot snapshot) => Saved.Add(snapshot);
}
