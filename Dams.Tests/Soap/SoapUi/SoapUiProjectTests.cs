using Dams.Tests.Contracts;

namespace Dams.Tests.Soap.SoapUi;

/// <summary>The SoapUI project that ships with the service passes, and fails if something is wrong.</summary>
public sealed class SoapUiProjectTests
{
    private static IEnumerable<string> Suites() => SoapUiProject.Load().Suites;

    private static IEnumerable<string> Interfaces() => SoapUiProject.Load().Interfaces;

    [TestCaseSource(nameof(Suites))]
    public async Task Every_request_is_answered_as_its_assertions_say(string suite)
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        Assert.That(await SoapUiProject.Load().RunAsync(server.Http, server.AppointmentService, suite), Is.Empty);
    }

    [Test]
    public void The_project_covers_the_scenario_every_operation_and_all_client_faults()
    {
        var project = SoapUiProject.Load();
        Assert.That(
            project.CasesOf("Original scenario").Select(name => name.Split(' ')[0]),
            Is.EqualTo(Enumerable.Range(1, 11).Select(number => $"T{number}")));
        Assert.That(
            Operation.All.Select(operation => operation.Name).Except(project.CasesOf("Operations")),
            Is.Empty,
            "operations without a case of their name in the suite Operations (soapui/dams-soapui-project.xml)");
        var faults = project.CasesOf("Faults").Select(name => name.Split(':', ',')[0]).Distinct();
        Assert.That(
            faults,
            Is.EquivalentTo(new[] { "InvalidRequest", "MustUnderstand", "VersionMismatch", "NotPermitted", "RequestIdReused" }));
    }

    [TestCaseSource(nameof(Interfaces))]
    public void An_interface_has_the_operations_of_the_contract(string name) => Assert.That(
        SoapUiProject.Load().OperationsOf(name),
        Is.EquivalentTo(Operation.All.Select(operation => operation.Name)),
        $"the operations of the interface {name} (soapui/dams-soapui-project.xml)");

    /// <summary>SoapUI finds things by their ids. A case that was copied needs new ones.</summary>
    [Test]
    public void No_two_things_of_the_project_have_one_id() => Assert.That(SoapUiProject.Load().Ids, Is.Unique);

    [Test]
    public async Task The_scenario_fails_on_a_cluster_that_is_not_fresh()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var project = SoapUiProject.Load();
        await project.RunAsync(server.Http, server.AppointmentService, "Original scenario");
        Assert.That(
            await project.RunAsync(server.Http, server.AppointmentService, "Original scenario"),
            Has.Some.StartsWith("T1 adds / T1 / outcome: 'AlreadyExists' is not 'Added'"));
    }

    [Test]
    public async Task The_operations_suite_cleans_up_behind_itself()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var project = SoapUiProject.Load();
        foreach (var suite in new[] { "Operations", "Operations" })
            Assert.That(await project.RunAsync(server.Http, server.AppointmentService, suite), Is.Empty);
    }
}
