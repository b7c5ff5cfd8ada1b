using System.Xml;
using System.Xml.Serialization;
using CoreWCF;
using CoreWCF.Channels;

namespace Dams.Soap.CoreWcf;

/// <summary>A fault for CoreWCF, with the same code, text and detail that <see cref="MessageWriter"/> writes.</summary>
/// <param name="side">The fault code.</param>
/// <param name="reason">The text for people, cleaned.</param>
/// <param name="detail">The detail, or null.</param>
/// <param name="serializer">The serializer of the detail, or null if no operation declares it.</param>
internal sealed class CoreWcfFault(SoapFaultSide side, string reason, object? detail, XmlSerializer? serializer) : MessageFault
{
    private static readonly XmlSerializerNamespaces s_none = new([new XmlQualifiedName("", "")]);

    /// <summary>CoreWCF writes Client and Server in SOAP 1.1.</summary>
    public override FaultCode Code { get; } = new(side == SoapFaultSide.Sender ? "Sender" : "Receiver");

    public override FaultReason Reason { get; } = new(new FaultReasonText(reason, "en"));

    public override bool HasDetail => detail is not null && serializer is not null;

    protected override void OnWriteDetailContents(XmlDictionaryWriter writer) => serializer!.Serialize(writer, detail, s_none);
}
