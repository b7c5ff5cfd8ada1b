using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;

namespace Dams.Soap;

/// <summary>
/// The thorough path for messages. It checks everything in order (well-formedness, depth, envelope, headers, operation, action,
/// schema), and reports the first problem. It accepts the messages that <see cref="MessageReader"/> accepts and also valid messages
/// that are unusual.
/// </summary>
internal static class MessageValidator
{
    private static readonly XNamespace s_instance = "http://www.w3.org/2001/XMLSchema-instance";

    /// <summary>Reads a call. Returns null if the message is valid, else the refusal.</summary>
    public static SoapRefusal? Read(
        SoapContract contract, SoapVersion version, string text, string? action, int depthMax, out SoapCall? call)
    {
        call = null;
        if (Load(text, depthMax, out var document) is { } malformed)
            return malformed;
        var envelope = document!.Root!;
        XNamespace soap = version.Namespace;
        if (envelope.Name.LocalName != "Envelope")
            return SoapRefusal.Invalid($"The message is not a SOAP envelope: its root element is '{envelope.Name.LocalName}'.");
        if (envelope.Name.Namespace != soap)
        {
            return new SoapRefusal(
                SoapFaultSide.VersionMismatch,
                SoapVersion.IsEnvelopeNamespace(envelope.Name.NamespaceName)
                    ? $"The content type says {version.Name}, but the envelope is of another version."
                    : "The envelope is neither SOAP 1.1 nor SOAP 1.2.");
        }

        var children = envelope.Elements().ToList();
        var header = children.Count > 0 && children[0].Name == soap + "Header" ? children[0] : null;
        var body = children.ElementAtOrDefault(header is null ? 0 : 1);
        if (body?.Name != soap + "Body")
            return SoapRefusal.Invalid("The envelope has no Body where the Body should be.", "Body");
        if (children.Count > (header is null ? 1 : 2))
            return SoapRefusal.Invalid("The envelope has elements after the Body.", children[^1].Name.LocalName);
        if (HasText(envelope) || HasText(body) || (header is not null && HasText(header)))
            return SoapRefusal.Invalid("The envelope has text between its elements.");
        if (NotUnderstood(header, version) is { Count: > 0 } headers)
        {
            return new SoapRefusal(
                SoapFaultSide.MustUnderstand,
                $"The header '{headers[0]}' must be understood, but this service does not understand it.",
                null,
                headers);
        }

        var requests = body.Elements().ToList();
        if (requests.Count == 0)
            return SoapRefusal.Invalid("The Body is empty.", "Body");
        var request = requests[0];
        if (!contract.TryFind(request.Name.LocalName, request.Name.NamespaceName, out var operation))
        {
            return SoapRefusal.Invalid(
                $"There is no operation '{request.Name.LocalName}' in the namespace '{request.Name.NamespaceName}'.",
                request.Name.LocalName);
        }

        if (requests.Count > 1)
            return SoapRefusal.Invalid("The Body has more than one element.", requests[1].Name.LocalName);
        if (!operation.AcceptsAction(action))
        {
            return SoapRefusal.Invalid(
                $"The SOAPAction '{action}' does not belong to {operation.Name}, which is in the Body.", "SOAPAction");
        }

        return Validate(contract, operation, request) ?? Bind(operation, request, out call);
    }

    // Two passes: the first finds the position of an error and limits the depth, so that the second can build a tree.
    private static SoapRefusal? Load(string text, int depthMax, out XDocument? document)
    {
        document = null;
        try
        {
            using (var pass = XmlReader.Create(new StringReader(text), MessageReader.Settings))
            {
                while (pass.Read())
                {
                    if (pass.NodeType == XmlNodeType.Element && pass.Depth >= depthMax)
                        return SoapRefusal.Invalid($"The message is nested deeper than {depthMax} elements.");
                }
            }

            using var reader = XmlReader.Create(new StringReader(text), MessageReader.Settings);
            document = XDocument.Load(reader, LoadOptions.PreserveWhitespace);
            return null;
        }
        catch (XmlException e)
        {
            if (text.Contains("<!DOCTYPE", StringComparison.Ordinal))
                return SoapRefusal.Invalid("A document type declaration is not allowed.");
            return text.AsSpan().Trim().IsEmpty
                ? SoapRefusal.Invalid("The message is empty.")
                : SoapRefusal.Invalid(
                    $"The message is not well-formed XML, at line {e.LineNumber}, position {e.LinePosition}: {e.Message}");
        }
    }

