using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace Dams.Tests.Soap.SoapUi;

/// <summary>
/// Executes the requests and assertions of a SoapUI project file. It knows the parts of the format that our file uses; anything else is an
/// error. Two names are odd: "SOAP Fault Assertion" means that the answer is not a fault, and "Not SOAP Fault Assertion" that it is.
/// </summary>
internal sealed partial class SoapUiProject
{
    private static readonly XNamespace s_con = "http://eviware.com/soapui/config";
    private static readonly XNamespace s_xsi = "http://www.w3.org/2001/XMLSchema-instance";
    private readonly XElement _project;
    private readonly Dictionary<string, XElement> _interfaces;

    private SoapUiProject(XElement project)
    {
        _project = project;
        _interfaces = project.Elements(s_con + "interface").ToDictionary(Name);
    }

    /// <summary>The names of the interfaces, one for each SOAP version. Each operation of them has a sample request.</summary>
    public IReadOnlyList<string> Interfaces => [.. _interfaces.Keys];

    public IReadOnlyList<string> Suites => [.. _project.Elements(s_con + "testSuite").Select(Name)];

    /// <summary>The value of the project property <c>endpoint</c>.</summary>
    public string Endpoint => _project.Element(s_con + "properties")!.Elements(s_con + "property")
        .Single(property => property.Element(s_con + "name")!.Value == "endpoint").Element(s_con + "value")!.Value;

    public string Description => _project.Element(s_con + "description")!.Value;

    /// <summary>Every id of the file.</summary>
    public IReadOnlyList<string> Ids => [.. _project.DescendantsAndSelf().Attributes("id").Select(id => id.Value)];

    /// <summary>The texts of all requests: samples and steps.</summary>
    public IReadOnlyList<string> Requests =>
        [.. _project.Descendants(s_con + "request").Where(request => !request.HasElements).Select(request => request.Value)];

    /// <summary>The project that ships with the service.</summary>
    public static SoapUiProject Load() => new(XDocument.Load(SoapUiFile.Path()).Root!);

    public IReadOnlyList<string> CasesOf(string suite) => [.. Suite(suite).Elements(s_con + "testCase").Select(Name)];

    public IReadOnlyList<string> OperationsOf(string binding) => [.. _interfaces[binding].Elements(s_con + "operation").Select(Name)];

    /// <summary>The interface, the operation and the value that a step of some case demands of an XPath.</summary>
    /// <param name="path">The last line of the assertion's path.</param>
    public IReadOnlyList<(string Interface, string Operation, string Value)> Demands(string path) =>
    [
        .. from step in _project.Descendants(s_con + "testStep")
        from assertion in step.Descendants(s_con + "assertion")
        where (assertion.Element(s_con + "configuration")?.Element("path")?.Value ?? "").EndsWith("\n" + path, StringComparison.Ordinal)
        let config = step.Element(s_con + "config")!
        select (
            config.Element(s_con + "interface")!.Value,
            config.Element(s_con + "operation")!.Value,
            assertion.Element(s_con + "configuration")!.Element("content")!.Value),
    ];

    /// <summary>Runs the cases of a suite, in order, or the sample requests of an interface, in the order of its operations.</summary>
    /// <param name="http">The client that sends the requests.</param>
    /// <param name="endpoint">The address that replaces the project property <c>endpoint</c>.</param>
    /// <param name="part">The name of the test suite, or of the interface.</param>
    /// <returns>The failures, each with case, step and assertion; empty if every assertion holds.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(HttpClient http, Uri endpoint, string part) =>
        _interfaces.TryGetValue(part, out var binding)
            ? await RunSamplesAsync(http, endpoint, binding)
            : await RunSuiteAsync(http, endpoint, Suite(part));

    private async Task<IReadOnlyList<string>> RunSuiteAsync(HttpClient http, Uri endpoint, XElement suite)
    {
        var failures = new List<string>();
        foreach (var testCase in suite.Elements(s_con + "testCase"))
        {
            foreach (var step in testCase.Elements(s_con + "testStep"))
            {
                var config = step.Element(s_con + "config")!;
                if ((string?)step.Attribute("type") != "request" || (string?)config.Attribute(s_xsi + "type") != "con:RequestStep")
                    throw new InvalidOperationException($"{Name(testCase)} / {Name(step)} is no request");
                var binding = _interfaces[config.Element(s_con + "interface")!.Value];
                var operation = config.Element(s_con + "operation")!.Value;
                var request = config.Element(s_con + "request")!;
                var assertions = request.Elements(s_con + "assertion").ToList();
                if (assertions.Count == 0)
                    throw new InvalidOperationException($"{Name(testCase)} / {Name(step)} has no assertion");
                var (status, answer) = await SendAsync(http, endpoint, binding, operation, request);
                foreach (var assertion in assertions)
                {
                    if (Check(assertion, status, answer) is { } problem)
                        failures.Add($"{Name(testCase)} / {Name(step)} / {Name(assertion)}: {problem}\n{answer}");
                }
            }
        }

        return failures;
    }

