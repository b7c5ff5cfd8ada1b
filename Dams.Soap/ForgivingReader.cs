using System.Text;
using System.Xml;
using Dams.Soap.Security;

namespace Dams.Soap;

/// <summary>
/// Reads messages as leniently as JAX-WS does, for a service whose clients rely on that (<see cref="SoapServiceOptions.IsForgiving"/>).
/// Parameters may stand in any order, be absent, empty or nil, and have unknown elements beside them. A message that says two things at
/// once is refused all the same, as is one that is not well-formed to its end. It is one pass over the text that
/// <see cref="MessageBounds"/> has admitted, so its work grows with the length of the message and with nothing else.
/// </summary>
internal sealed class ForgivingReader
{
    /// <summary>The most characters of a client's own text inside a reason.</summary>
    private const int ValueLengthMax = 64;

    private readonly SoapContract _contract;
    private readonly SoapVersion _version;
    private readonly string? _action;
    private readonly SoapServiceOptions _options;
    private readonly XmlReader _reader;
    private readonly SecurityHeader? _security;
    private SoapRefusal? _refusal;

    private ForgivingReader(
        SoapContract contract, SoapVersion version, string? action, SoapServiceOptions options, XmlReader reader, SecurityHeader? security)
    {
        _contract = contract;
        _version = version;
        _action = action;
        _options = options;
        _reader = reader;
        _security = security;
    }

    /// <summary>
    /// Reads a call. Returns null if the message is acceptable, else the refusal. <paramref name="security"/> takes the security header.
    /// </summary>
    public static SoapRefusal? Read(
        SoapContract contract, SoapVersion version, string text, string? action, SoapServiceOptions options, out SoapCall? call,
        SecurityHeader? security = null)
    {
        call = null;
        if (MessageBounds.Check(text, options.DepthMax) is { } refusal)
            return refusal;
        try
        {
            using var reader = XmlReader.Create(new StringReader(text), MessageReader.Settings);
            var pass = new ForgivingReader(contract, version, action, options, reader, security);
            if (pass.TryReadMessage(out call))
                return null;
            call = null;
            return pass._refusal;
        }
        catch (XmlException e)
        {
            call = null;
            return SoapRefusal.NotWellFormed(text, e);
        }
    }

    private static bool IsBlank(string text) => !text.AsSpan().ContainsAnyExcept(" \t\r\n");

    // Each of the methods below returns false once there is a refusal.
    private bool TryReadMessage(out SoapCall? call)
    {
        call = null;
        if (!Next())
            return false;
        if (EnvelopeRules.CheckRoot(_reader, _version) is { } root)
            return Refuse(root);
        return !_reader.IsEmptyElement
            ? Next() && TryReadHeader() && TryReadBody(out call) && TryReadRest()
            : Refuse(EnvelopeRules.NoBody());
    }

    // Leaves the reader at the node behind the header, or where it is if there is no header.
    private bool TryReadHeader()
    {
        if (!IsAt("Header"))
            return true;
        if (_reader.IsEmptyElement)
            return Next();
        var check = new HeaderCheck(_version, _security);
        while (true)
        {
            if (!Next())
                return false;
            if (_reader.NodeType == XmlNodeType.EndElement)
                break;
            if (_reader.NodeType != XmlNodeType.Element)
                return Refuse("The Header has text between its elements.", "Header");
            check.Take(_reader);
        }

        return check.Refusal is { } refusal ? Refuse(refusal) : Next();
    }

