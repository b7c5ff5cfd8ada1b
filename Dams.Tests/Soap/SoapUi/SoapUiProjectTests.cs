namespace Dams.Tests.Soap.SoapUi;

/// <summary>The SoapUI project that ships with the service passes, and fails if something is wrong.</summary>
public sealed class SoapUiProjectTests
{
    private static IEnumerable<string> Suites() => SoapUiProject.Load().Suites;

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
        var operations = typeof(Dams.Contracts.Soap.IAppointmentService).GetMethods().Select(method => method.Name[..^"Async".Length]);
        Assert.That(project.CasesOf("Operations"), Is.SupersetOf(operations));
        var faults = project.CasesOf("Faults").Select(name => name.Split(':', ',')[0]).Distinct();
        Assert.That(
            faults,
            Is.EquivalentTo(new[] { "InvalidRequest", "MustUnderstand", "VersionMismatch", "NotPermitted", "RequestIdReused" }));
    }

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
