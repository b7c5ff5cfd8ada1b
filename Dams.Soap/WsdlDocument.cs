using System.Text;
using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;

namespace Dams.Soap;

/// <summary>
/// A hand-written WSDL: its schema, its texts, and copies of it with the address of the service. Immutable, so many threads may use it.
/// </summary>
internal sealed class WsdlDocument
{
    private static readonly XNamespace s_wsdl = "http://schemas.xmlsoap.org/wsdl/";
    private static readonly XNamespace s_soap11 = "http://schemas.xmlsoap.org/wsdl/soap/";
    private static readonly XNamespace s_soap12 = "http://schemas.xmlsoap.org/wsdl/soap12/";
    private static readonly XNamespace s_xsd = XmlSchema.Namespace;
    private readonly XDocument _document;

    public WsdlDocument(string text)
    {
        _document = XDocument.Parse(text, LoadOptions.PreserveWhitespace);
        var definitions = _document.Root is { } root && root.Name == s_wsdl + "definitions"
            ? root
            : throw new InvalidOperationException("the document is not a WSDL 1.1 document");
        TargetNamespace = (string?)definitions.Attribute("targetNamespace") ?? "";
        ServiceName = (string?)definitions.Element(s_wsdl + "service")?.Attribute("name") ?? "";
        Documentation = (string?)definitions.Element(s_wsdl + "documentation") ?? "";
        Operations = definitions.Elements(s_wsdl + "portType").Elements(s_wsdl + "operation")
            .ToDictionary(
                operation => (string)operation.Attribute("name")!,
                operation => (string?)operation.Element(s_wsdl + "documentation") ?? "");
        IsRpc = definitions.Elements(s_wsdl + "binding").Elements(s_soap11 + "binding")
            .Any(binding => (string?)binding.Attribute("style") == "rpc");
        var ports = definitions.Elements(s_wsdl + "service").Elements(s_wsdl + "port").Elements().Select(element => element.Name).ToList();
        Versions = [.. new[] { SoapVersion.Soap11, SoapVersion.Soap12 }
            .Where(version => ports.Contains((version == SoapVersion.Soap11 ? s_soap11 : s_soap12) + "address"))];
        Schemas = new XmlSchemaSet { XmlResolver = null };
        foreach (var schema in definitions.Elements(s_wsdl + "types").Elements(s_xsd + "schema"))
            Schemas.Add(Read(schema));
        if (IsRpc)
            Schemas.Add(SchemaOfMessages(definitions));
        Schemas.Compile();
    }

    public string TargetNamespace { get; }

    public string ServiceName { get; }

    public string Documentation { get; }

    /// <summary>The operations of the port type with their documentation, in the document's order.</summary>
    public IReadOnlyDictionary<string, string> Operations { get; }

    /// <summary>Whether the style is rpc: operation names give the wrapper elements, and parts are unqualified.</summary>
    public bool IsRpc { get; }

    /// <summary>The versions that have a port in the document.</summary>
    public IReadOnlyList<SoapVersion> Versions { get; }

    /// <summary>Declares the wrapper element of every request and answer, and every fault detail.</summary>
    public XmlSchemaSet Schemas { get; }

    /// <summary>A copy of the document with this address.</summary>
    /// <param name="address">The address of every port.</param>
    /// <param name="only">Null for all ports; else the ports, bindings and namespace of the other version are left out.</param>
    public byte[] Render(string address, SoapVersion? only)
    {
        var copy = new XDocument(_document);
        foreach (var location in copy.Descendants()
            .Where(element => element.Name == s_soap11 + "address" || element.Name == s_soap12 + "address"))
        {
            location.SetAttributeValue("location", address);
        }

        if (only is not null)
        {
            var left = only == SoapVersion.Soap11 ? s_soap12 : s_soap11;
            foreach (var element in copy.Root!.Elements(s_wsdl + "binding").Where(binding => binding.Element(left + "binding") is not null)
                .Concat(copy.Root.Elements(s_wsdl + "service").Elements(s_wsdl + "port")
                    .Where(port => port.Element(left + "address") is not null))
                .ToList())
            {
                if (element.PreviousNode is XText space)
                    space.Remove();
                element.Remove();
            }

            // wsdl2h of gSOAP makes stubs for SOAP 1.2 as soon as its namespace is declared.
            copy.Root.Attributes().Where(attribute => attribute.IsNamespaceDeclaration && attribute.Value == left.NamespaceName).Remove();
        }

        using var stream = new MemoryStream();
        using (var writer = XmlWriter.Create(stream, new XmlWriterSettings { Encoding = new UTF8Encoding(false) }))
            copy.Save(writer);
        return stream.ToArray();
    }

    // rpc/literal has no schema of its own. Each message is an element with its parts in their order, unqualified.
    private static XmlSchema SchemaOfMessages(XElement definitions)
    {
        var target = (string?)definitions.Attribute("targetNamespace") ?? "";
        var schema = new XElement(
            s_xsd + "schema",
            new XAttribute(XNamespace.Xmlns + "xsd", XmlSchema.Namespace),
            new XAttribute("targetNamespace", target));
        foreach (var operation in definitions.Elements(s_wsdl + "portType").Elements(s_wsdl + "operation"))
        {
            var name = (string)operation.Attribute("name")!;
            schema.Add(
                ElementOf(name, operation.Element(s_wsdl + "input")),
                ElementOf(name + "Response", operation.Element(s_wsdl + "output")));
        }

        return Read(schema);

        XElement ElementOf(string name, XElement? use)
        {
            var message = LocalName((string?)use?.Attribute("message") ?? "");
            var parts = definitions.Elements(s_wsdl + "message").Where(candidate => (string?)candidate.Attribute("name") == message)
                .Elements(s_wsdl + "part")
                .Select(part => new XElement(
                    s_xsd + "element",
                    new XAttribute("name", (string)part.Attribute("name")!),
                    new XAttribute("type", "xsd:" + LocalName((string?)part.Attribute("type") ?? ""))));
            return new XElement(
                s_xsd + "element",
                new XAttribute("name", name),
                new XElement(s_xsd + "complexType", new XElement(s_xsd + "sequence", parts)));
        }
    }

    private static string LocalName(string qualified) => qualified[(qualified.IndexOf(':', StringComparison.Ordinal) + 1)..];

    // A reader of the element inside its document sees the prefixes that are declared around it.
    private static XmlSchema Read(XElement element)
    {
        using var reader = element.CreateReader();
        return XmlSchema.Read(reader, static (_, problem) => throw problem.Exception)!;
    }
}
