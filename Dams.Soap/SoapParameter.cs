using System.Globalization;
using System.Reflection;
using System.Xml.Schema;
using System.Xml.Serialization;

namespace Dams.Soap;

/// <summary>
/// A parameter of a simple type: text, whole number, boolean or enumeration. Its parser accepts exactly the values that the schema type
/// accepts. So the same messages are accepted with full validation and without it.
/// </summary>
internal sealed class SoapParameter
{
    private static readonly char[] s_xmlWhiteSpace = [' ', '\t', '\r', '\n'];
    private readonly XmlTypeCode _code;
    private readonly Dictionary<string, object>? _enumeration;

    private SoapParameter(
        string name, ParameterInfo parameter, bool isOptional, XmlTypeCode code, Dictionary<string, object>? enumeration, object? absent)
    {
        Name = name;
        Label = parameter.Name!;
        Zero = parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType) : null;
        IsOptional = isOptional;
        _code = code;
        _enumeration = enumeration;
        Absent = absent;
    }

    /// <summary>The name on the wire.</summary>
    public string Name { get; }

    /// <summary>The name in the interface. People know a parameter by it where the wire has only <c>arg0</c>.</summary>
    public string Label { get; }

    /// <summary>The value that a forgiving service takes for an absent or nil element: null, 0 or false.</summary>
    public object? Zero { get; }

    /// <summary>Whether the type is text.</summary>
    public bool IsText => _code == XmlTypeCode.String;

    /// <summary>Whether the type is an enumeration.</summary>
    public bool IsEnumeration => _enumeration is not null;

    /// <summary>Whether the element may be absent.</summary>
    public bool IsOptional { get; }

    /// <summary>The value that stands for an absent element.</summary>
    public object? Absent { get; }

    /// <summary>A value of the type, for the help page.</summary>
    public string Sample => _enumeration is not null ? _enumeration.Keys.First() : _code switch
    {
        XmlTypeCode.Boolean => "true",
        XmlTypeCode.String => "text",
        _ => "1",
    };

    /// <summary>The form of a value, as the end of the sentence "… is not".</summary>
    public string Form => _enumeration is not null ? $"one of {string.Join(", ", _enumeration.Keys)}" : _code switch
    {
        XmlTypeCode.Int => $"a whole number from {int.MinValue} to {int.MaxValue}",
        XmlTypeCode.Long => $"a whole number from {long.MinValue} to {long.MaxValue}",
        XmlTypeCode.Boolean => "true or false",
        _ => "a text",
    };

    /// <summary>Joins a method's parameter with its element in the schema.</summary>
    /// <exception cref="InvalidOperationException">They contradict each other.</exception>
    public static SoapParameter Of(string operation, string name, ParameterInfo parameter, XmlSchemaElement element)
    {
        if (element.QualifiedName.Name != name)
        {
            throw new InvalidOperationException(
                $"{operation}: the schema has '{element.QualifiedName.Name}' where the interface has '{name}'");
        }

        if (element.MaxOccurs != 1 || element.ElementSchemaType is not XmlSchemaSimpleType { Datatype: { } datatype } schemaType)
            throw new InvalidOperationException($"{operation}: '{name}' is not one element of a simple type");
        var isOptional = element.MinOccurs == 0;
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        var facets = schemaType.Content is XmlSchemaSimpleTypeRestriction restriction
            ? restriction.Facets.Cast<XmlSchemaFacet>().ToList()
            : [];
        Dictionary<string, object>? enumeration = null;
        XmlTypeCode expected;
        if (type.IsEnum)
        {
            enumeration = EnumerationOf(type);
            expected = XmlTypeCode.String;
            if (!enumeration.Keys.SequenceEqual(facets.Select(facet => facet is XmlSchemaEnumerationFacet ? facet.Value! : "")))
                throw new InvalidOperationException($"{operation}: the enumeration of '{name}' is not that of {type.Name}");
        }
        else
        {
            expected = Type.GetTypeCode(type) switch
            {
                TypeCode.String => XmlTypeCode.String,
                TypeCode.Int32 => XmlTypeCode.Int,
                TypeCode.Int64 => XmlTypeCode.Long,
                TypeCode.Boolean => XmlTypeCode.Boolean,
                _ => throw new InvalidOperationException($"{operation}: parameters of type {type.Name} are not supported ('{name}')"),
            };
            if (facets.Count > 0)
                throw new InvalidOperationException($"{operation}: facets of '{name}' are not supported; check the value in the code");
        }

        if (datatype.TypeCode != expected)
        {
            throw new InvalidOperationException(
                $"{operation}: '{name}' is {datatype.TypeCode} in the schema and {type.Name} in the interface");
        }

        if (isOptional && parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null)
            throw new InvalidOperationException($"{operation}: '{name}' is optional in the schema, but its type can't be null");
        return new SoapParameter(name, parameter, isOptional, expected, enumeration, null);
    }

    /// <summary>Reads the content of the element.</summary>
    public bool TryParse(string text, out object? value)
    {
        value = null;
        if (_enumeration is not null)
        {
            var found = _enumeration.TryGetValue(text, out var member);
            value = member;
            return found;
        }

        switch (_code)
        {
            case XmlTypeCode.String:
                value = text;
                return true;
            case XmlTypeCode.Int when IsInteger(text, out var digits)
                && int.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number):
                value = number;
                return true;
            case XmlTypeCode.Long when IsInteger(text, out var digits)
                && long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number):
                value = number;
                return true;
            case XmlTypeCode.Boolean:
                var trimmed = text.AsSpan().Trim(s_xmlWhiteSpace);
                if (trimmed is "true" or "1")
                    value = true;
                else if (trimmed is "false" or "0")
                    value = false;
                return value is not null;
            default:
                return false;
        }
    }

    // The lexical form of xs:int and xs:long: white space is collapsed, one sign, ASCII digits.
    private static bool IsInteger(string text, out ReadOnlySpan<char> digits)
    {
        digits = text.AsSpan().Trim(s_xmlWhiteSpace);
        var unsigned = digits.Length > 0 && digits[0] is '+' or '-' ? digits[1..] : digits;
        return unsigned.Length > 0 && !unsigned.ContainsAnyExceptInRange('0', '9');
    }

    private static Dictionary<string, object> EnumerationOf(Type type)
    {
        var members = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var field in type.GetFields(BindingFlags.Public | BindingFlags.Static))
            members.Add(field.GetCustomAttribute<XmlEnumAttribute>()?.Name ?? field.Name, field.GetValue(null)!);
        return members;
    }
}
