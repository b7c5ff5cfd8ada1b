namespace Dams.Tests.Soap.SoapUi;

/// <summary>A test suite of the SoapUI project.</summary>
internal sealed record SoapUiSuite(string Name, string Description, IReadOnlyList<SoapUiCase> Cases);

/// <summary>A test case: requests that are sent in order. A request that fails does not keep the others from running.</summary>
internal sealed record SoapUiCase(string Name, IReadOnlyList<SoapUiStep> Steps);

/// <summary>A request with its assertions.</summary>
/// <param name="Name">The name; no other step of the case has it.</param>
/// <param name="Version">The SOAP version of the interface: 1.1 or 1.2.</param>
/// <param name="Operation">The operation, which gives the SOAPAction.</param>
/// <param name="Envelope">The text of the request.</param>
/// <param name="Assertions">The conditions on the answer.</param>
internal sealed record SoapUiStep(
    string Name, string Version, string Operation, string Envelope, IReadOnlyList<SoapUiAssertion> Assertions);

/// <summary>An assertion, as SoapUI's file format names it.</summary>
/// <param name="Type">The type, such as <c>XPath Match</c>.</param>
/// <param name="Name">The name; no other assertion of the step has it.</param>
/// <param name="Configuration">The elements of the configuration, in order; null if the type has none.</param>
internal sealed record SoapUiAssertion(string Type, string Name, IReadOnlyList<(string Name, string Value)>? Configuration = null)
{
    public static SoapUiAssertion Response { get; } = new("SOAP Response", "SOAP Response");

    /// <summary>The odd name is the format's own: it holds if the answer is no fault.</summary>
    public static SoapUiAssertion NoFault { get; } = new("SOAP Fault Assertion", "Not a fault");

    /// <summary>The odd name is the format's own: it holds if the answer is a fault.</summary>
    public static SoapUiAssertion Fault { get; } = new("Not SOAP Fault Assertion", "A fault");

    public static SoapUiAssertion Schema { get; } = new("Schema Compliance", "Schema Compliance", []);

    public static SoapUiAssertion Status(string code) => new("Valid HTTP Status Codes", $"Status {code}", [("codes", code)]);

    public static SoapUiAssertion Contains(string token) =>
        new("Simple Contains", $"contains {token}", [("token", token), ("ignoreCase", "false"), ("useRegEx", "false")]);

    public static SoapUiAssertion Lacks(string token) =>
        new("Simple NotContains", $"lacks {token}", [("token", token), ("ignoreCase", "false"), ("useRegEx", "false")]);

    /// <summary>The value of an XPath, in which <c>v1</c> and <c>s12</c> are declared.</summary>
    public static SoapUiAssertion Path(string name, string path, string value) => new("XPath Match", name,
    [
        ("path", (path.Contains("s12:", StringComparison.Ordinal) ? $"declare namespace s12='{SoapMessage.Soap12}';\n" : "")
            + $"declare namespace v1='{SoapMessage.V1}';\n{path}"),
        ("content", value),
        ("allowWildcards", "false"),
        ("ignoreNamspaceDifferences", "false"),
        ("ignoreComments", "false"),
    ]);
}
