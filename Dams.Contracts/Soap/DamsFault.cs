using System.Xml.Serialization;

namespace Dams.Contracts.Soap;

/// <summary>The detail of every fault of the appointment contract, except of MustUnderstand and VersionMismatch, which have none.</summary>
[XmlType(Namespace = SoapNamespaces.V1)]
[XmlRoot("DamsFault", Namespace = SoapNamespaces.V1)]
public sealed class DamsFault
{
    /// <summary>The kind of failure.</summary>
    [XmlElement("code", Order = 0)]
    public DamsFaultCode Code { get; set; }

    /// <summary>The parameter that is wrong, or null.</summary>
    [XmlElement("field", Order = 1)]
    public string? Field { get; set; }

    /// <summary>The explanation for people.</summary>
    [XmlElement("reason", Order = 2)]
    public string Reason { get; set; } = "";

    /// <summary>Whether the request has had its effect.</summary>
    [XmlElement("execution", Order = 3)]
    public ExecutionState Execution { get; set; }

    /// <summary>The client's own request id; null if it sent none.</summary>
    [XmlElement("requestId", Order = 4)]
    public string? RequestId { get; set; }

    /// <summary>The client should retry after this many milliseconds. Valid only if <see cref="RetryAfterMsSpecified"/>.</summary>
    [XmlElement("retryAfterMs", Order = 5)]
    public int RetryAfterMs { get; set; }

    /// <summary>Whether a retry makes sense.</summary>
    [XmlIgnore]
    public bool RetryAfterMsSpecified { get; set; }
}

/// <summary>The kinds of failure of a call.</summary>
[XmlType(Namespace = SoapNamespaces.V1)]
public enum DamsFaultCode
{
    /// <summary>The message or one of its fields is malformed.</summary>
    InvalidRequest,

    /// <summary>The caller may not do this.</summary>
    NotPermitted,

    /// <summary>The service does not know who calls.</summary>
    Unauthenticated,

    /// <summary>The service is overloaded at the moment.</summary>
    Overloaded,

    /// <summary>No sequencer took the request in time.</summary>
    SequencerUnavailable,

    /// <summary>No two equal replies came in time.</summary>
    NoQuorum,

    /// <summary>Fewer than two replicas are active; nothing was sent.</summary>
    InsufficientReplicas,

    /// <summary>All replicas have replied, and no majority agrees.</summary>
    ReplicaDivergence,

    /// <summary>The caller has used this request id for a different request.</summary>
    RequestIdReused,

    /// <summary>A defect of the service.</summary>
    InternalError,
}

/// <summary>Whether a request that was not answered has had its effect.</summary>
[XmlType(Namespace = SoapNamespaces.V1)]
public enum ExecutionState
{
    /// <summary>The request has had no effect, and will have none.</summary>
    NotExecuted,

    /// <summary>The request may have had its effect, or may yet have it.</summary>
    Unknown,

    /// <summary>The request has had its effect.</summary>
    Executed,
}
