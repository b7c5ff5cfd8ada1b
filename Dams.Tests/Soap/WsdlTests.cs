using System.Reflection;
using System.ServiceModel;
using System.Xml.Linq;
using System.Xml.Schema;
using System.Xml.Serialization;
using Dams.Contracts.Soap;
using Dams.Soap;

namespace Dams.Tests.Soap;

/// <summary>The documents are valid, keep the rules that all clients' tools need, and agree with the C# contracts.</summary>
public sealed class WsdlTests
{
    private static readonly XNamespace s_wsdl = "http://schemas.xmlsoap.org/wsdl/";
    private static readonly XNamespace s_xsd = XmlSchema.Namespace;

    private static IEnumerable<TestCaseData> Documents()
    {
        yield return new TestCaseData(WsdlDocuments.AppointmentService, typeof(IAppointmentService))
            .SetArgDisplayNames("AppointmentService");
        yield return new TestCaseData(WsdlDocuments.ReplicaService, typeof(IReplicaService)).SetArgDisplayNames("ReplicaService");
        yield return new TestCaseData(WsdlDocuments.FrontEnd, typeof(IFrontEndImpl)).SetArgDisplayNames("FrontEnd");
    }

    [TestCaseSource(nameof(Documents))]
    public void The_schema_compiles_without_a_warning(string text, Type contract)
    {
        var problems = new List<string>();
        var set = new XmlSchemaSet { XmlResolver = null };
        set.ValidationEventHandler += (_, e) => problems.Add(e.Message);
        foreach (var schema in XDocument.Parse(text).Descendants(s_xsd + "schema"))
        {
            using var reader = schema.CreateReader();
            set.Add(null, reader);
        }

        set.Compile();
        Assert.That(problems, Is.Empty);
        Assert.That(SoapContract.Of(contract, text).Operations, Is.Not.Empty);
    }

    [TestCaseSource(nameof(Documents))]
    public void Every_reference_inside_the_document_resolves(string text, Type contract)
    {
        var root = XDocument.Parse(text).Root!;
        var messages = Names("message");
        var portTypes = Names("portType");
        var bindings = Names("binding");
        var elements = root.Descendants(s_xsd + "schema")
            .Elements(s_xsd + "element")
            .Select(element => (string)element.Attribute("name")!)
            .ToHashSet();
        foreach (var use in root.Elements(s_wsdl + "portType").Descendants().Where(element => element.Attribute("message") is not null))
            Assert.That(messages, Does.Contain(Local((string)use.Attribute("message")!)));
        foreach (var binding in root.Elements(s_wsdl + "binding"))
        {
            Assert.That(portTypes, Does.Contain(Local((string)binding.Attribute("type")!)));
            Assert.That(
                binding.Elements(s_wsdl + "operation").Select(operation => (string)operation.Attribute("name")!),
                Is.EqualTo(root.Elements(s_wsdl + "portType")
                    .Elements(s_wsdl + "operation")
                    .Select(operation => (string)operation.Attribute("name")!)));
        }

        foreach (var port in root.Descendants(s_wsdl + "port"))
            Assert.That(bindings, Does.Contain(Local((string)port.Attribute("binding")!)));
        foreach (var part in root.Descendants(s_wsdl + "part").Where(part => part.Attribute("element") is not null))
            Assert.That(elements, Does.Contain(Local((string)part.Attribute("element")!)));
        Assert.That(contract.GetCustomAttribute<ServiceContractAttribute>()!.Name, Is.EqualTo(portTypes.Single()));

        HashSet<string> Names(string kind) => [.. root.Elements(s_wsdl + kind).Select(element => (string)element.Attribute("name")!)];
    }

    [TestCaseSource(nameof(Documents))]
    public void Every_operation_is_documented(string text, Type contract)
    {
        foreach (var operation in XDocument.Parse(text).Root!.Elements(s_wsdl + "portType").Elements(s_wsdl + "operation"))
        {
            Assert.That(
                (string?)operation.Element(s_wsdl + "documentation"),
                Is.Not.Null.And.Not.Empty,
                (string)operation.Attribute("name")!);
        }

        Assert.That(contract.GetMethods(), Is.Not.Empty);
    }

