using System.Text;
using System.Xml;
using System.Xml.Schema;

namespace Dams.Soap;

/// <summary>
/// Reads the wrapper of a request thoroughly: each parameter in its place, in its namespace, with text and nothing else. It leaves out
/// what toolkits add: idle attributes, and an empty <c>xsi:nil</c> element where an optional parameter may stand. Nothing else is left out,
/// because then another message would be validated than the one that was sent. The schema judges the values.
/// </summary>
internal sealed class RequestValidator(SoapContract contract, SoapOperation operation, XmlReader reader)
{
    private static readonly char[] s_xmlWhiteSpace = [' ', '\t', '\r', '\n'];

    /// <summary>The texts of the parameters; null where one is absent or nil.</summary>
    private readonly string?[] _texts = new string?[operation.Parameters.Count];

    private readonly bool[] _isRead = new bool[operation.Parameters.Count];

    /// <summary>The first parameter that may still come.</summary>
    private int _next;

    /// <summary>Begins at the wrapper's start and ends at its end. Returns null if the request is valid, else the refusal.</summary>
    public SoapRefusal? Read(out SoapCall? call)
    {
        call = null;
        if (ReadAttributes(operation.Name, out var isNil) is { } attribute)
            return attribute;
        if (isNil)
            return Invalid($"'{operation.Name}' is nil (xsi:nil), but it must hold the parameters.", operation.Name);
        return ReadParameters() ?? Missing() ?? ReadValues(out call);
    }

    private SoapRefusal? ReadParameters()
    {
        if (reader.IsEmptyElement)
            return null;
        while (reader.Read() && reader.NodeType != XmlNodeType.EndElement)
        {
            if (reader.NodeType == XmlNodeType.Element)
            {
                if (ReadParameter() is { } refusal)
                    return refusal;
            }
            else if (reader.Value.AsSpan().ContainsAnyExcept(s_xmlWhiteSpace))
            {
                return Invalid($"{operation.Name} has text between its parameters: {SoapRefusal.Quoted(reader.Value.Trim())}.", null);
            }
        }

        return null;
    }

    private SoapRefusal? ReadParameter()
    {
        var name = reader.LocalName;
        if (Place(name, out var index) is { } misplaced)
            return misplaced;
        if (ReadAttributes(name, out var isNil) is { } attribute)
            return attribute;
        if (ReadText(name, out var text) is { } nested)
            return nested;
        if (isNil && text.Length > 0)
            return Invalid($"'{name}' is nil (xsi:nil), but it has content. Leave out one of them.", name);
        if (isNil && !operation.Parameters[index].IsOptional)
            return Invalid($"'{name}' is nil (xsi:nil), but it must have a value.", name);
        _texts[index] = isNil ? null : text;
        return null;
    }

    /// <summary>Finds out which parameter the element is, and whether that may come here.</summary>
    private SoapRefusal? Place(string name, out int index)
    {
        var parameters = operation.Parameters;
        index = 0;
        while (index < parameters.Count && parameters[index].Name != name)
            index++;
        if (index < parameters.Count && reader.NamespaceURI != operation.ParameterNamespace)
            return Invalid(WrongNamespace(name), name);
        var expected = _next;
        while (expected < parameters.Count && expected != index && parameters[expected].IsOptional)
            expected++;
        if (index < parameters.Count && expected == index)
        {
            _isRead[index] = true;
            _next = index + 1;
            return null;
        }

        // The required parameter that must come here; null if only optional ones may.
        var required = expected < parameters.Count ? parameters[expected].Name : null;
        if (index == parameters.Count)
        {
            var may = required ?? (_next < parameters.Count ? parameters[_next].Name : null);
            return Invalid(
                $"{operation.Name} has no parameter {SoapRefusal.Quoted(name)}; {(may is null ? "nothing" : $"'{may}'")} may stand here.",
                required ?? name);
        }

        return _isRead[index]
            ? Invalid($"'{name}' occurs twice in {operation.Name}.", name)
            : Invalid(
                $"'{name}' is out of order in {operation.Name}. The order is: {string.Join(", ", parameters.Select(each => each.Name))}.",
                required ?? name);
    }