    private static bool HasText(XElement element) =>
        element.Nodes().OfType<XText>().Any(text => text.Value.AsSpan().ContainsAnyExcept(" \t\r\n"));

    private static List<XmlQualifiedName> NotUnderstood(XElement? header, SoapVersion version)
    {
        XNamespace soap = version.Namespace;
        return header is null
            ? []
            : [.. header.Elements()
                .Where(block => ((string?)block.Attribute(soap + "mustUnderstand"))?.Trim() is "1" or "true"
                    && (((string?)block.Attribute(soap + version.RoleAttribute))?.Trim() is not { Length: > 0 } role
                        || version.OwnRoles.Contains(role)))
                .Select(block => new XmlQualifiedName(block.Name.LocalName, block.Name.NamespaceName))];
    }

    private static SoapRefusal? Validate(SoapContract contract, SoapOperation operation, XElement request)
    {
        DropWhatClientsAdd(request);
        XmlSchemaException? problem = null;
        XObject? place = null;
        var document = new XDocument(request);
        document.Validate(contract.Wsdl.Schemas, (sender, e) =>
        {
            if (problem is null)
                (problem, place) = (e.Exception, sender as XObject);
        });
        if (problem is null)
            return null;
        var tidy = problem.Message
            .Replace($" in namespace '{operation.Namespace}'", "", StringComparison.Ordinal)
            .Replace(operation.Namespace + ":", "", StringComparison.Ordinal);
        return SoapRefusal.Invalid(tidy, FieldOf(operation, document.Root!, place));
    }

    // SOAP::Lite and others send xsi:type. WCF clients send xsi:nil for absent optional values. rpc clients send encodingStyle.
    private static void DropWhatClientsAdd(XElement request)
    {
        request.Descendants().Where(element => ((string?)element.Attribute(s_instance + "nil"))?.Trim() is "true" or "1").Remove();
        request.DescendantsAndSelf().Attributes()
            .Where(attribute => attribute.Name.Namespace == s_instance || SoapVersion.IsEnvelopeNamespace(attribute.Name.NamespaceName))
            .Remove();
    }

    // The schema's message says what is wrong. This finds the name of the parameter that the message is about.
    private static string? FieldOf(SoapOperation operation, XElement request, XObject? place)
    {
        if (HasText(request))
            return null;
        var element = place as XElement ?? place?.Parent;
        while (element is not null && element.Parent != request)
            element = element.Parent;
        if (element is not null && operation.Parameters.Any(parameter => parameter.Name == element.Name.LocalName)
            && IsInPlace(operation, request, element))
        {
            return element.Name.LocalName;
        }

        var next = 0;
        foreach (var child in request.Elements())
        {
            var found = next;
            while (found < operation.Parameters.Count && !Is(operation, child, found))
            {
                if (!operation.Parameters[found].IsOptional)
                    return operation.Parameters[found].Name;
                found++;
            }

            if (found == operation.Parameters.Count)
                return child.Name.LocalName;
            next = found + 1;
        }

        return operation.Parameters.Skip(next).FirstOrDefault(parameter => !parameter.IsOptional)?.Name;
    }

    private static bool IsInPlace(SoapOperation operation, XElement request, XElement element)
    {
        var index = request.Elements().TakeWhile(child => child != element).Count();
        return index < operation.Parameters.Count && Is(operation, element, index);
    }

    private static bool Is(SoapOperation operation, XElement child, int index) =>
        child.Name.LocalName == operation.Parameters[index].Name && child.Name.NamespaceName == operation.ParameterNamespace;

    private static SoapRefusal? Bind(SoapOperation operation, XElement request, out SoapCall? call)
    {
        call = null;
        var arguments = new object?[operation.Parameters.Count];
        for (var i = 0; i < arguments.Length; i++)
        {
            var parameter = operation.Parameters[i];
            var element = request.Element(XName.Get(parameter.Name, operation.ParameterNamespace));
            if (element is null)
                arguments[i] = parameter.Absent;
            else if (!parameter.TryParse(element.Value, out arguments[i]))
                return SoapRefusal.Invalid($"The value of '{parameter.Name}' is not of the right type.", parameter.Name);
        }

        call = new SoapCall(operation, arguments);
        return null;
    }
}