    [Test]
    public void The_schema_uses_only_what_every_client_can_read()
    {
        string[] allBanned =
        [
            "attribute", "choice", "any", "all", "import", "include", "group", "extension", "list", "union", "pattern", "maxLength",
            "minInclusive",
        ];
        foreach (var text in new[] { WsdlDocuments.AppointmentService, WsdlDocuments.ReplicaService })
        {
            var schema = XDocument.Parse(text).Descendants(s_xsd + "schema").Single();
            Assert.That((string?)schema.Attribute("elementFormDefault"), Is.EqualTo("qualified"));
            foreach (var banned in allBanned)
                Assert.That(schema.Descendants(s_xsd + banned), Is.Empty, banned);

            // A list is a wrapper with one repeated element. An optional value type may be nil, and nothing else may.
            foreach (var element in schema.Descendants(s_xsd + "element"))
            {
                if ((string?)element.Attribute("maxOccurs") == "unbounded")
                    Assert.That(element.Parent!.Elements().Count(), Is.EqualTo(1), element.ToString());
                var isSingleOptional = (string?)element.Attribute("minOccurs") == "0" && element.Attribute("maxOccurs") is null;
                var isNillable = (string?)element.Attribute("nillable") == "true";
                var isValueType = (string?)element.Attribute("type") is "xs:int" or "xs:long" or "xs:boolean" or "tns:AppointmentType";
                Assert.That(isNillable, Is.EqualTo(isSingleOptional && isValueType), element.ToString());
            }
        }
    }

    [Test]
    public void The_soap_11_port_comes_before_the_soap_12_port()
    {
        var ports = XDocument.Parse(WsdlDocuments.AppointmentService)
            .Descendants(s_wsdl + "port")
            .Select(port => (string)port.Attribute("name")!);
        Assert.That(ports, Is.EqualTo(new[] { "AppointmentSoap11", "AppointmentSoap12" }));
    }

    [TestCase(typeof(IAppointmentService), "AppointmentService.wsdl")]
    [TestCase(typeof(IReplicaService), "ReplicaService.wsdl")]
    public void The_serializers_write_what_the_schema_says(Type contract, string document)
    {
        var text = contract == typeof(IAppointmentService) ? WsdlDocuments.AppointmentService : WsdlDocuments.ReplicaService;
        Assert.That(document, Does.EndWith(".wsdl"));
        var schema = XDocument.Parse(text).Descendants(s_xsd + "schema").Single();
        var target = (string)schema.Attribute("targetNamespace")!;
        var importer = new XmlReflectionImporter(target);
        var exported = new XmlSchemas();
        var exporter = new XmlSchemaExporter(exported);
        var types = contract.GetMethods()
            .Select(method => method.ReturnType.GetGenericArguments()[0])
            .Concat(contract.GetMethods()
                .SelectMany(method => method.GetCustomAttributes<FaultContractAttribute>())
                .Select(fault => fault.DetailType))
            .Distinct();
        foreach (var type in types)
            exporter.ExportTypeMapping(importer.ImportTypeMapping(type, new XmlRootAttribute("root" + type.Name) { Namespace = target }));
        foreach (var type in exported.Cast<XmlSchema>()
            .Where(one => one.TargetNamespace == target)
            .SelectMany(one => one.Items.OfType<XmlSchemaComplexType>()))
        {
            var fields = ((XmlSchemaSequence?)type.Particle)?.Items.Cast<XmlSchemaElement>().ToList() ?? [];
            if (type.Name!.StartsWith("ArrayOf", StringComparison.Ordinal))
                continue;
            var written = schema.Elements(s_xsd + "complexType")
                .SingleOrDefault(candidate => (string?)candidate.Attribute("name") == type.Name);
            Assert.That(written, Is.Not.Null, type.Name);
            var expected = written!.Descendants(s_xsd + "element").ToList();
            Assert.That(
                fields.Select(field => field.Name),
                Is.EqualTo(expected.Select(element => (string)element.Attribute("name")!)),
                type.Name);
            foreach (var (field, element) in fields.Zip(expected))
            {
                var declared = Local((string)element.Attribute("type")!);
                var isList = field.SchemaTypeName.Name.StartsWith("ArrayOf", StringComparison.Ordinal);
                if (!isList)
                    Assert.That(field.SchemaTypeName.Name, Is.EqualTo(declared), $"{type.Name}.{field.Name}");

                // An element that a serializer always writes may be required. An element that it may leave out must be optional,
                // except for reference types that the edge always sets.
                if (field.MinOccurs == 1)
                    Assert.That((string?)element.Attribute("minOccurs"), Is.Null, $"{type.Name}.{field.Name}");
            }
        }

        foreach (var type in exported.Cast<XmlSchema>().SelectMany(one => one.Items.OfType<XmlSchemaSimpleType>()))
        {
            var written = schema.Elements(s_xsd + "simpleType")
                .SingleOrDefault(candidate => (string?)candidate.Attribute("name") == type.Name);
            Assert.That(written, Is.Not.Null, type.Name);
            Assert.That(
                ((XmlSchemaSimpleTypeRestriction)type.Content!).Facets.Cast<XmlSchemaFacet>().Select(facet => facet.Value),
                Is.EqualTo(written!.Descendants(s_xsd + "enumeration").Select(facet => (string)facet.Attribute("value")!)),
                type.Name);
        }
    }

