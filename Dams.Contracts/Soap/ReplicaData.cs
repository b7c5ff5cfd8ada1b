using System.Xml.Serialization;

namespace Dams.Contracts.Soap;

/// <summary>What a replica is and how far it has come.</summary>
[XmlType(Namespace = SoapNamespaces.ReplicaV1)]
public sealed class GetStatusResult
{
    /// <summary>Its number in the topology.</summary>
    [XmlElement("id", Order = 0)]
    public int Id { get; set; }

    /// <summary>Decimal; made with the data folder.</summary>
    [XmlElement("incarnation", Order = 1)]
    public string Incarnation { get; set; } = "";

    /// <summary>Decimal; random at every start of the process.</summary>
    [XmlElement("boot", Order = 2)]
    public string Boot { get; set; } = "";

    /// <summary>The version that runs.</summary>
    [XmlElement("engine", Order = 3)]
    public string Engine { get; set; } = "";

    /// <summary>Decimal; the last installed.</summary>
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

    /// <summary>Hexadecimal; the newest that is known.</summary>
    [XmlElement("stateDigest", Order = 9)]
    public string StateDigest { get; set; } = "";

    /// <summary>The entry just after which the state had that digest: the last executed one if the replica is idle, the last checkpoint if it is busy.</summary>
    [XmlElement("digestAt", Order = 10)]
    public long DigestAt { get; set; }

    /// <summary>The process id on its machine.</summary>
    [XmlElement("processId", Order = 11)]
    public int ProcessId { get; set; }

    /// <summary>What the group member is doing.</summary>
    [XmlElement("state", Order = 12)]
    public string State { get; set; } = "";

    /// <summary>While it is outside: the incarnation that must be ordered out first; null otherwise.</summary>
    [XmlElement("blockedBy", Order = 13)]
    public string? BlockedBy { get; set; }

    /// <summary>The number of its newest checkpoint, which <c>GetStateDigest</c> can be asked for; 0 if it has taken none since it was started.</summary>
    [XmlElement("checkpoint", Order = 14)]
    public long Checkpoint { get; set; }

    /// <summary>The entry that it does not execute because that has killed its process, or because it has promised not to; see <see cref="WaitingBeforeSpecified"/>.</summary>
    [XmlElement("waitingBefore", Order = 15)]
    public long WaitingBefore { get; set; }

    /// <summary>Whether it waits before an entry.</summary>
    [XmlIgnore]
    public bool WaitingBeforeSpecified { get; set; }

    /// <summary>How far back in time it remembers the requests whose ids clients have made, by the entries' own time; see <see cref="SessionWindowSecondsSpecified"/>.</summary>
    [XmlElement("sessionWindowSeconds", Order = 16)]
    public long SessionWindowSeconds { get; set; }

    /// <summary>
    /// False while it has room for more, so that it remembers all since the beginning; and after a start from a snapshot, which doesn't tell times, until what
    /// was in the snapshot is forgotten.
    /// </summary>
    [XmlIgnore]
    public bool SessionWindowSecondsSpecified { get; set; }

    /// <summary>
    /// How many bytes its log can still take for certain, while its disk has no room for more; see <see cref="LogBytesLeftSpecified"/>.
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
    /// <summary>Whether it is still kept.</summary>
    [XmlElement("found", Order = 0)]
    public bool Found { get; set; }

    /// <summary>The number asked for.</summary>
    [XmlElement("sequence", Order = 1)]
    public long Sequence { get; set; }

    /// <summary>Hexadecimal; null unless found.</summary>
    [XmlElement("digest", Order = 2)]
    public string? Digest { get; set; }

    /// <summary>
    /// Hexadecimal; what this replica vouches for if its snapshot of that state can be had: SHA-256 of all of it but the last 32 bytes, which are just that. All replicas write
    /// the same bytes. Null otherwise.
    /// </summary>
    [XmlElement("snapshotDigest", Order = 3)]
    public string? SnapshotDigest { get; set; }
}

/// <summary>The reply that this replica gave.</summary>
[XmlType(Namespace = SoapNamespaces.ReplicaV1)]
public sealed class GetReplyResult
{
    /// <summary>Whether it is still kept.</summary>
    [XmlElement("found", Order = 0)]
    public bool Found { get; set; }

    /// <summary>The number asked for.</summary>
    [XmlElement("sequence", Order = 1)]
    public long Sequence { get; set; }

    /// <summary>Hexadecimal; null unless found.</summary>
    [XmlElement("requestDigest", Order = 2)]
    public string? RequestDigest { get; set; }

    /// <summary>Hexadecimal; null unless found.</summary>
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
    /// <summary>Its number.</summary>
    [XmlElement("sequence", Order = 0)]
    public long Sequence { get; set; }

    /// <summary>Decimal; the epoch that it was ordered in.</summary>
    [XmlElement("epoch", Order = 1)]
    public string Epoch { get; set; } = "";

    /// <summary>As the sequencer gave it.</summary>
    [XmlElement("time", Order = 2)]
    public long Time { get; set; }

    /// <summary>OP, NOOP, JOIN, ACTIVATE, LEAVE or SKIP.</summary>
    [XmlElement("kind", Order = 3)]
    public string Kind { get; set; } = "";

    /// <summary>Hexadecimal.</summary>
    [XmlElement("requestDigest", Order = 4)]
    public string RequestDigest { get; set; } = "";

    /// <summary>Hexadecimal; the chain value after it.</summary>
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

    /// <summary>In order.</summary>
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

    /// <summary>The number asked for.</summary>
    [XmlElement("sequence", Order = 1)]
    public long Sequence { get; set; }

    /// <summary>Where the piece begins, in bytes.</summary>
    [XmlElement("offset", Order = 2)]
    public long Offset { get; set; }

    /// <summary>Length of the whole snapshot.</summary>
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
    /// <summary>What went wrong.</summary>
    [XmlElement("code", Order = 0)]
    public ReplicaFaultCode Code { get; set; }

    /// <summary>The parameter that is wrong, or null.</summary>
    [XmlElement("field", Order = 1)]
    public string? Field { get; set; }

    /// <summary>Text for people.</summary>
    [XmlElement("reason", Order = 2)]
    public string Reason { get; set; } = "";
}

/// <summary>What went wrong at a replica.</summary>
[XmlType(Namespace = SoapNamespaces.ReplicaV1)]
public enum ReplicaFaultCode
{
    /// <summary>The message or one of its fields is malformed.</summary>
    InvalidRequest,

    /// <summary>The replica does not know who calls.</summary>
    Unauthenticated,

    /// <summary>Too much to do at the moment.</summary>
    Overloaded,

    /// <summary>A defect of the replica.</summary>
    InternalError,
}
