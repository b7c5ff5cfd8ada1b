using System.Text.Json;
using Dams.Cli.Check;
using Dams.Cli.Check.Plan;
using Dams.Contracts.Domain;
using Dams.Service;
using Dams.Tests.Contracts;
using Dams.Tests.Hosting;
using Dams.Tests.Soap;

namespace Dams.Tests.Cli.Check;

/// <summary><c>dams check</c> against the SOAP edge over real HTTP, without a cluster behind it.</summary>
internal sealed class CheckCommandTests
{
    private const string Failing = """
        title A scenario of which two cases fail
        case A slot is opened
          add MTLM010199 Dental 2 --as MTLA0001
          book MTLP0001 MTLM010199 Dental
        case The place is taken
          book MTLP0002 MTLM010199 Dental    -> Full   # it is not
          book MTLP0003 MTLM010199 Dental    -> Full
        case The place is listed
          list Dental --as MTLA0001 -> Listed: MTLM010199 2/2
        case It can be booked again
          book MTLP0001 MTLM010199 Dental    -> AlreadyBooked
        """;

    private TestFolder _folder = null!;

    private static IEnumerable<string> PeacefulNames =>
        ShippedScenarios.Names.Where(name => !ShippedScenarios.Read(name).Scenario!.NeedsLab);

    [SetUp]
    public void MakeFolder() => _folder = new TestFolder();

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    private string Write(string text)
    {
        File.WriteAllText(_folder.File("mine.txt"), text);
        return _folder.File("mine.txt");
    }

    private static Task<CliRun> RunAsync(SoapTestServer server, params string[] args) =>
        CliRun.OfAsync(["check", "--url", server.AppointmentService.ToString(), .. args]);

    private static async Task<string> AllSlotsAsync(SoapTestServer server)
    {
        var lists = await Task.WhenAll(Enum.GetNames<AppointmentType>().Select(type =>
            CliRun.OfAsync("list", type, "--as", "MTLA0001", "--url", server.AppointmentService.ToString())));
        return string.Concat(lists.Select(list => list.Output));
    }

    private const string NoSlots = """
        Listed (no. N): There are no Physician appointments.
        Listed (no. N): There are no Surgeon appointments.
        Listed (no. N): There are no Dental appointments.

        """;

    private static async Task AssertEmptyAsync(SoapTestServer server) => Assert.That(
        System.Text.RegularExpressions.Regex.Replace(await AllSlotsAsync(server), "no. [0-9]+", "no. N"), Is.EqualTo(NoSlots));

