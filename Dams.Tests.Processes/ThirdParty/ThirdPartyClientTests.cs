using Dams.Tests.Soap;

namespace Dams.Tests.Processes.ThirdParty;

/// <summary>Third-party clients understand our WSDL and our answers, in both SOAP versions.</summary>
[Category("ThirdPartyClients")]
[Parallelizable]
public sealed class ThirdPartyClientTests
{
    private static IEnumerable<TestCaseData> Clients() =>
        from client in ThirdPartyClient.All
        from version in client.SoapVersions
        select new TestCaseData(client.Name, version);

    private static IEnumerable<string> FrontEndClients() => ThirdPartyClient.AllOfFrontEnd.Select(client => client.Name);

    [TestCaseSource(nameof(Clients))]
    public async Task The_original_scenario_passes(string name, string version)
    {
        var client = ThirdPartyClient.All.Single(candidate => candidate.Name == name);
        RequireInstalled(client);
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var wsdl = new Uri(server.AppointmentService + "?wsdl");
        var lines = await Task.Run(() => client.RunScenario(wsdl, version));
        Assert.That(lines, Is.EqualTo(ThirdPartyClient.Expected));
    }

    [TestCaseSource(nameof(FrontEndClients))]
    public async Task The_original_systems_contract_works(string name)
    {
        var client = ThirdPartyClient.AllOfFrontEnd.Single(candidate => candidate.Name == name);
        RequireInstalled(client);
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var lines = await Task.Run(() => client.RunScenario(new Uri(server.FrontEnd + "?wsdl")));
        Assert.That(lines, Is.EqualTo(ThirdPartyClient.ExpectedOfFrontEnd));
    }

    /// <summary>
    /// Ignores the test if a client is missing, or fails it if <c>DAMS_REQUIRE_CLIENTS</c> is 1 or all. Ignores the test of a client that
    /// takes long, unless the variable is all. Prints the version of the client.
    /// </summary>
    internal static void RequireInstalled(ThirdPartyClient client)
    {
        if (client.TakesLong && Required != "all")
            Assert.Ignore($"{client} takes long, and runs where DAMS_REQUIRE_CLIENTS is all");
        var version = client.InstalledVersion();
        RequireInstalled(client.Name, version is not null);
        TestContext.Out.WriteLine($"{client}: {version}");
    }

    /// <summary>Ignores the test if a client is missing, or fails it if <c>DAMS_REQUIRE_CLIENTS</c> is 1 or all.</summary>
    internal static void RequireInstalled(string name, bool isInstalled)
    {
        if (isInstalled)
            return;
        if (Required is "1" or "all")
            Assert.Fail($"{name} is not installed, and DAMS_REQUIRE_CLIENTS requires it");
        Assert.Ignore($"{name} is not installed");
    }

    private static string? Required => Environment.GetEnvironmentVariable("DAMS_REQUIRE_CLIENTS");
}