    [TestCaseSource(nameof(Documents))]
    public void The_interface_has_the_names_actions_and_parameters_of_the_document(string text, Type contract)
    {
        var root = XDocument.Parse(text).Root!;
        var target = (string)root.Attribute("targetNamespace")!;
        var service = contract.GetCustomAttribute<ServiceContractAttribute>()!;
        Assert.That(service.Namespace, Is.EqualTo(target));
        foreach (var method in contract.GetMethods())
        {
            var operation = method.GetCustomAttribute<OperationContractAttribute>()!;
            var bound = root.Elements(s_wsdl + "binding")
                .Elements(s_wsdl + "operation")
                .Where(element => (string?)element.Attribute("name") == operation.Name)
                .Elements()
                .Where(element => element.Name.LocalName == "operation")
                .ToList();
            Assert.That(bound, Is.Not.Empty, operation.Name);
            Assert.That(bound.Select(element => (string?)element.Attribute("soapAction")), Is.All.EqualTo(operation.Action));
            var parameters = method.GetParameters()
                .Select(parameter => parameter.GetCustomAttribute<MessageParameterAttribute>()?.Name ?? parameter.Name);
            var wrapper = root.Descendants(s_xsd + "schema")
                .Elements(s_xsd + "element")
                .SingleOrDefault(element => (string?)element.Attribute("name") == operation.Name);
            var declared = wrapper?.Descendants(s_xsd + "element")
                ?? root.Elements(s_wsdl + "message")
                    .Single(message => (string?)message.Attribute("name") == operation.Name)
                    .Elements(s_wsdl + "part");
            Assert.That(parameters, Is.EqualTo(declared.Select(element => (string)element.Attribute("name")!)), operation.Name);
        }
    }

    [TestCase("?wsdl", 2)]
    [TestCase("?WSDL", 2)]
    [TestCase("?singleWsdl", 2)]
    [TestCase("?wsdl&soap=1.1", 1)]
    [TestCase("?wsdl&soap=1.2", 1)]
    public async Task The_served_wsdl_contains_the_address_of_the_request(string query, int ports)
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        using var response = await server.Http.GetAsync(server.AppointmentService + query);
        var document = XDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.That(response.Content.Headers.ContentType?.ToString(), Is.EqualTo("text/xml; charset=utf-8"));
        var locations = document.Descendants().Attributes("location").Select(location => location.Value).ToList();
        Assert.That(locations, Has.Count.EqualTo(ports).And.All.EqualTo(server.AppointmentService.AbsoluteUri));
        Assert.That(document.Root!.Elements(s_wsdl + "binding").Count(), Is.EqualTo(ports));
    }

    /// <summary>gSOAP: wsdl2h makes stubs for SOAP 1.2 of each document that only declares its namespace.</summary>
    [TestCase("1.1", "http://schemas.xmlsoap.org/wsdl/soap12/")]
    [TestCase("1.2", "http://schemas.xmlsoap.org/wsdl/soap/")]
    public async Task The_copy_for_one_soap_version_does_not_name_the_other(string version, string other)
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var whole = await server.Http.GetStringAsync(server.AppointmentService + "?wsdl");
        var copy = await server.Http.GetStringAsync(server.AppointmentService + "?wsdl&soap=" + version);
        Assert.That(whole, Does.Contain(other));
        Assert.That(copy, Does.Not.Contain(other));
    }

    [TestCase("localhost:81", null, "http://localhost:81/AppointmentService")]
    [TestCase("evil.example.org", null, null)]
    [TestCase("evil\"><x", null, null)]
    [TestCase("dams.example.org", null, "http://dams.example.org/AppointmentService")]
    [TestCase("dams.example.org", "https://public.example.org/x/", "https://public.example.org/x/AppointmentService")]
    public async Task A_host_header_is_trusted_only_if_it_is_allowed(string host, string? publicBaseUrl, string? expected)
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor(), SoapTestServer.Options with
        {
            AllowedHosts = ["dams.example.org"],
            PublicBaseUrl = publicBaseUrl is null ? null : new Uri(publicBaseUrl),
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, server.AppointmentService + "?wsdl");
        request.Headers.TryAddWithoutValidation("Host", host);
        using var response = await server.Http.SendAsync(request);
        if (expected is null)
        {
            Assert.That((int)response.StatusCode, Is.EqualTo(400).Or.EqualTo(421));
            return;
        }

        var document = XDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.That(
            document.Descendants().Attributes("location").First().Value,
            Is.EqualTo(expected));
    }

    private static string Local(string qualified) => qualified[(qualified.IndexOf(':', StringComparison.Ordinal) + 1)..];
}
