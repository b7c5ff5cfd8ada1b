using System.Xml.Serialization;

namespace Dams.Contracts.Soap;

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
