using System.Xml;
using Dams.Soap.Security;

namespace Dams.Soap;

/// <summary>
/// The thorough path for messages. It checks everything (limits, well-formedness, envelope, headers, operation, action, parameters), and
/// reports the first problem. It accepts the messages that <see cref="MessageReader"/> accepts and also valid messages that are unusual.
/// It reads the text twice and builds no tree, so its time grows with the bytes only.
/// </summary>
internal sealed class MessageValidator
{
    private readonly SoapContract _contract;
    private readonly SoapVersion _version;
    private readonly string? _action;
    private readonly XmlReader _reader;
    private readonly SecurityHeader? _security;

    private MessageValidator(SoapContract contract, SoapVersion version, string? action, XmlReader reader, SecurityHeader? security)
    {
        _contract = contract;
        _version = version;
        _action = action;
        _reader = reader;
        _security = security;
    }

    /// <summary>
    /// Reads a call. Returns null if the message is valid, else the refusal. <paramref name="security"/> takes the security header.
    /// </summary>
    public static SoapRefusal? Read(
        SoapContract contract, SoapVersion version, string text, string? action, int depthMax, out SoapCall? call,
        SecurityHeader? security = null)
    {
        call = null;
        if ((MessageBounds.Check(text, depthMax) ?? CheckWellFormed(text)) is { } refusal)
            return refusal;
        using var reader = XmlReader.Create(new StringReader(text), MessageReader.Settings);
        refusal = new MessageValidator(contract, version, action, reader, security).ReadEnvelope(out var read);
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
        if (EnvelopeRules.CheckRoot(_reader, _version) is { } root)
            return root;
        if (ToFirstChild(out var isChild) is { } text)
            return text;
        if (isChild && IsAt("Header") && (ReadHeader() ?? ToNextChild(out isChild)) is { } header)
            return header;
        if (!isChild || !IsAt("Body"))
            return EnvelopeRules.NoBody();
        if ((ReadBody(out call) ?? ToNextChild(out isChild)) is { } body)
            return body;
        return isChild ? SoapRefusal.Invalid("The envelope has elements after the Body.", _reader.LocalName) : null;
    }

    private SoapRefusal? ReadHeader()
    {
        var check = new HeaderCheck(_version, _security);
        var refusal = ToFirstChild(out var isBlock);
        while (refusal is null && isBlock)
        {
            check.Take(_reader);
            refusal = ToNextChild(out isBlock);
        }

        return refusal ?? check.Refusal;
    }

    private SoapRefusal? ReadBody(out SoapCall? call)
    {
        call = null;
        if (ToFirstChild(out var isRequest) is { } text)
            return text;
        if (!isRequest)
            return SoapRefusal.Invalid("The Body is empty.", "Body");
        if (!_contract.TryFind(_reader.LocalName, _reader.NamespaceURI, out var operation))
            return EnvelopeRules.NoOperation(_contract, _reader.LocalName, _reader.NamespaceURI);
        if (EnvelopeRules.CheckAction(operation, _action) is { } action)
            return action;
        if ((new RequestValidator(_contract, operation, _reader).Read(out call) ?? ToNextChild(out isRequest)) is { } refusal)
            return refusal;
        return isRequest ? SoapRefusal.Invalid("The Body has more than one element.", _reader.LocalName) : null;
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
}
