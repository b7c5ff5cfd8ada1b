using System.Globalization;
using System.Runtime.CompilerServices;
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
    private readonly XElement _project;
    private readonly Dictionary<string, XElement> _interfaces;

    private SoapUiProject(XElement project)
    {
        _project = project;
        _interfaces = project.Elements(s_con + "interface").ToDictionary(Name);
    }

    public IReadOnlyList<string> Suites => [.. _project.Elements(s_con + "testSuite").Select(Name)];

    /// <summary>The names of the interfaces: one for each SOAP version.</summary>
    public IReadOnlyList<string> Interfaces => [.. _interfaces.Keys];

    /// <summary>Every id of the file.</summary>
    public IReadOnlyList<string> Ids => [.. _project.DescendantsAndSelf().Attributes("id").Select(id => id.Value)];

    /// <summary>The project that ships with the service.</summary>
    public static SoapUiProject Load() => new(XDocument.Load(Path()).Root!);

    public IReadOnlyList<string> CasesOf(string suite) => [.. Suite(suite).Elements(s_con + "testCase").Select(Name)];

    public IReadOnlyList<string> OperationsOf(string binding) => [.. _interfaces[binding].Elements(s_con + "operation").Select(Name)];

    /// <summary>Runs the cases of a suite, in order.</summary>
    /// <param name="http">The client that sends the requests.</param>
    /// <param name="endpoint">The address that replaces the project property <c>endpoint</c>.</param>
    /// <param name="suite">The name of the test suite.</param>
    /// <returns>The failures, each with case, step and assertion; empty if every assertion holds.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(HttpClient http, Uri endpoint, string suite)
    {
        var failures = new List<string>();
        foreach (var testCase in Suite(suite).Elements(s_con + "testCase"))
        {
            foreach (var step in testCase.Elements(s_con + "testStep"))
            {
                var (status, answer) = await SendAsync(http, endpoint, step);
                foreach (var assertion in step.Descendants(s_con + "assertion"))
                {
                    if (Check(assertion, status, answer) is { } problem)
                        failures.Add($"{Name(testCase)} / {Name(step)} / {Name(assertion)}: {problem}\n{answer}");
                }
            }
        }

        return failures;
    }

    private XElement Suite(string name) => _project.Elements(s_con + "testSuite").Single(suite => Name(suite) == name);

    private async Task<(int Status, string Answer)> SendAsync(HttpClient http, Uri endpoint, XElement step)
    {
        var config = step.Element(s_con + "config")!;
        var binding = _interfaces[config.Element(s_con + "interface")!.Value];
        var operation = binding.Elements(s_con + "operation")
            .Single(candidate => Name(candidate) == config.Element(s_con + "operation")!.Value);
        var action = (string)operation.Attribute("action")!;
        var request = config.Element(s_con + "request")!;
        if (request.Element(s_con + "endpoint")!.Value != "${#Project#endpoint}")
            throw new InvalidOperationException($"{Name(step)} has an endpoint of its own");
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
        var body = envelope.Elements().Single(element => element.Name == envelope.Name.Namespace + "Body");
        var isFault = body.Element(envelope.Name.Namespace + "Fault") is not null;
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
                var problems = new List<string>();
                var content = new XDocument(body.Elements().Single());
                System.Xml.Schema.Extensions.Validate(content, SoapMessage.Schemas, (_, e) => problems.Add(e.Message));
                return problems.FirstOrDefault();
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

    private static string Path([CallerFilePath] string thisFile = "")
    {
        var folder = System.IO.Path.GetDirectoryName(thisFile)!;
        return System.IO.Path.GetFullPath(System.IO.Path.Combine(folder, "..", "..", "..", "soapui", "dams-soapui-project.xml"));
    }

    [GeneratedRegex("declare namespace (\\w+)='([^']*)';")]
    private static partial Regex Declaration();
}
