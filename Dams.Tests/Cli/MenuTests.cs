using Dams.Tests.Hosting;
using Dams.Tests.Soap;

namespace Dams.Tests.Cli;

public sealed class MenuTests
{
    private TestFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TestFolder();

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    private Task<CliRun> RunAsync(SoapTestServer server, string user, params string[] lines) =>
        CliRun.WithInputAsync(
            string.Join('\n', lines), "menu", user, "--url", server.AppointmentService.ToString(), "--log-folder", _folder.Path);

    [Test]
    public async Task An_administrator_does_everything_by_the_numbers_of_the_original_menu()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var run = await RunAsync(server, "mtla1234",
            "1", "1", "MTLE210422", "2", // add, Physician
            "1", "1", "MTLM210422", "5",
            "4", "MTLP1234", "1", "MTLE210422", // book
            "5", "MTLP1234", // schedule
            "7", "MTLP1234", "1", "MTLE210422", "1", "MTLM210422", // swap
            "6", "MTLP1234", "MTLM210422", // cancel
            "3", "1", // list
            "2", "1", "MTLM210422", // remove
            "8");
        Assert.That((run.ExitCode, run.Errors), Is.EqualTo((0, "")));
        string[] outcomes =
        [
            "Added (no. 1)", "Added (no. 2)", "Booked (no. 3)", "Scheduled (no. 4)", "Swapped (no. 5)", "Cancelled (no. 6)",
            "Listed (no. 7)", "Removed (no. 8)",
        ];
        var at = 0;
        foreach (var outcome in outcomes)
        {
            at = run.Output.IndexOf(outcome, at, StringComparison.Ordinal);
            Assert.That(at, Is.GreaterThanOrEqualTo(0), $"{outcome} in {run.Output}");
        }
    }

    [Test]
    public async Task A_patient_has_the_four_operations_and_no_others()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        await CliRun.OfAsync("add", "MTLE210422", "Surgeon", "1", "--as", "MTLA1234", "--url", server.AppointmentService.ToString());
        var run = await RunAsync(
            server, "MTLP1234", "1", "2", "MTLE210422", "3", "2", "MTLE210422", "4", "2", "MTLE210422", "2", "MTLE210422", "5");
        Assert.That(run.ExitCode, Is.Zero);
        Assert.That(run.Output, Does.Contain("Booked (no. 2)").And.Contain("Scheduled (no. 3)")
            .And.Contain("Cancelled (no. 4)").And.Contain("NotBooked (no. 5)"));
        Assert.That(run.Output, Does.Not.Contain("Add appointment").And.Not.Contain("Patient id"));
    }

    [Test]
    public async Task The_menu_asks_again_after_an_invalid_choice_or_capacity()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var run = await RunAsync(server, "MTLA1234", "0", "x", "9", "1", "1", "MTLE210422", "many", "3", "8");
        Assert.That(run.Output, Does.Contain("'0' is not a number from 1 to 8")
            .And.Contain("'x' is not").And.Contain("'9' is not").And.Contain("Added (no. 1)"));
    }

    [Test]
    public async Task The_end_of_input_ends_the_menu_and_sends_no_incomplete_request()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var run = await RunAsync(server, "MTLA1234", "1", "1", "MTLE210422");
        Assert.That(run.ExitCode, Is.Zero);
        Assert.That(run.Output, Does.Not.Contain("(no. "));
        Assert.That((await RunAsync(server, "MTLA1234", "3", "1")).Output, Does.Contain("Listed (no. 1)"), "nothing was sent before");
    }

    [Test]
    public async Task The_actions_of_a_user_are_in_the_users_own_log()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        await RunAsync(server, "MTLP1234", "2", "MTLE210422", "2", "rubbish", "5");
        var log = await File.ReadAllTextAsync(_folder.File("MTLP1234.log"));
        Assert.That(log, Does.Match(@"1200 .*MTLP1234.*has opened")
            .And.Match(@"1201 .*Cancel appointment.*MTLE210422.*request .*dams-")
            .And.Match(@"1202 .*Cancel appointment.*NotBooked.*sequence 1\b")
            .And.Match(@"1203 .*InvalidRequest.*NotExecuted")
            .And.Match(@"1204 .*has closed"));
    }
}