    private string WrongNamespace(string name)
    {
        var has = SoapRefusal.Namespace(reader.NamespaceURI);
        return operation.ParameterNamespace.Length == 0
            ? $"'{name}' is in {has}, but it must be in no namespace: write <{name} xmlns=\"\"> or <{name}> outside a default namespace."
            : $"'{name}' is in {has}, but it must be in '{operation.ParameterNamespace}', as {operation.Name} is.";
    }

    private SoapRefusal? ReadAttributes(string element, out bool isNil)
    {
        isNil = false;
        if (!reader.MoveToFirstAttribute())
            return null;
        do
        {
            if (MessageAttributes.IsIdle(reader.NamespaceURI, reader.LocalName))
                continue;
            if (!MessageAttributes.IsNil(reader.NamespaceURI, reader.LocalName))
                return MessageAttributes.Refuse(element, reader.NamespaceURI, reader.LocalName);
            switch (reader.Value.Trim(s_xmlWhiteSpace))
            {
                case "true" or "1":
                    isNil = true;
                    break;
                case not ("false" or "0"):
                    return Invalid(
                        $"xsi:{reader.LocalName} of {SoapRefusal.Quoted(element)} is {SoapRefusal.Quoted(reader.Value)}; "
                        + "expected true or false.",
                        element);
            }
        }
        while (reader.MoveToNextAttribute());
        reader.MoveToElement();
        return null;
    }

    private SoapRefusal? ReadText(string name, out string text)
    {
        text = "";
        if (reader.IsEmptyElement)
            return null;
        var read = new StringBuilder();
        while (reader.Read() && reader.NodeType != XmlNodeType.EndElement)
        {
            if (reader.NodeType == XmlNodeType.Element)
            {
                return Invalid(
                    $"'{name}' has the element {SoapRefusal.Quoted(reader.LocalName)} in it, but it may only have text.", name);
            }

            read.Append(reader.Value);
        }

        text = read.ToString();
        return null;
    }

    private SoapRefusal? Missing()
    {
        var missing = operation.Parameters.Skip(_next).FirstOrDefault(parameter => !parameter.IsOptional);
        return missing is null ? null : Invalid($"'{missing.Name}' is missing in {operation.Name}.", missing.Name);
    }

    private SoapRefusal? ReadValues(out SoapCall? call)
    {
        call = null;
        XmlSchemaException? problem = null;
        var schema = new XmlSchemaValidator(
            reader.NameTable, contract.Wsdl.Schemas, new XmlNamespaceManager(reader.NameTable), XmlSchemaValidationFlags.None);
        schema.ValidationEventHandler += (_, e) => problem ??= e.Exception;
        schema.Initialize();
        schema.ValidateElement(operation.Name, operation.Namespace, null);
        schema.ValidateEndOfAttributes(null);
        var arguments = new object?[_texts.Length];
        foreach (var (i, parameter) in operation.Parameters.Index())
        {
            if (_texts[i] is not { } text)
            {
                arguments[i] = parameter.Absent;
                continue;
            }

            schema.ValidateElement(parameter.Name, operation.ParameterNamespace, null);
            schema.ValidateEndOfAttributes(null);
            schema.ValidateText(text);
            schema.ValidateEndElement(null);
            if (problem is not null || !parameter.TryParse(text, out arguments[i]))
                return Invalid($"{parameter.Name} {SoapRefusal.Quoted(text)} is not {parameter.Form}.", parameter.Name);
        }

        schema.ValidateEndElement(null);
        schema.EndValidation();
        if (problem is not null)
            return Invalid(problem.Message, operation.Name);
        call = new SoapCall(operation, arguments);
        return null;
    }

    private static SoapRefusal Invalid(string reason, string? field) => SoapRefusal.Invalid(reason, field);
}
