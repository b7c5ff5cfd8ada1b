using System.Globalization;
using Dams.Contracts.Domain;
using Dams.Hosting.Web;
using Dams.Service;
using Dams.Tests.Cli;
using Dams.Tests.Processes.Programs;
using Dams.Tests.Processes.ThirdParty;
using Dams.Tests.Soap.SoapUi;

namespace Dams.Tests.Processes;

/// <summary>
/// The original test scenario T1 to T11, and everything else that a client can ask for, against real processes.
/// </summary>
[Parallelizable]
internal sealed class ScenarioTests : ClusterFixture
{
    private const string Admin = "MTLA1234";
    private const string Patient = "MTLP1234";
    private const string Evening = "MTLE210422";
    private const string Morning = "MTLM210422";

    private static IEnumerable<TestCaseData> ThirdPartyClients() =>
        from client in ThirdPartyClient.All
        from version in client.SoapVersions
        select new TestCaseData(client.Name, version);

    private static IEnumerable<string> FrontEndClients() => ThirdPartyClient.AllOfFrontEnd.Select(client => client.Name);

    private static IEnumerable<string> SoapUiParts() => [.. SoapUiProject.Load().Interfaces, .. SoapUiProject.Load().Suites];

    private async Task<TestCluster> FreshAsync()
    {
        var cluster = await ClusterAsync();
        await cluster.EmptyAsync();
        return cluster;
    }

    [TestCase("1.1")]
    [TestCase("1.2")]
    public async Task The_original_scenario_passes_with_a_dotnet_client(string version)
    {
        const AppointmentType physician = AppointmentType.Physician;
        var client = (await FreshAsync()).Client(version);
        Assert.That((await client.AddAppointmentAsync(Admin, Evening, physician, 2)).Outcome, Is.EqualTo(AddOutcome.Added), "T1");
        Assert.That((await client.AddAppointmentAsync(Admin, Evening, physician, 2)).Outcome, Is.EqualTo(AddOutcome.AlreadyExists), "T2");
        Assert.That((await client.RemoveAppointmentAsync(Admin, Evening, physician)).Outcome, Is.EqualTo(RemoveOutcome.Removed), "T3");
        var absent = await client.RemoveAppointmentAsync(Admin, Evening, AppointmentType.Dental);
        Assert.That(absent.Outcome, Is.EqualTo(RemoveOutcome.NotFound), "T4");
        Assert.That((await client.ListAppointmentAvailabilityAsync(Admin, AppointmentType.Dental)).Slots, Is.Empty, "T5");
        await client.AddAppointmentAsync(Admin, Evening, physician, 2);
        await client.AddAppointmentAsync(Admin, Morning, physician, 2);
        Assert.That((await client.BookAppointmentAsync(Admin, Patient, Evening, physician)).Outcome, Is.EqualTo(BookOutcome.Booked), "T6");
        var again = await client.BookAppointmentAsync(Admin, Patient, Evening, physician);
        Assert.That(again.Outcome, Is.EqualTo(BookOutcome.AlreadyBooked), "T7");
        var schedule = await client.GetAppointmentScheduleAsync(Admin, Patient);
        Assert.That(schedule.Bookings!.Select(booking => booking.AppointmentId), Is.EqualTo(new[] { Evening }), "T8");
        var swap = await client.SwapAppointmentAsync(Admin, Patient, Evening, physician, Morning, physician);
        Assert.That(swap.Outcome, Is.EqualTo(SwapOutcome.Swapped), "T9");
        Assert.That((await client.CancelAppointmentAsync(Admin, Patient, Morning)).Outcome, Is.EqualTo(CancelOutcome.Cancelled), "T10");
        Assert.That((await client.CancelAppointmentAsync(Admin, Patient, Morning)).Outcome, Is.EqualTo(CancelOutcome.NotBooked), "T11");
    }

    [TestCaseSource(nameof(ThirdPartyClients))]
    public async Task The_original_scenario_passes_with_a_third_party_client(string name, string version)
    {
        var client = ThirdPartyClient.All.Single(candidate => candidate.Name == name);
        ThirdPartyClientTests.RequireInstalled(client);
        var cluster = await FreshAsync();
        Assert.That(await Task.Run(() => client.RunScenario(cluster.Wsdl, version)), Is.EqualTo(ThirdPartyClient.Expected));
    }

    [TestCaseSource(nameof(FrontEndClients))]
    public async Task The_original_systems_contract_works_with_a_third_party_client(string name)
    {
        var client = ThirdPartyClient.AllOfFrontEnd.Single(candidate => candidate.Name == name);
        ThirdPartyClientTests.RequireInstalled(client);
        var cluster = await FreshAsync();
        var wsdl = new Uri(cluster.Service, SoapPaths.Original + "?wsdl");
        Assert.That(await Task.Run(() => client.RunScenario(wsdl)), Is.EqualTo(ThirdPartyClient.ExpectedOfFrontEnd));
    }