    // Sample requests have no assertions. A new user expects an answer that is no fault.
    private async Task<IReadOnlyList<string>> RunSamplesAsync(HttpClient http, Uri endpoint, XElement binding)
    {
        var failures = new List<string>();
        foreach (var operation in binding.Elements(s_con + "operation"))
        {
            foreach (var call in operation.Elements(s_con + "call"))
            {
                var (status, answer) = await SendAsync(http, endpoint, binding, Name(operation), call);
                if (status != 200 || IsFault(answer) || ProblemOf(answer) is not null)
                    failures.Add($"{Name(operation)} / {Name(call)}: {status} {ProblemOf(answer)}\n{answer}");
            }
        }

        return failures;
    }

    private XElement Suite(string name) => _project.Elements(s_con + "testSuite").Single(suite => Name(suite) == name);

    private static async Task<(int Status, string Answer)> SendAsync(
        HttpClient http, Uri endpoint, XElement binding, string operationName, XElement request)
    {
        var operation = binding.Elements(s_con + "operation").Single(candidate => Name(candidate) == operationName);
        var action = (string)operation.Attribute("action")!;
        if (request.Element(s_con + "endpoint")!.Value != SoapUiFile.EndpointProperty)
            throw new InvalidOperationException($"{Name(request)} has an endpoint of its own");
        var is12 = (string?)binding.Attribute("soapVersion") == "1_2";
        using var message = SoapMessage.Post(
            endpoint,
            Encoding.UTF8.GetBytes(request.Element(s_con + "request")!.Value),
            is12 ? $"application/soap+xml;charset=UTF-8;action=\"{action}\"" : "text/xml;charset=UTF-8",
            is12 ? null : $"\"{action}\"");
        using var response = await http.SendAsync(message);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static string? Check(XElement assertion, int status, string answer)
    {
        var envelope = XDocument.Parse(answer).Root!;
        var isFault = IsFault(answer);
        var configuration = assertion.Element(s_con + "configuration");
        switch ((string)assertion.Attribute("type")!)
        {
            case "SOAP Response":
                return envelope.Name.LocalName == "Envelope" && envelope.Name.NamespaceName is SoapMessage.Soap11 or SoapMessage.Soap12
                    ? null
                    : "not a SOAP answer";
            case "SOAP Fault Assertion":
                return isFault ? "is a fault" : null;
            case "Not SOAP Fault Assertion":
                return isFault ? null : "is not a fault";
            case "Valid HTTP Status Codes":
                var codes = configuration!.Element("codes")!.Value.Split(',');
                return codes.Contains(status.ToString(CultureInfo.InvariantCulture)) ? null : $"status {status}";
            case "Schema Compliance":
                return ProblemOf(answer);
            case "Simple Contains":
                return Contains(configuration!, answer) ? null : "does not contain the token";
            case "Simple NotContains":
                return Contains(configuration!, answer) ? "contains the token" : null;
            case "XPath Match":
                var found = Evaluate(configuration!.Element("path")!.Value, answer);
                var expected = configuration.Element("content")!.Value;
                return found == expected ? null : $"'{found}' is not '{expected}'";
            case var other:
                return $"the assertion '{other}' is not known";
        }
    }

    private static XElement BodyOf(string answer)
    {
        var envelope = XDocument.Parse(answer).Root!;
        return envelope.Elements().Single(element => element.Name == envelope.Name.Namespace + "Body").Elements().Single();
    }

    private static bool IsFault(string answer) => BodyOf(answer) is var content && content.Name == content.Name.Namespace + "Fault"
        && content.Name.NamespaceName is SoapMessage.Soap11 or SoapMessage.Soap12;

    private static string? ProblemOf(string answer)
    {
        var problems = new List<string>();
        System.Xml.Schema.Extensions.Validate(
            new XDocument(BodyOf(answer)), SoapMessage.Schemas, (_, e) => problems.Add(e.Message));
        return problems.FirstOrDefault();
    }

    private static bool Contains(XElement configuration, string answer)
    {
        var token = configuration.Element("token")!.Value;
        var ignoresCase = configuration.Element("ignoreCase")!.Value == "true";
        return configuration.Element("useRegEx")!.Value == "true"
            ? throw new InvalidOperationException("regular expressions are not supported")
            : answer.Contains(token, ignoresCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
    }

    private static string Evaluate(string path, string answer)
    {
        var document = new XmlDocument { XmlResolver = null };
        document.LoadXml(answer);
        var navigator = document.CreateNavigator()!;
        var namespaces = new XmlNamespaceManager(document.NameTable);
        foreach (Match declaration in Declaration().Matches(path))
            namespaces.AddNamespace(declaration.Groups[1].Value, declaration.Groups[2].Value);
        return navigator.Evaluate(Declaration().Replace(path, "").Trim(), namespaces) switch
        {
            double number => number.ToString(CultureInfo.InvariantCulture),
            string text => text,
            bool truth => truth ? "true" : "false",
            System.Xml.XPath.XPathNodeIterator nodes =>
                string.Join("", nodes.Cast<System.Xml.XPath.XPathNavigator>().Select(node => node.Value)),
            var other => other.ToString() ?? "",
        };
    }

    private static string Name(XElement element) => (string)element.Attribute("name")!;

    [GeneratedRegex("declare namespace (\\w+)='([^']*)';")]
    private static partial Regex Declaration();
}
