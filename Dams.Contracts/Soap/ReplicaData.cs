using System.Xml.Serialization;

namespace Dams.Contracts.Soap;

/// <summary>The identity of a replica, and how far it has come.</summary>
[XmlType(Namespace = SoapNamespaces.ReplicaV1)]
public sealed class GetStatusResult
{
    /// <summary>Its number in the topology.</summary>
    [XmlElement("id", Order = 0)]
    public int Id { get; set; }

    /// <summary>The incarnation in decimal; made with the data folder.</summary>
    [XmlElement("incarnation", Order = 1)]
    public string Incarnation { get; set; } = "";

    /// <summary>The boot in decimal; random at every start of the process.</summary>
    [XmlElement("boot", Order = 2)]
    public string Boot { get; set; } = "";

    /// <summary>The version that it runs.</summary>
    [XmlElement("engine", Order = 3)]
    public string Engine { get; set; } = "";

    /// <summary>The last installed epoch in decimal.</summary>
    [XmlElement("epoch", Order = 4)]
    public string Epoch { get; set; } = "";

    /// <summary>The last executed entry.</summary>
    [XmlElement("executed", Order = 5)]
    public long Executed { get; set; }

    /// <summary>The last entry on disk.</summary>
    [XmlElement("durable", Order = 6)]
    public long Durable { get; set; }

    /// <summary>The first entry that the log still has.</summary>
    [XmlElement("firstLogged", Order = 7)]
    public long FirstLogged { get; set; }

    /// <summary>The last entry that the log has.</summary>
    [XmlElement("lastLogged", Order = 8)]
    public long LastLogged { get; set; }

    /// <summary>The newest known state digest in hexadecimal.</summary>
    [XmlElement("stateDigest", Order = 9)]
    public string StateDigest { get; set; } = "";

    /// <summary>
    /// The entry just after which the state had that digest. It is the last executed entry if the replica is idle, and the last
    /// checkpoint if it is busy.
    /// </summary>
    [XmlElement("digestAt", Order = 10)]
    public long DigestAt { get; set; }

    /// <summary>The process id on its machine.</summary>
    [XmlElement("processId", Order = 11)]
    public int ProcessId { get; set; }

    /// <summary>The state of the group member.</summary>
    [XmlElement("state", Order = 12)]
    public string State { get; set; } = "";

    /// <summary>The incarnation that must be ordered out first, while this replica is outside the view; else null.</summary>
    [XmlElement("blockedBy", Order = 13)]
    public string? BlockedBy { get; set; }

    /// <summary>The number of its newest checkpoint, for <c>GetStateDigest</c>; 0 if it has taken none since its start.</summary>
    [XmlElement("checkpoint", Order = 14)]
    public long Checkpoint { get; set; }

    /// <summary>
    /// The entry that it does not execute, because the entry has killed its process or because it has promised not to. Valid only if
    /// <see cref="WaitingBeforeSpecified"/>.
    /// </summary>
    [XmlElement("waitingBefore", Order = 15)]
    public long WaitingBefore { get; set; }

    /// <summary>Whether it waits before an entry.</summary>
    [XmlIgnore]
    public bool WaitingBeforeSpecified { get; set; }

    /// <summary>
    /// How far back in time it remembers requests with client-made ids, by the time of the entries. Valid only if
    /// <see cref="SessionWindowSecondsSpecified"/>.
    /// </summary>
    [XmlElement("sessionWindowSeconds", Order = 16)]
    public long SessionWindowSeconds { get; set; }

    /// <summary>
    /// False while the replica has room for more, because it then remembers all requests since the beginning. Also false after a start
    /// from a snapshot, which has no times, until the requests of the snapshot are forgotten.
    /// </summary>
    [XmlIgnore]
    public bool SessionWindowSecondsSpecified { get; set; }

    /// <summary>
    /// How many bytes its log can still take for certain, while its disk has no room for more. Valid only if
    /// <see cref="LogBytesLeftSpecified"/>.
    /// </summary>
    [XmlElement("logBytesLeft", Order = 17)]
    public long LogBytesLeft { get; set; }

    /// <summary>Whether its disk has no room for the next segment of its log.</summary>
    [XmlIgnore]
    public bool LogBytesLeftSpecified { get; set; }
}

/// <summary>The digest of the state after an entry.</summary>
[XmlType(Namespace = SoapNamespaces.ReplicaV1)]
public sealed class GetStateDigestResult
{
    /// <summary>Whether the digest is still kept.</summary>
    [XmlElement("found", Order = 0)]
    public bool Found { get; set; }

    /// <summary>The number that was asked for.</summary>
    [XmlElement("sequence", Order = 1)]
    public long Sequence { get; set; }

    /// <summary>The digest of the state in hexadecimal; null unless found.</summary>
    [XmlElement("digest", Order = 2)]
    public string? Digest { get; set; }

    /// <summary>
    /// The digest in hexadecimal with which this replica vouches for its snapshot of that state; null if it has no such snapshot. The
    /// digest is the SHA-256 of the whole snapshot but its last 32 bytes, which are that digest. All replicas write the same bytes.
    /// </summary>
    [XmlElement("snapshotDigest", Order = 3)]
    public string? SnapshotDigest { get; set; }
}

