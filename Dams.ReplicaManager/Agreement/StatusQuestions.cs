namespace Dams.ReplicaManager.Agreement;

/// <summary>Asks replicas for their status, each replica one question at a time. All inquiries hear the answer.</summary>
internal sealed class StatusQuestions(IReplicaAccess access)
{
    private readonly HashSet<byte> _asked = [];

    /// <summary>Asks a replica, unless its answer to an earlier question is still to come.</summary>
    public void Ask(byte replica)
    {
        if (_asked.Add(replica))
            access.AskStatus(replica);
    }

    /// <summary>A question has ended, with an answer or without.</summary>
    public void OnAnswered(byte replica) => _asked.Remove(replica);
}
