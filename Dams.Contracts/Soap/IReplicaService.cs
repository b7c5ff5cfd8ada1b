using System.ServiceModel;

namespace Dams.Contracts.Soap;

/// <summary>
/// The contract of one replica for front ends, managers and other replicas, as <c>ReplicaService.wsdl</c> defines it. Unsigned 64-bit
/// numbers travel as decimal text, digests as lower-case hexadecimal text. Every operation throws <see cref="FaultException{TDetail}"/>
/// of <see cref="ReplicaFault"/>.
/// </summary>
[ServiceContract(Name = "ReplicaPortType", Namespace = SoapNamespaces.ReplicaV1)]
[XmlSerializerFormat(SupportFaults = true)]
public interface IReplicaService
{
    /// <summary>The identity of this replica, and how far it has come.</summary>
    [OperationContract(Name = "GetStatus", Action = SoapNamespaces.ReplicaV1 + "/GetStatus", ReplyAction = "*")]
    [FaultContract(typeof(ReplicaFault), Name = "ReplicaFault", Namespace = SoapNamespaces.ReplicaV1)]
    [return: MessageParameter(Name = "result")]
    Task<GetStatusResult> GetStatusAsync();

    /// <summary>The digest of the state after an entry. The replica keeps only those of the last checkpoints.</summary>
    [OperationContract(Name = "GetStateDigest", Action = SoapNamespaces.ReplicaV1 + "/GetStateDigest", ReplyAction = "*")]
    [FaultContract(typeof(ReplicaFault), Name = "ReplicaFault", Namespace = SoapNamespaces.ReplicaV1)]
    [return: MessageParameter(Name = "result")]
    Task<GetStateDigestResult> GetStateDigestAsync(long sequence);

    /// <summary>The reply that this replica gave to a request. The replica keeps the last 10,000.</summary>
    [OperationContract(Name = "GetReply", Action = SoapNamespaces.ReplicaV1 + "/GetReply", ReplyAction = "*")]
    [FaultContract(typeof(ReplicaFault), Name = "ReplicaFault", Namespace = SoapNamespaces.ReplicaV1)]
    [return: MessageParameter(Name = "result")]
    Task<GetReplyResult> GetReplyAsync(long sequence);

    /// <summary>
    /// Entries of the log, both ends included, in order. There are fewer than asked for if the answer would be too long or the log does not
    /// have them.
    /// </summary>
    [OperationContract(Name = "GetEntries", Action = SoapNamespaces.ReplicaV1 + "/GetEntries", ReplyAction = "*")]
    [FaultContract(typeof(ReplicaFault), Name = "ReplicaFault", Namespace = SoapNamespaces.ReplicaV1)]
    [return: MessageParameter(Name = "result")]
    Task<GetEntriesResult> GetEntriesAsync(long from, long to);

    /// <summary>A piece of the canonical snapshot of the state after an entry.</summary>
    [OperationContract(Name = "GetSnapshot", Action = SoapNamespaces.ReplicaV1 + "/GetSnapshot", ReplyAction = "*")]
    [FaultContract(typeof(ReplicaFault), Name = "ReplicaFault", Namespace = SoapNamespaces.ReplicaV1)]
    [return: MessageParameter(Name = "result")]
    Task<GetSnapshotResult> GetSnapshotAsync(long sequence, long offset);
}