    // Leaves the reader at the body's end.
    private bool TryReadBody(out SoapCall? call)
    {
        call = null;
        if (!IsAt("Body"))
        {
            return _reader.NodeType == XmlNodeType.Text
                ? Refuse("The envelope has text between its elements.")
                : Refuse(EnvelopeRules.NoBody());
        }

        if (_reader.IsEmptyElement)
            return Refuse("The Body is empty.", "Body");
        if (!Next())
            return false;
        if (_reader.NodeType != XmlNodeType.Element)
            return Refuse(_reader.NodeType == XmlNodeType.EndElement ? "The Body is empty." : "The Body has text in it.", "Body");
        if (!TryFindOperation(out var operation) || !TryReadParameters(operation!, out var arguments) || !Next())
            return false;
        if (_reader.NodeType == XmlNodeType.Element)
            return Refuse($"The Body has another element after {operation!.Name}: '{Own(_reader.LocalName)}'.", _reader.LocalName);
        if (_reader.NodeType != XmlNodeType.EndElement)
            return Refuse("The Body has text in it.", "Body");
        call = new SoapCall(operation!, arguments);
        return true;
    }

    // SOAP 1.1, section 4, allows further elements behind the Body. A message that was cut off is not executed.
    private bool TryReadRest()
    {
        while (true)
        {
            if (!Next())
                return false;
            if (_reader.NodeType == XmlNodeType.EndElement)
                break;
            if (_reader.NodeType != XmlNodeType.Element)
                return Refuse("The envelope has text between its elements.");
            if (_reader.NamespaceURI == _version.Namespace)
                return Refuse($"The envelope has a '{Own(_reader.LocalName)}' after the Body.", _reader.LocalName);
            Skip();
        }

        while (_reader.Read())
        {
            // Only white space, comments and instructions may follow. The reader itself refuses anything else.
        }

        return true;
    }

    private bool TryFindOperation(out SoapOperation? operation)
    {
        if (!_contract.TryFind(_reader.LocalName, _reader.NamespaceURI, out operation))
            return Refuse(EnvelopeRules.NoOperation(_contract, _reader.LocalName, _reader.NamespaceURI));
        return EnvelopeRules.CheckAction(operation, _action) is not { } refusal || Refuse(refusal);
    }

    // Leaves the reader at the operation's end (or at the operation itself if that is an empty element).
    private bool TryReadParameters(SoapOperation operation, out object?[] arguments)
    {
        var parameters = operation.Parameters;
        arguments = new object?[parameters.Count];
        if (!TryReadAttributes(operation.Name, out _))
            return false;
        var isRead = new bool[parameters.Count];
        HashSet<string>? others = null;
        if (!_reader.IsEmptyElement)
        {
            while (true)
            {
                if (!Next())
                    return false;
                if (_reader.NodeType == XmlNodeType.EndElement)
                    break;
                if (_reader.NodeType != XmlNodeType.Element)
                    return Refuse($"{operation.Name} has the text '{Own(_reader.Value)}' outside its parameters.", operation.Name);
                if (!TryReadChild(operation, arguments, isRead, ref others))
                    return false;
            }
        }

        for (var i = 0; i < isRead.Length; i++)
        {
            if (isRead[i])
                continue;

            // This text alone has the name on the wire, because that name is the remedy.
            var (label, name) = (parameters[i].Label, parameters[i].Name);
            if (label != name && others?.Contains(label) == true)
                return Refuse($"The element of {label} is '{name}' in the WSDL; send it under that name.", label);
            arguments[i] = parameters[i].Zero;
        }

        return true;
    }

    private bool TryReadChild(SoapOperation operation, object?[] arguments, bool[] isRead, ref HashSet<string>? others)
    {
        var index = IndexOf(operation, _reader.LocalName);
        if (index < 0)
        {
            (others ??= new HashSet<string>(StringComparer.Ordinal)).Add(_reader.LocalName);
            Skip();
            return true;
        }

        // JAX-WS ignores a parameter in any namespace. But clients that qualify it with the operation's namespace mean the parameter.
        var (label, found) = (operation.Parameters[index].Label, _reader.NamespaceURI);
        if (found != operation.ParameterNamespace && found != operation.Namespace)
        {
            return Refuse(
                $"{label} is in {SoapRefusal.Namespace(found)}; send it in {SoapRefusal.Namespace(operation.ParameterNamespace)}.", label);
        }


        // JAX-WS takes the last one. But a message with two values may mean either, and the other could cancel what should stay.
        if (isRead[index])
            return Refuse($"{label} is there twice; send it once.", label);
        isRead[index] = true;
        return TryReadParameter(operation.Parameters[index], out arguments[index]);
    }

