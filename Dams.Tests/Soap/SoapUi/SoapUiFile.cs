using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Dams.Contracts.Soap;
using Dams.Tests.Soap.ApiPage;

namespace Dams.Tests.Soap.SoapUi;

/// <summary>
/// Writes <c>soapui/dams-soapui-project.xml</c> in the form in which SoapUI 5.7 saves a project: from the WSDL and the suites of this
/// folder. The ids are made from the names, so the same content gives the same file.
/// </summary>
internal static class SoapUiFile
{
    public const string EndpointProperty = "${#Project#endpoint}";
    private const string Address = "http://localhost:8080/AppointmentService";
    private static readonly XNamespace s_con = "http://eviware.com/soapui/config";
    private static readonly XNamespace s_xsi = "http://www.w3.org/2001/XMLSchema-instance";
    private static readonly XNamespace s_wsdl = "http://schemas.xmlsoap.org/wsdl/";

    /// <summary>The faults that need a broken or busy cluster, so no case can provoke them.</summary>
    public static IReadOnlyList<DamsFaultCode> Unprovokable { get; } =
    [
        DamsFaultCode.Unauthenticated, DamsFaultCode.Overloaded, DamsFaultCode.SequencerUnavailable, DamsFaultCode.NoQuorum,
        DamsFaultCode.InsufficientReplicas, DamsFaultCode.ReplicaDivergence, DamsFaultCode.InternalError,
    ];

    private static string Description =>
        "The appointment service of DAMS. The interfaces have a sample request under each operation. The test suites have the original "
        + "scenario, a case for each outcome of each operation, and a case for each fault that a client can provoke.\n"
        + "The project property \"endpoint\" is the address of the service; every request uses it.\n"
        + "The suites run as often as you like, on a cluster in use, too: they remove what they add, before and after. Their bookings are "
        + "in March 2098 and December 2099, but for those of the original scenario.\n"
        + "No client can provoke these faults on a healthy cluster, so they have no case: "
        + string.Join(", ", Unprovokable) + ".\n"
        + "The docs say what they mean.\n"
        + "In this file format the assertion \"SOAP Fault Assertion\" means that the answer is not a fault, and \"Not SOAP Fault "
        + "Assertion\" that it is one.";

    private static IEnumerable<SoapUiSuite> Suites =>
        from version in new[] { "1.1", "1.2" }
        from suite in new[] { ScenarioSuite.Of(version), OutcomeSuite.Of(version), FaultSuite.Of(version) }
        select suite;

    public static string Path([CallerFilePath] string thisFile = "")
    {
        var folder = System.IO.Path.GetDirectoryName(thisFile)!;
        return System.IO.Path.GetFullPath(System.IO.Path.Combine(folder, "..", "..", "..", "soapui", "dams-soapui-project.xml"));
    }

    /// <summary>The whole file.</summary>
    public static string Write()
    {
        var project = Element("soapui-project",
            new XAttribute(XNamespace.Xmlns + "con", s_con), new XAttribute(XNamespace.Xmlns + "xsi", s_xsi),
            Id("project"), Attribute("activeEnvironment", "Default"), Attribute("name", "DAMS"), Attribute("resourceRoot", ""),
            Attribute("soapui-version", "5.7.2"), Attribute("abortOnError", "false"), Attribute("runType", "SEQUENTIAL"),
            Element("description", Description),
            Element("settings"),
            Interface("AppointmentSoap11", "1.1"),
            Interface("AppointmentSoap12", "1.2"),
            Suites.Select(SuiteOf),
            Element("properties",
                Element("property", Element("name", "endpoint"), Element("value", Address))),
            Element("wssContainer"),
            Element("oAuth2ProfileContainer"),
            Element("oAuth1ProfileContainer"),
            Element("sensitiveInformation"));
        Indent(project, 0);
        var text = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        var settings = new XmlWriterSettings { OmitXmlDeclaration = true, NewLineHandling = NewLineHandling.None };
        using (var writer = XmlWriter.Create(text, settings))
            project.Save(writer);
        return text.Append('\n').ToString();
    }

    private static XElement Interface(string binding, string version)
    {
        var wsdl = XDocument.Parse(WsdlDocuments.AppointmentService).Root!;
        return Element("interface",
            new XAttribute(s_xsi + "type", "con:WsdlInterface"), Id(binding), Attribute("wsaVersion", "NONE"), Attribute("name", binding),
            Attribute("type", "wsdl"), Attribute("bindingName", $"{{{SoapMessage.V1}}}{binding}"),
            Attribute("soapVersion", version == "1.1" ? "1_1" : "1_2"), Attribute("anonymous", "optional"),
            Attribute("definition", Address + "?wsdl"),
            Element("settings"),
            Element("definitionCache", Attribute("type", "TEXT"), Attribute("rootPart", Address + "?wsdl"),
                Element("part",
                    Element("url", Address + "?wsdl"),
                    Element("content", new XCData(WsdlDocuments.AppointmentService.ReplaceLineEndings("\n"))),
                    Element("type", s_wsdl.NamespaceName))),
            Element("endpoints", Element("endpoint", EndpointProperty)),
            wsdl.Elements(s_wsdl + "portType").Elements(s_wsdl + "operation").Select(each => OperationOf(each, binding, version)));
    }

