using System.Xml.Serialization;

namespace Dams.Contracts.Soap;

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
