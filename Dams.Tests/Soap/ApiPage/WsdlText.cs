using System.Xml.Linq;
using System.Xml.Schema;
using Dams.Contracts.Soap;

namespace Dams.Tests.Soap.ApiPage;

/// <summary>An element of a request or an answer, or a part of a message.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">The type without its prefix: <c>string</c>, <c>int</c>, or one of the schema's own.</param>
/// <param name="IsRequired">Whether it is always there.</param>
/// <param name="IsList">Whether it may be there many times.</param>
/// <param name="Documentation">The text about it; may be empty.</param>
internal sealed record WsdlField(string Name, string Type, bool IsRequired, bool IsList, string Documentation);

/// <summary>The texts and types of a WSDL, as a page about it needs them.</summary>
internal sealed class WsdlText
{
    private static readonly XNamespace s_wsdl = "http://schemas.xmlsoap.org/wsdl/";
    private static readonly XNamespace s_xsd = XmlSchema.Namespace;
    private readonly XElement _definitions;

    private WsdlText(string text) => _definitions = XDocument.Parse(text).Root!;

    public static WsdlText Appointments { get; } = new(WsdlDocuments.AppointmentService);

    public static WsdlText FrontEnd { get; } = new(WsdlDocuments.FrontEnd);

    public static WsdlText Replica { get; } = new(WsdlDocuments.ReplicaService);

    public string Documentation => DocumentationOf(_definitions);

    public string Namespace => (string)_definitions.Attribute("targetNamespace")!;

    public IReadOnlyList<string> Operations => [.. OperationElements.Select(Name)];

    private IEnumerable<XElement> OperationElements => _definitions.Elements(s_wsdl + "portType").Elements(s_wsdl + "operation");

    public string DocumentationOf(string operation) => DocumentationOf(OperationElements.Single(each => Name(each) == operation));

    public string ActionOf(string operation) => _definitions.Elements(s_wsdl + "binding").Elements(s_wsdl + "operation")
        .Where(each => Name(each) == operation).Elements().Attributes("soapAction").First().Value;

    /// <summary>The elements of a request, or the parts of its message in rpc style.</summary>
    public IReadOnlyList<WsdlField> ParametersOf(string operation) =>
        Schema is { } schema && schema.Elements(s_xsd + "element").SingleOrDefault(each => Name(each) == operation) is { } wrapper
            ? FieldsIn(wrapper)
            : [.. _definitions.Elements(s_wsdl + "message").Single(message => Name(message) == operation).Elements(s_wsdl + "part")
                .Select(part => new WsdlField(Name(part), Local((string)part.Attribute("type")!), true, false, DocumentationOf(part)))];

    /// <summary>The elements of a complex type.</summary>
    public IReadOnlyList<WsdlField> FieldsOf(string type) =>
        FieldsIn(Schema!.Elements(s_xsd + "complexType").Single(each => Name(each) == type));

    /// <summary>The elements of an operation's result.</summary>
    public IReadOnlyList<WsdlField> ResultOf(string operation) => FieldsOf(operation + "Result");

    /// <summary>The values of an enumeration, each with the text about it.</summary>
    public IReadOnlyList<(string Value, string Documentation)> ValuesOf(string type) =>
        [.. Schema!.Elements(s_xsd + "simpleType").Single(each => Name(each) == type).Descendants(s_xsd + "enumeration")
            .Select(value => ((string)value.Attribute("value")!, DocumentationOf(value)))];

    /// <summary>The outcomes of an operation, each with the text about it.</summary>
    public IReadOnlyList<(string Value, string Documentation)> OutcomesOf(string operation) =>
        ValuesOf(ResultOf(operation).Single(field => field.Name == "outcome").Type);

    public bool IsComplex(string type) => Schema!.Elements(s_xsd + "complexType").Any(each => Name(each) == type);

    private XElement? Schema => _definitions.Elements(s_wsdl + "types").Elements(s_xsd + "schema").SingleOrDefault();

    private static List<WsdlField> FieldsIn(XElement element) =>
    [
        .. element.Descendants(s_xsd + "element").Select(each => new WsdlField(
            Name(each),
            Local((string)each.Attribute("type")!),
            (string?)each.Attribute("minOccurs") != "0",
            (string?)each.Attribute("maxOccurs") == "unbounded",
            DocumentationOf(each))),
    ];

    private static string DocumentationOf(XElement element) => (string?)element.Element(s_wsdl + "documentation")
        ?? (string?)element.Elements(s_xsd + "annotation").Elements(s_xsd + "documentation").SingleOrDefault() ?? "";

    private static string Name(XElement element) => (string)element.Attribute("name")!;

    private static string Local(string qualified) => qualified[(qualified.IndexOf(':', StringComparison.Ordinal) + 1)..];
}