    private static int IndexOf(SoapOperation operation, string name)
    {
        for (var i = 0; i < operation.Parameters.Count; i++)
        {
            if (operation.Parameters[i].Name == name)
                return i;
        }

        return -1;
    }

    private bool TryReadParameter(SoapParameter parameter, out object? value)
    {
        value = null;
        var label = parameter.Label;
        if (!TryReadAttributes(label, out var isNil) || !TryText(label, out var text))
            return false;
        var isBlank = IsBlank(text);
        if (isNil && !isBlank)
            return Refuse($"{label} is nil, but has the value '{Own(text)}'; send either xsi:nil or a value.", label);
        if (isNil || (isBlank && !parameter.IsText))
        {
            value = parameter.Zero;
            return true;
        }

        return parameter.TryParse(text, out value) || Refuse($"{label} '{Own(text)}' is not {parameter.Form}.", label);
    }

    // An rpc toolkit may send a value beside the operation, and say where it is. Other attributes don't matter.
    private bool TryReadAttributes(string label, out bool isNil)
    {
        isNil = false;
        if (!_reader.MoveToFirstAttribute())
            return true;
        do
        {
            var (name, found) = (_reader.LocalName, _reader.NamespaceURI);
            if (MessageAttributes.IsReference(found, name))
                return Refuse($"{label} refers to another element by {name}; send its value in its place.", label);
            isNil |= MessageAttributes.IsNil(found, name) && _reader.Value.Trim() is "true" or "1";
        }
        while (_reader.MoveToNextAttribute());
        return _reader.MoveToElement();
    }

    // Leaves the reader at the element's end. Comments and instructions inside the text don't count.
    private bool TryText(string label, out string text)
    {
        text = "";
        if (_reader.IsEmptyElement)
            return true;
        StringBuilder? several = null;
        while (_reader.Read() && _reader.NodeType != XmlNodeType.EndElement)
        {
            if (_reader.NodeType == XmlNodeType.Element)
                return Refuse($"{label} has the element '{Own(_reader.LocalName)}' in it; send plain text.", label);
            if (text.Length == 0 && several is null)
                text = _reader.Value;
            else
                (several ??= new StringBuilder(text)).Append(_reader.Value);
        }

        text = several?.ToString() ?? text;
        return true;
    }

    private bool IsAt(string name) =>
        _reader.NodeType == XmlNodeType.Element && _reader.LocalName == name && _reader.NamespaceURI == _version.Namespace;

    // Moves to the next element, end of an element, or text that is more than white space. It is only called before the envelope's end.
    private bool Next()
    {
        while (_reader.Read())
        {
            switch (_reader.NodeType)
            {
                case XmlNodeType.Element or XmlNodeType.EndElement:
                    return true;
                case XmlNodeType.Text or XmlNodeType.CDATA when !IsBlank(_reader.Value):
                    return true;
            }
        }

        throw new XmlException("The message ends too early.");
    }

    // Leaves the reader at the end of the element that it is at.
    private void Skip()
    {
        if (_reader.IsEmptyElement)
            return;
        var depth = _reader.Depth;
        while (_reader.Read() && _reader.Depth > depth)
            continue;
    }

    private bool Refuse(string reason, string? field = null) => Refuse(SoapRefusal.Invalid(reason, field));

    private bool Refuse(SoapRefusal refusal)
    {
        _refusal = refusal;
        return false;
    }

    // A client's text, cut short so that the rest of the reason is still there.
    private string Own(string text) => _options.CleanText(text, ValueLengthMax);
}
