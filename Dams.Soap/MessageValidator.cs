using System.Xml;

namespace Dams.Soap;

/// <summary>
/// The thorough path for messages. It checks everything (limits, well-formedness, envelope, headers, operation, action, parameters), and
/// reports the first problem. It accepts the messages that <see cref="MessageReader"/> accepts and also valid messages that are unusual.
/// It reads the text twice and builds no tree, so its time grows with the bytes only.
/// </summary>
internal sealed class MessageValidator
{
    /// <summary>Headers beyond so many characters of names and namespaces are left out of the fault, so that it stays short.</summary>
    private const int NotUnderstoodCharactersMax = 2048;

    private readonly SoapContract _contract;
    private readonly SoapVersion _version;
    private readonly string? _action;
    private readonly XmlReader _reader;

    private MessageValidator(SoapContract contract, SoapVersion version, string? action, XmlReader reader)
    {
        _contract = contract;
        _version = version;
        _action = action;
        _reader = reader;
    }

    /// <summary>Reads a call. Returns null if the message is valid, else the refusal.</summary>
    public static SoapRefusal? Read(
        SoapContract contract, SoapVersion version, string text, string? action, int depthMax, out SoapCall? call)
    {
        call = null;
        if ((MessageBounds.Check(text, depthMax) ?? CheckWellFormed(text)) is { } refusal)
            return refusal;
        using var reader = XmlReader.Create(new StringReader(text), MessageReader.Settings);
        refusal = new MessageValidator(contract, version, action, reader).ReadEnvelope(out var read);
        call = refusal is null ? read : null;
        return refusal;
    }

    private static SoapRefusal? CheckWellFormed(string text)
    {
        try
        {
            using var reader = XmlReader.Create(new StringReader(text), MessageReader.Settings);
            while (reader.Read())
                continue;
            return null;
        }
        catch (XmlException e)
        {
            return SoapRefusal.NotWellFormed(text, e);
        }
    }

    // From here on the text is known to be well-formed. Each method begins at the start of its element and ends at its end.
    private SoapRefusal? ReadEnvelope(out SoapCall? call)
    {
        call = null;
        _reader.MoveToContent();
        if (_reader.LocalName != "Envelope")
        {
            return SoapRefusal.Invalid(
                $"The message is not a SOAP envelope: its root element is {SoapRefusal.Quoted(_reader.LocalName)}.");
        }

        if (_reader.NamespaceURI != _version.Namespace)
        {
            return new SoapRefusal(
                SoapFaultSide.VersionMismatch,
                SoapVersion.IsEnvelopeNamespace(_reader.NamespaceURI)
                    ? $"The content type says {_version.Name}, but the envelope is of another version."
                    : "The envelope is neither SOAP 1.1 nor SOAP 1.2.");
        }

        if (ToFirstChild(out var isChild) is { } text)
            return text;
        if (isChild && IsAt("Header") && (ReadHeader() ?? ToNextChild(out isChild)) is { } header)
            return header;
        if (!isChild || !IsAt("Body"))
            return SoapRefusal.Invalid("The envelope has no Body where the Body should be.", "Body");
        if ((ReadBody(out call) ?? ToNextChild(out isChild)) is { } body)
            return body;
        return isChild ? SoapRefusal.Invalid("The envelope has elements after the Body.", _reader.LocalName) : null;
    }

    private SoapRefusal? ReadHeader()
    {
        string? first = null;
        var headers = new List<XmlQualifiedName>();
        var room = NotUnderstoodCharactersMax;
        var refusal = ToFirstChild(out var isBlock);
        while (refusal is null && isBlock)
        {
            if (MustUnderstand())
            {
                var name = new XmlQualifiedName(_reader.LocalName, _reader.NamespaceURI);
                first ??= SoapRefusal.Quoted(name.ToString());
                room -= name.Name.Length + name.Namespace.Length;
                if (room >= 0)
                    headers.Add(name);
            }

            ToEnd();
            refusal = ToNextChild(out isBlock);
        }

        return refusal ?? (first is null
            ? null
            : new SoapRefusal(
                SoapFaultSide.MustUnderstand,
                $"The header {first} must be understood, but this service does not understand it.",
                null,
                headers));
    }

    private bool MustUnderstand() =>
        _reader.GetAttribute("mustUnderstand", _version.Namespace)?.Trim() is "1" or "true"
        && (_reader.GetAttribute(_version.RoleAttribute, _version.Namespace)?.Trim() is not { Length: > 0 } role
            || _version.OwnRoles.Contains(role));

    private SoapRefusal? ReadBody(out SoapCall? call)
    {
        call = null;
        if (ToFirstChild(out var isRequest) is { } text)
            return text;
        if (!isRequest)
            return SoapRefusal.Invalid("The Body is empty.", "Body");
        var (name, elementNamespace) = (_reader.LocalName, _reader.NamespaceURI);
        if (!_contract.TryFind(name, elementNamespace, out var operation))
            return NoOperation(name, elementNamespace);
        if (!operation.AcceptsAction(_action))
        {
            return SoapRefusal.Invalid(
                $"The SOAPAction {SoapRefusal.Quoted(_action!)} does not belong to {operation.Name}, which is in the Body. "
                + $"Expected: {operation.Action}",
                "SOAPAction");
        }

        if ((new RequestValidator(_contract, operation, _reader).Read(out call) ?? ToNextChild(out isRequest)) is { } refusal)
            return refusal;
        return isRequest ? SoapRefusal.Invalid("The Body has more than one element.", _reader.LocalName) : null;
    }

    private SoapRefusal NoOperation(string name, string elementNamespace)
    {
        var where = elementNamespace.Length == 0 ? "no namespace" : $"the namespace {SoapRefusal.Quoted(elementNamespace)}";
        return SoapRefusal.Invalid(
            _contract.TryFind(name, _contract.Namespace, out _)
                ? $"The operation element '{name}' is in {where}, but it must be in '{_contract.Namespace}'."
                : $"There is no operation {SoapRefusal.Quoted(name)} in {where}.",
            name);
    }

    private bool IsAt(string name) => _reader.LocalName == name && _reader.NamespaceURI == _version.Namespace;

    private SoapRefusal? ToFirstChild(out bool isChild)
    {
        isChild = false;
        return _reader.IsEmptyElement ? null : ToNextChild(out isChild);
    }

    private SoapRefusal? ToNextChild(out bool isChild)
    {
        isChild = false;
        while (_reader.Read())
        {
            switch (_reader.NodeType)
            {
                case XmlNodeType.Element:
                    isChild = true;
                    return null;
                case XmlNodeType.EndElement:
                    return null;
                case XmlNodeType.Text or XmlNodeType.CDATA when _reader.Value.AsSpan().ContainsAnyExcept(" \t\r\n"):
                    return SoapRefusal.Invalid("The envelope has text between its elements.");
            }
        }

        return null;
    }

    private void ToEnd()
    {
        if (_reader.IsEmptyElement)
            return;
        var depth = _reader.Depth;
        while (_reader.Read() && (_reader.NodeType != XmlNodeType.EndElement || _reader.Depth > depth))
            continue;
    }
}