    [TestCaseSource(nameof(SoapUiParts))]
    public async Task The_soapui_project_passes(string part)
    {
        var cluster = await FreshAsync();
        using var http = new HttpClient();
        Assert.That(await SoapUiProject.Load().RunAsync(http, cluster.Service, part), Is.Empty);
    }

    [Test]
    public async Task Status_and_help_page_name_the_soap_host_of_the_build()
    {
        var cluster = await ClusterAsync();
        Assert.That((await cluster.StatusAsync()).SoapHost, Is.EqualTo(SoapEndpoints.HostName));
        using var http = new HttpClient();
        Assert.That(await http.GetStringAsync(cluster.Service), Does.Contain($"SOAP host: {SoapEndpoints.HostName}<"));
    }

    [Test]
    public async Task The_original_scenario_passes_with_the_commands_of_the_tool()
    {
        var cluster = await FreshAsync();
        (string Line, string Outcome, int ExitCode)[] scenario =
        [
            ("add MTLE210422 Physician 2 --as MTLA1234", "Added", 0),
            ("add MTLE210422 Physician 2 --as MTLA1234", "AlreadyExists", 1),
            ("remove MTLE210422 Physician --as MTLA1234", "Removed", 0),
            ("remove MTLE210422 Dental --as MTLA1234", "NotFound", 1),
            ("list Dental --as MTLA1234", "Listed", 0),
            ("add MTLE210422 Physician 2 --as MTLA1234", "Added", 0),
            ("add MTLM210422 Physician 2 --as MTLA1234", "Added", 0),
            ("book MTLP1234 MTLE210422 Physician --as MTLA1234", "Booked", 0),
            ("book MTLP1234 MTLE210422 Physician --as MTLA1234", "AlreadyBooked", 1),
            ("schedule MTLP1234 --as MTLA1234", "Scheduled", 0),
            ("swap MTLP1234 MTLE210422 Physician MTLM210422 Physician --as MTLA1234", "Swapped", 0),
            ("cancel MTLP1234 MTLM210422 --as MTLA1234", "Cancelled", 0),
            ("cancel MTLP1234 MTLM210422 --as MTLA1234", "NotBooked", 1),
            ("cancel MTLP1234 MTLM210422 --as QUEA1234", "", 3),
            ("cancel MTLP1234 MTLM310222 --as MTLA1234", "", 2),
        ];
        foreach (var (line, outcome, exitCode) in scenario)
        {
            var run = await CliRun.OfAsync([.. line.Split(' '), "--url", cluster.Service.ToString()]);
            Assert.That(run.ExitCode, Is.EqualTo(exitCode), $"{line}: {run.Output}{run.Errors}");
            Assert.That(run.Output, Does.StartWith(outcome), line);
        }

        // The real program runs once. The lines above ran its code in the test's own process.
        using var program = TestProcess.StartDams("schedule", Patient, "--url", cluster.Service.ToString());
        Assert.That(await program.ExitAsync(), Is.Zero, program.Errors);
        Assert.That(program.Output, Does.StartWith("Scheduled"));
    }

    [Test]
    public async Task A_reply_too_long_for_a_datagram_is_fetched_and_correct()
    {
        const int count = 150;
        var cluster = await FreshAsync();
        var client = cluster.Client();
        var ids = Enumerable.Range(0, count)
            .Select(day => "SHEA" + new DateOnly(2031, 1, 1).AddDays(day).ToString("ddMMyy", CultureInfo.InvariantCulture))
            .ToList();
        await Task.WhenAll(ids.Select((id, i) => client.AddAppointmentAsync("SHEA0001", id, AppointmentType.Surgeon, i + 1)));
        await client.BookAppointmentAsync("SHEP0001", "SHEP0001", ids[^1], AppointmentType.Surgeon);
        var slots = (await client.ListAppointmentAvailabilityAsync(Admin, AppointmentType.Surgeon)).Slots!;
        Assert.That(slots.Select(slot => (slot.AppointmentId, slot.Capacity, slot.Remaining)),
            Is.EqualTo(ids.Select((id, i) => (id, i + 1, i + 1 < count ? i + 1 : i))));
        Assert.That((await cluster.StatusAsync()).Counters.WrongReplies, Is.Zero);
    }

    [Test]
    public async Task All_four_versions_answer_all_calls_equally()
    {
        var cluster = await FreshAsync();
        var clients = await BookingClients.StartAsync(cluster, 8, seed: 5);
        await clients.AnsweredAsync(400);
        await clients.CheckAsync();
        var status = await cluster.IsWholeAsync();
        Assert.That(
            status.Replicas.Select(replica => replica.Engine),
            Is.EqualTo(cluster.Topology.Replicas.Select(replica => replica.Versions[0])));
        Assert.That(status.Counters.WrongReplies, Is.Zero);
        Assert.That(clients.History.Calls.Where(call => call.Attempts > 1), Is.Empty, "calls that failed");
    }
}