    [Test]
    public async Task The_original_scenario_passes_twice_and_leaves_nothing()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        for (var run = 1; run <= 2; run++)
        {
            var check = await RunAsync(server);
            Assert.That((check.ExitCode, check.Errors), Is.EqualTo((0, "")), check.Output);
            var lines = check.Output.TrimEnd().Split('\n');
            Assert.That(lines[0], Is.EqualTo("original: The acceptance test of the original system, T1 to T11"));
            for (var test = 1; test <= 11; test++)
                Assert.That(lines[test], Does.Match($"^  PASSED   T{test}: "));
            Assert.That(lines[^1], Does.Match(@"^11 of 11 passed in [0-9]+\.[0-9] s$"));
            await AssertEmptyAsync(server);
        }
    }

    [Test]
    public async Task All_scenarios_that_break_nothing_pass_and_call_every_operation()
    {
        var executor = new ScriptedExecutor(new DictionaryExecutor().ExecuteAsync);
        await using var server = await SoapTestServer.StartAsync(new Locked(executor));
        var check = await RunAsync(server, "--all");
        Assert.That((check.ExitCode, check.Errors), Is.EqualTo((0, "")), check.Output);
        foreach (var name in PeacefulNames)
            Assert.That(check.Output, Does.Match($"(?m)^{name}: "));
        Assert.That(check.Output.Split('\n').Select(line => line.Length), Is.All.LessThan(80));
        Assert.That(
            Operation.All.Select(operation => operation.Command).Except(executor.Asked.Select(call => call.Command.GetType())),
            Is.Empty,
            "operations that the language of dams check lacks: CallVerb, CallParser, ScenarioCalls and ScenarioService (Dams.Cli/Check)");
        Assert.That(executor.Asked.Where(call => call.Command.IsWrite).Select(call => call.RequestId), Is.All.StartsWith("dams-"));
        await AssertEmptyAsync(server);
    }

    [Test]
    public void The_language_has_every_outcome_of_every_operation() => Assert.That(
        CallVerb.All.Select(verb => verb.Outcomes), Is.EquivalentTo(Operation.All.Select(operation => operation.Outcomes)));

    [Test]
    public async Task A_case_that_fails_says_where_what_was_expected_and_the_actual_answer_and_all_is_cleaned_up()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var check = await RunAsync(server, "--scenario", Write(Failing));
        Assert.That((check.ExitCode, check.Errors), Is.EqualTo((1, "")));
        var lines = check.Output.Split('\n');
        Assert.That(lines[1..^3], Is.EqualTo(new[]
        {
            "  PASSED   A slot is opened",
            "  FAILED   The place is taken",
            "           line 6:   book MTLP0002 MTLM010199 Dental -> Full",
            "           expected: Full",
            "           actual:   Booked",
            "  FAILED   The place is listed",
            "           line 9:   list Dental --as MTLA0001 -> Listed: MTLM010199 2/2",
            "           expected: Listed: MTLM010199 2/2",
            "           actual:   Listed: MTLM010199 0/2",
            "  PASSED   It can be booked again",
            "  5 calls, 2 wrong answers, 0 repeats; 3 slots and bookings removed",
        }));
        Assert.That(lines[^2], Does.StartWith("2 of 4 passed in "));
        await AssertEmptyAsync(server);
    }

    [Test]
    public async Task Json_has_every_case_with_its_failure()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var check = await RunAsync(server, "--json", "--scenario", Write(Failing));
        var result = JsonDocument.Parse(check.Output).RootElement;
        Assert.That((result.GetProperty("passed").GetInt32(), result.GetProperty("cases").GetInt32()), Is.EqualTo((2, 4)));
        var scenario = result.GetProperty("scenarios")[0];
        Assert.That(scenario.GetProperty("wrongAnswers").GetInt32(), Is.EqualTo(2));
        var cases = scenario.GetProperty("cases");
        Assert.That(cases[0].TryGetProperty("failure", out _), Is.False);
        Assert.That(cases[1].GetProperty("verdict").GetString(), Is.EqualTo("FAILED"));
        Assert.That(cases[1].GetProperty("failure").GetProperty("line").GetInt32(), Is.EqualTo(6));
        Assert.That(cases[1].GetProperty("failure").GetProperty("actual").GetString(), Is.EqualTo("Booked"));
    }

    [Test]
    public async Task A_scenario_is_not_played_if_the_cluster_holds_its_slots_or_bookings_of_its_patients()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        string[] url = ["--url", server.AppointmentService.ToString()];
        await CliRun.OfAsync(["add", "MTLE210422", "Physician", "7", "--as", "MTLA0001", .. url]);
        await CliRun.OfAsync(["book", "MTLP1234", "MTLE210422", "Physician", .. url]);
        var check = await RunAsync(server);
        Assert.That(check.ExitCode, Is.EqualTo(1));
        Assert.That(check.Output, Does.Contain("0 of 11 passed").And.Not.Contain("FAILED"));
        Assert.That(check.Errors, Does.Contain("MTLE210422 Physician.").And.Contain("MTLP1234 holds MTLE210422 Physician.")
            .And.Contain("Remove that, or edit a copy: dams check --show original > copy.txt"));
        Assert.That(await AllSlotsAsync(server), Does.Match("MTLE210422 +│ Physician +│ 7 +│ 6 +│"), "nothing was touched");
    }

    [Test]
    public async Task A_slot_that_others_have_booked_meanwhile_stays_and_the_run_fails()
    {
        var book = new DictionaryExecutor();
        var stranger = new CallerId(false, Hospital.QUE, 7);
        await using var server = await SoapTestServer.StartAsync(new Locked(new ScriptedExecutor(async (command, id, ct) =>
        {
            if (command is GetAppointmentSchedule && AppointmentId.TryParse("MTLM010199", out var slot))
            {
                await book.ExecuteAsync(
                    new BookAppointment(stranger, stranger.AsPatient, new Slot(slot, AppointmentType.Dental)), null, ct);
            }

            return await book.ExecuteAsync(command, id, ct);
        })));
        var check = await RunAsync(server, "--scenario", Write(
            "title A\ncase A\nadd MTLM010199 Dental 2 --as MTLA0001\nadd MTLM020199 Dental 1 --as MTLA0001\nschedule MTLP0001"));
        Assert.That(check.ExitCode, Is.EqualTo(1), check.Output);
        Assert.That(check.Errors, Does.Contain("Others have booked MTLM010199 Dental meanwhile, so it stays.")
            .And.Contain("Left behind: dams remove MTLM010199 Dental --as MTLA9999"));
        Assert.That(await AllSlotsAsync(server), Does.Contain("MTLM010199").And.Not.Contain("MTLM020199"));
    }

    [Test]
    public async Task A_call_without_an_answer_is_repeated_with_its_request_id_and_done_once()
    {
        var book = new DictionaryExecutor();
        var seen = new HashSet<string>();
        var executor = new ScriptedExecutor(async (command, id, ct) =>
        {
            // The first try is executed, and its answer is lost.
            var reply = await book.ExecuteAsync(command, id, ct);
            return command.IsWrite && seen.Add(id!) ? throw DamsFaults.NoQuorum() : reply;
        });
        await using var server = await SoapTestServer.StartAsync(new Locked(executor));
        var check = await RunAsync(server);
        Assert.That((check.ExitCode, check.Errors), Is.EqualTo((0, "")), check.Output);
        Assert.That(check.Output, Does.Contain("13 calls, 0 wrong answers, 11 repeats; 2 slots and bookings removed"));
        await AssertEmptyAsync(server);
    }

    [Test]
    public async Task A_service_that_answers_with_faults_only_ends_the_run_with_3_and_the_clean_up_says_what_it_does_not_know()
    {
        var book = new DictionaryExecutor();
        await using var server = await SoapTestServer.StartAsync(new ScriptedExecutor((command, id, ct) =>
            command.IsWrite ? throw DamsFaults.NoQuorum() : book.ExecuteAsync(command, id, ct)));
        var check = await RunAsync(server, "--timeout", "1");
        Assert.That(check.ExitCode, Is.EqualTo(3), check.Output);
        Assert.That(check.Output, Does.Contain("  FAILED   T1").And.Contain("  NOT RUN  T2").And.Contain("actual:   fault NoQuorum"));
        Assert.That(check.Errors, Does.Contain("The service may have executed this call: add MTLE210422 Physician"));
    }

    [Test]
    public async Task A_run_exits_with_4_at_once_if_nobody_answers()
    {
        var check = await CliRun.OfAsync("check", "--url", "http://127.0.0.1:9");
        Assert.That(check.ExitCode, Is.EqualTo(4));
        Assert.That(check.Errors, Does.Contain("is the cluster up?"));
        Assert.That(check.Output, Does.Contain("0 of 11 passed"));
    }

    [Test]
    public async Task Mistakes_in_scenarios_are_told_before_anything_is_sent()
    {
        var executor = new ScriptedExecutor(new DictionaryExecutor().ExecuteAsync);
        await using var server = await SoapTestServer.StartAsync(executor);
        var mine = Write("title A\ncase A\nbook\ncancel");
        var check = await RunAsync(server, "--scenario", "original", "--scenario", mine, "--scenario", "nowhere");
        Assert.That((check.ExitCode, check.Output), Is.EqualTo((2, "")));
        Assert.That(check.Errors, Does.Contain("mine.txt, line 3: book has 0 of 3 values").And.Contain("mine.txt, line 4: cancel has")
            .And.Contain("nowhere: it can't be read").And.Contain("Names that need no file: original, "));
        Assert.That(executor.Asked, Is.Empty);
    }

    [TestCase("--all --scenario original", "--scenario and --all don't go together")]
    [TestCase("--list --show original", "--list and --show don't go together")]
    [TestCase("--show nowhere", "--show is 'nowhere'; expected one of original, ")]
    [TestCase("--timeout 0", "--timeout is 0; expected 1 to 3600.")]
    [TestCase("--scenario lab-both", "lab-both breaks the cluster on purpose: start it with dams up --lab, and add --lab here")]
    public async Task A_wrong_command_line_exits_with_2_and_says_why(string line, string problem)
    {
        var check = await CliRun.OfAsync(["check", .. line.Split(' ')]);
        Assert.That(check.ExitCode, Is.EqualTo(2));
        Assert.That(check.Errors, Does.Contain(problem));
    }

    [Test]
    public async Task A_scenario_that_breaks_something_is_refused_where_no_front_end_shows_a_status()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var check = await RunAsync(server, "--lab", "--scenario", "lab-crash");
        Assert.That(check.ExitCode, Is.EqualTo(4));
        Assert.That(check.Errors, Does.Contain("/status answers with HTTP status 404"));
    }

    [Test]
    public async Task A_list_names_every_scenario_and_a_shown_one_can_be_played_as_a_file()
    {
        var list = (await CliRun.OfAsync("check", "--list")).Output;
        foreach (var name in ShippedScenarios.Names)
            Assert.That(list, Does.Match($"(?m)^{name} +[A-Z]"));
        var copy = Write((await CliRun.OfAsync("check", "--show", "swap")).Output);
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var check = await RunAsync(server, "--scenario", copy);
        Assert.That(check.ExitCode, Is.Zero, check.Output);
    }

    /// <summary>One call at a time, because the list of a scripted executor is not for several threads. Its calls end at once.</summary>
    private sealed class Locked(IAppointmentExecutor inner) : IAppointmentExecutor
    {
        private readonly Lock _turn = new();

        public ValueTask<ExecutedReply> ExecuteAsync(Command command, string? requestId, CancellationToken ct)
        {
            lock (_turn)
                return inner.ExecuteAsync(command, requestId, ct);
        }
    }
}
