using System.Text;
using System.Xml;

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

    private const string SchemaInstance = "http://www.w3.org/2001/XMLSchema-instance";
    private readonly SoapContract _contract;
    private readonly SoapVersion _version;
    private readonly string? _action;
    private readonly SoapServiceOptions _options;
    private readonly XmlReader _reader;
    private SoapRefusal? _refusal;

    private ForgivingReader(SoapContract contract, SoapVersion version, string? action, SoapServiceOptions options, XmlReader reader)
    {
        _contract = contract;
        _version = version;
        _action = action;
        _options = options;
        _reader = reader;
    }

    /// <summary>Reads a call. Returns null if the message is acceptable, else the refusal.</summary>
    public static SoapRefusal? Read(
        SoapContract contract, SoapVersion version, string text, string? action, SoapServiceOptions options, out SoapCall? call)
    {
        call = null;
        if (MessageBounds.Check(text, options.DepthMax) is { } refusal)
            return refusal;
        try
        {
            using var reader = XmlReader.Create(new StringReader(text), MessageReader.Settings);
            var pass = new ForgivingReader(contract, version, action, options, reader);
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

    private static string InNamespace(string name) => name.Length == 0 ? "in no namespace" : $"in the namespace '{name}'";

    private static bool IsBlank(string text) => !text.AsSpan().ContainsAnyExcept(" \t\r\n");

    // Each of the methods below returns false once there is a refusal.
    private bool TryReadMessage(out SoapCall? call)
    {
        call = null;
        if (!Next())
            return false;
        if (_reader.LocalName != "Envelope")
            return Refuse($"The message is not a SOAP envelope: its root element is '{Own(_reader.LocalName)}'.");
        if (_reader.NamespaceURI != _version.Namespace)
        {
            _refusal = new SoapRefusal(
                SoapFaultSide.VersionMismatch,
                SoapVersion.IsEnvelopeNamespace(_reader.NamespaceURI)
                    ? $"The content type says {_version.Name}, but the envelope is of another version."
                    : "The envelope is neither SOAP 1.1 nor SOAP 1.2.");
            return false;
        }

        return !_reader.IsEmptyElement
            ? Next() && TryReadHeader() && TryReadBody(out call) && TryReadRest()
            : Refuse("The envelope has no Body where the Body should be.", "Body");
    }

    // Leaves the reader at the node behind the header, or where it is if there is no header.
    private bool TryReadHeader()
    {
        if (!IsAt("Header"))
            return true;
        if (_reader.IsEmptyElement)
            return Next();
        List<XmlQualifiedName>? notUnderstood = null;
        while (true)
        {
            if (!Next())
                return false;
            if (_reader.NodeType == XmlNodeType.EndElement)
                break;
            if (_reader.NodeType != XmlNodeType.Element)
                return Refuse("The Header has text between its elements.", "Header");
            if (MustBeUnderstood())
                (notUnderstood ??= []).Add(new XmlQualifiedName(_reader.LocalName, _reader.NamespaceURI));
            Skip();
        }

        if (notUnderstood is null)
            return Next();
        _refusal = new SoapRefusal(
            SoapFaultSide.MustUnderstand,
            $"The header '{notUnderstood[0]}' must be understood, but this service does not understand it.",
            null,
            notUnderstood);
        return false;
    }

    private bool MustBeUnderstood() =>
        _reader.GetAttribute("mustUnderstand", _version.Namespace)?.Trim() is "1" or "true"
        && (_reader.GetAttribute(_version.RoleAttribute, _version.Namespace)?.Trim() is not { Length: > 0 } role
            || _version.OwnRoles.Contains(role));

    // Leaves the reader at the body's end.
    private bool TryReadBody(out SoapCall? call)
    {
        call = null;
        if (!IsAt("Body"))
        {
            return _reader.NodeType == XmlNodeType.Text
                ? Refuse("The envelope has text between its elements.")
                : Refuse("The envelope has no Body where the Body should be.", "Body");
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
        var (name, found) = (_reader.LocalName, _reader.NamespaceURI);
        if (!_contract.TryFind(name, found, out operation))
        {
            return Refuse(
                _contract.TryFind(name, _contract.Namespace, out _)
                    ? $"The operation '{Own(name)}' is {InNamespace(Own(found))}; send it {InNamespace(_contract.Namespace)}."
                    : $"There is no operation '{Own(name)}'. The operations are "
                        + $"{string.Join(", ", _contract.Operations.Select(known => known.Name))}.",
                name);
        }

        return operation.AcceptsAction(_action)
            || Refuse($"The SOAPAction '{Own(_action!)}' does not belong to {operation.Name}, which is in the Body.", "SOAPAction");
    }

    // Leaves the reader at the operation's end (or at the operation itself if that is an empty element).
    private bool TryReadParameters(SoapOperation operation, out object?[] arguments)
    {
        var parameters = operation.Parameters;
        arguments = new object?[parameters.Count];
        var isRead = new bool[parameters.Count];
        var others = new HashSet<string>(StringComparer.Ordinal);
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
                if (!TryReadChild(operation, arguments, isRead, others))
                    return false;
            }
        }

        for (var i = 0; i < isRead.Length; i++)
        {
            if (isRead[i])
                continue;

            // This text alone has the name on the wire, because that name is the remedy.
            var (label, name) = (parameters[i].Label, parameters[i].Name);
            if (label != name && others.Contains(label))
                return Refuse($"The element of {label} is '{name}' in the WSDL; send it under that name.", label);
            arguments[i] = parameters[i].Zero;
        }

        return true;
    }

    private bool TryReadChild(SoapOperation operation, object?[] arguments, bool[] isRead, HashSet<string> others)
    {
        var index = IndexOf(operation, _reader.LocalName);
        if (index < 0)
        {
            others.Add(_reader.LocalName);
            Skip();
            return true;
        }

        // JAX-WS ignores a parameter in any namespace. But clients that qualify it with the operation's namespace mean the parameter.
        var (label, found) = (operation.Parameters[index].Label, _reader.NamespaceURI);
        if (found != operation.ParameterNamespace && found != operation.Namespace)
            return Refuse($"{label} is {InNamespace(Own(found))}; send it {InNamespace(operation.ParameterNamespace)}.", label);

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
        if (_reader.GetAttribute("href") is not null)
            return Refuse($"{label} refers to another element by href; send its value in its place.", label);
        var isNil = _reader.GetAttribute("nil", SchemaInstance)?.Trim() is "true" or "1";
        if (!TryText(label, out var text))
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

    private bool Refuse(string reason, string? field = null)
    {
        _refusal = SoapRefusal.Invalid(reason, field);
        return false;
    }

    // A client's text, cut short so that the rest of the reason is still there.
    private string Own(string text) => _options.CleanText(text, ValueLengthMax);
}
