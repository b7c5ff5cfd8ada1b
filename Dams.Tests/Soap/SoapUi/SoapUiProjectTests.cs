using NUnit.Framework;

namespace Dams.Tests.Soap.SoapUi;

/// <summary>The SoapUI project that ships with the service passes, and would notice if something were wrong.</summary>
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
    public void The_project_has_the_scenario_every_operation_and_the_faults_that_a_client_can_cause()
    {
        var project = SoapUiProject.Load();
        Assert.That(project.CasesOf("Original scenario").Select(name => name.Split(' ')[0]), Is.EqualTo(Enumerable.Range(1, 11).Select(number => $"T{number}")));
        Assert.That(project.CasesOf("Operations"), Is.SupersetOf(typeof(Dams.Contracts.Soap.IAppointmentService).GetMethods().Select(method => method.Name[..^"Async".Length])));
        var faults = project.CasesOf("Faults").Select(name => name.Split(':', ',')[0]).Distinct();
        Assert.That(faults, Is.EquivalentTo(new[] { "InvalidRequest", "MustUnderstand", "VersionMismatch", "NotPermitted", "RequestIdReused" }));
    }

    [Test]
    public async Task The_scenario_fails_on_a_cluster_that_is_not_fresh()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var project = SoapUiProject.Load();
        await project.RunAsync(server.Http, server.AppointmentService, "Original scenario");
        Assert.That(await project.RunAsync(server.Http, server.AppointmentService, "Original scenario"), Has.Some.StartsWith("T1 adds / T1 / outcome: 'AlreadyExists' is not 'Added'"));
    }

    [Test]
    public async Task The_other_suites_clean_up_behind_them()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var project = SoapUiProject.Load();
        foreach (var suite in new[] { "Operations", "Operations" })
            Assert.That(await project.RunAsync(server.Http, server.AppointmentService, suite), Is.Empty);
    }
}
