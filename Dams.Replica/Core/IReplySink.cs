namespace Dams.Replica.Core;

/// <summary>Receives the replies of a <see cref="ReplicaCore"/>, in its loop.</summary>
internal interface IReplySink
{
    /// <summary>Called with the reply to each executed operation, and with the front end that sent the request.</summary>
    void OnReply(StoredReply reply, byte frontEnd);
}
