using System.Xml;

namespace Dams.Soap;

/// <summary>The rules of both readers of messages for the envelope and the operation, with the same words for a client.</summary>
internal static class EnvelopeRules
{
    /// <summary>Checks the root element, at which the reader is.</summary>
    public static SoapRefusal? CheckRoot(XmlReader reader, SoapVersion version)
    {
        if (reader.LocalName != "Envelope")
        {
            return SoapRefusal.Invalid(
                $"The message is not a SOAP envelope: its root element is {SoapRefusal.Quoted(reader.LocalName)}.");
        }

        var found = reader.NamespaceURI;
        if (found == version.Namespace)
            return null;
        return new SoapRefusal(
            SoapFaultSide.VersionMismatch,
            SoapVersion.OfNamespace(found) is { } other
                ? $"The content type says {version.Name}, but the envelope is of {other.Name}. Send it as {other.MediaType}."
                : $"The envelope is neither SOAP 1.1 nor SOAP 1.2: it is in {SoapRefusal.Namespace(found)}.");
    }

    /// <summary>Refuses an envelope without a Body in its place.</summary>
    public static SoapRefusal NoBody() => SoapRefusal.Invalid("The envelope has no Body where the Body should be.", "Body");

    /// <summary>Refuses an element in the Body that is no operation. The reason says where it must be, or what there is.</summary>
    public static SoapRefusal NoOperation(SoapContract contract, string name, string elementNamespace) => SoapRefusal.Invalid(
        contract.TryFind(name, contract.Namespace, out _)
            ? $"The operation element '{name}' is in {SoapRefusal.Namespace(elementNamespace)}, but it must be in '{contract.Namespace}'."
            : $"There is no operation {SoapRefusal.Quoted(name)}. The operations are "
                + $"{string.Join(", ", contract.Operations.Select(known => known.Name))}.",
        name);

    /// <summary>Checks that the SOAPAction does not contradict the operation in the Body.</summary>
    public static SoapRefusal? CheckAction(SoapOperation operation, string? action) => operation.AcceptsAction(action)
        ? null
        : SoapRefusal.Invalid(
            $"The SOAPAction {SoapRefusal.Quoted(action!)} does not belong to {operation.Name}, which is in the Body. "
            + $"Expected: {operation.Action}",
            "SOAPAction");
}