    private static XElement OperationOf(XElement operation, string binding, string version)
    {
        var name = (string)operation.Attribute("name")!;
        var sample = SoapUiCaseBuilder.Envelope(version, name, WsdlText.Appointments.ParametersOf(name)
            .Where(parameter => parameter.IsRequired)
            .Select(parameter => (parameter.Name, SoapSamples.AppointmentValues[parameter.Name])));
        sample = sample.Replace($"      </v1:{name}>",
            "         <!-- Optional: v1:requestId, a new one for each new request; a repeat with the same one is done once. -->\n"
            + $"      </v1:{name}>", StringComparison.Ordinal);
        return Element("operation",
            Id(binding, name), Attribute("isOneWay", "false"), Attribute("action", ActionOf(name)), Attribute("name", name),
            Attribute("bindingOperationName", name), Attribute("type", "Request-Response"), Attribute("inputName", ""),
            Attribute("receivesAttachments", "false"), Attribute("sendsAttachments", "false"), Attribute("anonymous", "optional"),
            Element("description", (string)operation.Element(s_wsdl + "documentation")!),
            Element("settings"),
            Element("call", Id(binding, name, "call"), Attribute("name", "Sample"), Request(sample, [])));
    }

    private static XElement SuiteOf(SoapUiSuite suite) => Element("testSuite",
        Id(suite.Name), Attribute("name", suite.Name),
        Element("description", suite.Description),
        Element("settings"),
        Element("runType", "SEQUENTIAL"),
        suite.Cases.Select(each => CaseOf(suite, each)),
        Element("properties"));

    // A step that fails does not end the case, so the cleaning always runs. The case fails all the same.
    private static XElement CaseOf(SoapUiSuite suite, SoapUiCase each) => Element("testCase",
        Id(suite.Name, each.Name), Attribute("failOnError", "false"), Attribute("failTestCaseOnErrors", "true"),
        Attribute("keepSession", "false"), Attribute("maxResults", "0"), Attribute("name", each.Name),
        Attribute("searchProperties", "true"),
        Element("settings"),
        each.Steps.Select(step => StepOf(step, suite.Name, each.Name, step.Name)),
        Element("properties"));

    private static XElement StepOf(SoapUiStep step, params string[] place) => Element("testStep",
        Attribute("type", "request"), Id(place), Attribute("name", step.Name),
        Element("settings"),
        Element("config", new XAttribute(s_xsi + "type", "con:RequestStep"),
            Element("interface", step.Version == "1.1" ? "AppointmentSoap11" : "AppointmentSoap12"),
            Element("operation", step.Operation),
            Element("request",
                Id([.. place, "request"]), Attribute("name", step.Name), Attribute("outgoingWss", ""), Attribute("incomingWss", ""),
                Attribute("timeout", ""), Attribute("sslKeystore", ""), Attribute("useWsAddressing", "false"),
                Attribute("useWsReliableMessaging", "false"), Attribute("wssPasswordType", ""),
                Request(step.Envelope, step.Assertions.Select(each => AssertionOf(each, [.. place, each.Name]))))));

    private static object[] Request(string envelope, IEnumerable<XElement> assertions) =>
    [
        Element("settings"),
        Element("encoding", "UTF-8"),
        Element("endpoint", EndpointProperty),
        Element("request", new XCData(envelope)),
        assertions,
        Element("credentials", Element("authType", "No Authorization")),
    ];

    private static XElement AssertionOf(SoapUiAssertion assertion, params string[] place) => Element("assertion",
        Attribute("type", assertion.Type), Id(place), Attribute("name", assertion.Name),
        assertion.Configuration is { } configuration
            ? Element("configuration", configuration.Select(each => new XElement(each.Name, each.Value)))
            : null);

    private static string ActionOf(string operation) => $"{SoapMessage.V1}/{operation}";

    private static XElement Element(string name, params object?[] content) => new(s_con + name, content);

    private static XAttribute Attribute(string name, string value) => new(name, value);

    // RFC 9562, version 8: a UUID whose bits are made from whatever one likes.
    private static XAttribute Id(params string[] place)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', place)))[..16];
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return Attribute("id", new Guid(bytes, bigEndian: true).ToString());
    }

    // Every element of the project's own has a line; the configuration of an assertion stays on the assertion's.
    private static void Indent(XElement element, int depth)
    {
        if (!element.HasElements || element.Name.LocalName is "assertion" or "credentials")
            return;
        foreach (var child in element.Elements().ToList())
        {
            child.AddBeforeSelf(new XText("\n" + new string(' ', 2 * (depth + 1))));
            Indent(child, depth + 1);
        }

        element.Add(new XText("\n" + new string(' ', 2 * depth)));
    }
}