/// <summary>The reply that this replica gave.</summary>
[XmlType(Namespace = SoapNamespaces.ReplicaV1)]
public sealed class GetReplyResult
{
    /// <summary>Whether the reply is still kept.</summary>
    [XmlElement("found", Order = 0)]
    public bool Found { get; set; }

    /// <summary>The number that was asked for.</summary>
    [XmlElement("sequence", Order = 1)]
    public long Sequence { get; set; }

    /// <summary>The digest of the request in hexadecimal; null unless found.</summary>
    [XmlElement("requestDigest", Order = 2)]
    public string? RequestDigest { get; set; }

    /// <summary>The digest of the result in hexadecimal; null unless found.</summary>
    [XmlElement("resultDigest", Order = 3)]
    public string? ResultDigest { get; set; }

    /// <summary>The canonical bytes of the reply; null unless found.</summary>
    [XmlElement("body", Order = 4)]
    public byte[]? Body { get; set; }
}

/// <summary>An entry of the log.</summary>
[XmlType("Entry", Namespace = SoapNamespaces.ReplicaV1)]
public sealed class LogEntry
{
    /// <summary>The number of the entry.</summary>
    [XmlElement("sequence", Order = 0)]
    public long Sequence { get; set; }

    /// <summary>The epoch in which it was ordered, in decimal.</summary>
    [XmlElement("epoch", Order = 1)]
    public string Epoch { get; set; } = "";

    /// <summary>The time that the sequencer gave it.</summary>
    [XmlElement("time", Order = 2)]
    public long Time { get; set; }

    /// <summary>The kind of entry: OP, JOIN, ACTIVATE, LEAVE or SKIP. NOOP is possible too, but no sequencer orders one.</summary>
    [XmlElement("kind", Order = 3)]
    public string Kind { get; set; } = "";

    /// <summary>The digest of the request in hexadecimal.</summary>
    [XmlElement("requestDigest", Order = 4)]
    public string RequestDigest { get; set; } = "";

    /// <summary>The chain value after the entry, in hexadecimal.</summary>
    [XmlElement("chain", Order = 5)]
    public string Chain { get; set; } = "";

    /// <summary>The ordered bytes.</summary>
    [XmlElement("payload", Order = 6)]
    public byte[] Payload { get; set; } = [];
}

/// <summary>A part of the log.</summary>
[XmlType(Namespace = SoapNamespaces.ReplicaV1)]
public sealed class GetEntriesResult
{
    /// <summary>The first entry that the log still has.</summary>
    [XmlElement("firstLogged", Order = 0)]
    public long FirstLogged { get; set; }

    /// <summary>The last entry that the log has.</summary>
    [XmlElement("lastLogged", Order = 1)]
    public long LastLogged { get; set; }

    /// <summary>The entries, in order.</summary>
    [XmlArray("entries", Order = 2), XmlArrayItem("entry")]
    public LogEntry[] Entries { get; set; } = [];
}

/// <summary>A piece of a snapshot.</summary>
[XmlType(Namespace = SoapNamespaces.ReplicaV1)]
public sealed class GetSnapshotResult
{
    /// <summary>Whether the snapshot is still kept.</summary>
    [XmlElement("found", Order = 0)]
    public bool Found { get; set; }

    /// <summary>The number that was asked for.</summary>
    [XmlElement("sequence", Order = 1)]
    public long Sequence { get; set; }

    /// <summary>Where the piece begins, in bytes.</summary>
    [XmlElement("offset", Order = 2)]
    public long Offset { get; set; }

    /// <summary>The length of the whole snapshot, in bytes.</summary>
    [XmlElement("totalBytes", Order = 3)]
    public long TotalBytes { get; set; }

    /// <summary>The piece; null unless found.</summary>
    [XmlElement("chunk", Order = 4)]
    public byte[]? Chunk { get; set; }
}

/// <summary>The detail of every fault of the replica contract, except of MustUnderstand and VersionMismatch, which have none.</summary>
[XmlType(Namespace = SoapNamespaces.ReplicaV1)]
[XmlRoot("ReplicaFault", Namespace = SoapNamespaces.ReplicaV1)]
public sealed class ReplicaFault
{
    /// <summary>The kind of failure.</summary>
    [XmlElement("code", Order = 0)]
    public ReplicaFaultCode Code { get; set; }

    /// <summary>The parameter that is wrong, or null.</summary>
    [XmlElement("field", Order = 1)]
    public string? Field { get; set; }

    /// <summary>The explanation for people.</summary>
    [XmlElement("reason", Order = 2)]
    public string Reason { get; set; } = "";
}

/// <summary>The kinds of failure at a replica.</summary>
[XmlType(Namespace = SoapNamespaces.ReplicaV1)]
public enum ReplicaFaultCode
{
    /// <summary>The message or one of its fields is malformed.</summary>
    InvalidRequest,

    /// <summary>The replica does not know who calls.</summary>
    Unauthenticated,

    /// <summary>The replica is overloaded at the moment.</summary>
    Overloaded,

    /// <summary>A defect of the replica.</summary>
    InternalError,
}
