using System.ServiceModel;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;
using Dams.Contracts.Soap;
using Dams.Service;
using Dams.Tests.Contracts;
using Dams.Tests.Engines.Script;
using Dams.Tests.Soap;

namespace Dams.Tests.Cli;

/// <summary>The commands that call the service, against the SOAP edge over real HTTP.</summary>
public sealed class CallCommandsTests
{
    private static readonly (string Line, string Outcome, int ExitCode)[] s_scenario =
    [
        ("add MTLE210422 Physician 2 --as MTLA1234", "Added", 0),
        ("add MTLE210422 Physician 2 --as MTLA1234", "AlreadyExists", 1),
        ("remove MTLE210422 Physician --as MTLA1234", "Removed", 0),
        ("remove MTLE210422 Dental --as MTLA1234", "NotFound", 1),
        ("list Dental --as MTLA1234", "Listed", 0),
        ("add MTLE210422 physician 2 --as MTLA1234", "Added", 0),
        ("add MTLM210422 Physician 2 --as MTLA1234", "Added", 0),
        ("book MTLP1234 MTLE210422 Physician --as MTLA1234", "Booked", 0),
        ("book MTLP1234 MTLE210422 Physician", "AlreadyBooked", 1),
        ("schedule MTLP1234 --as MTLA1234", "Scheduled", 0),
        ("swap MTLP1234 MTLE210422 Physician MTLM210422 Physician --as MTLA1234", "Swapped", 0),
        ("cancel MTLP1234 MTLM210422 --as MTLA1234", "Cancelled", 0),
        ("cancel MTLP1234 MTLM210422 --as MTLA1234", "NotBooked", 1),
    ];

    private sealed class Refusing(FaultException<DamsFault> fault) : IAppointmentExecutor
    {
        public ValueTask<ExecutedReply> ExecuteAsync(Command command, string? requestId, CancellationToken ct) => throw fault;
    }

    private static Task<CliRun> RunAsync(SoapTestServer server, string line) =>
        CliRun.OfAsync([.. line.Split(' '), "--url", server.AppointmentService.ToString()]);

    [Test]
    public async Task The_original_scenario_gives_its_outcomes_and_exit_codes()
    {
        var executor = new ScriptedExecutor(new DictionaryExecutor().ExecuteAsync);
        await using var server = await SoapTestServer.StartAsync(executor);
        foreach (var (line, outcome, exitCode) in s_scenario)
        {
            var run = await RunAsync(server, line);
            Assert.That((run.ExitCode, run.Errors), Is.EqualTo((exitCode, "")), line);
            Assert.That(run.Output, Does.StartWith(outcome + " (no. "), line);
        }

        Assert.That(
            Operation.All.Select(operation => operation.Command).Except(executor.Asked.Select(call => call.Command.GetType())),
            Is.Empty,
            "operations that no line calls: add the command to CallCommands.All, and a line here");
        Assert.That(executor.Asked.Select(call => call.RequestId), Is.All.StartsWith("dams-"), "the request ids that the tool makes");
    }

    [Test]
    public async Task Everything_that_an_answer_has_is_printed()
    {
        var text = "";
        await using var server = await SoapTestServer.StartAsync(new ScriptedExecutor((command, _, _) =>
        {
            var operation = Operation.All.Single(known => known.Command == command.GetType());
            var longest = operation.Replies.MaxBy(reply => ReplyCodec.Encode(reply).Length)!;
            text = ScriptText.Of(longest);
            return ValueTask.FromResult(new ExecutedReply(longest, 42));
        }));
        foreach (var line in s_scenario.Select(row => row.Line).DistinctBy(line => line.Split(' ')[0]))
        {
            var json = (await RunAsync(server, line + " --json")).Output;
            var words = Regex.Matches(text, "[A-Za-z0-9]+").Select(word => word.Value).Except(["to", "none"]).ToList();
            Assert.That(
                words.Where(word => !json.Contains(word, StringComparison.Ordinal)),
                Is.Empty,
                $"ReportPrinter.PrintJson leaves this out of the answer to '{line}': {json}");
            var printed = (await RunAsync(server, line)).Output;
            Assert.That(
                words.Where(word => Regex.IsMatch(word, @"^[A-Z]{4}\d") && !printed.Contains(word, StringComparison.Ordinal)),
                Is.Empty,
                $"ReportPrinter.PrintText leaves these ids out of the answer to '{line}': {printed}");
        }
    }

    [Test]
    public async Task Rows_of_a_list_are_not_wrapped_outside_a_terminal()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        await RunAsync(server, "add SHEA150626 Surgeon 7 --as SHEA0001");
        var run = await RunAsync(server, "list Surgeon --as MTLA1234");
        Assert.That(
            run.Output.Split('\n').Single(line => line.Contains("SHEA150626", StringComparison.Ordinal)),
            Does.Match("SHEA150626 +│ Surgeon +│ 7 +│ 7"));
    }

    [Test]
    public async Task Json_has_the_result_in_one_line()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        await RunAsync(server, "add MTLE210422 Dental 2 --as MTLA1234");
        await RunAsync(server, "book MTLP1234 MTLE210422 Dental");
        var listed = JsonDocument.Parse((await RunAsync(server, "list Dental --as MTLA1234 --json")).Output).RootElement;
        Assert.That(listed.GetProperty("outcome").GetString(), Is.EqualTo("Listed"));
        Assert.That(listed.GetProperty("sequence").GetInt64(), Is.EqualTo(3));
        Assert.That(listed.GetProperty("slots")[0].GetRawText(),
            Is.EqualTo("""{"appointmentId":"MTLE210422","appointmentType":"Dental","capacity":2,"remaining":1}"""));
        var schedule = JsonDocument.Parse((await RunAsync(server, "schedule MTLP1234 --json")).Output).RootElement;
        Assert.That(schedule.GetProperty("bookings")[0].GetProperty("appointmentId").GetString(), Is.EqualTo("MTLE210422"));
        var removed = JsonDocument.Parse((await RunAsync(server, "remove MTLE210422 Dental --as MTLA1234 --json")).Output).RootElement;
        Assert.That(removed.GetProperty("relocations")[0].GetRawText(), Is.EqualTo("""{"patientId":"MTLP1234"}"""));
        Assert.That(
            (await RunAsync(server, "schedule MTLP1234 --json")).Output, Does.Contain("\"bookings\":[]"), "an empty list is written, too");
    }

    [Test]
    public async Task Json_of_a_cancelled_booking_has_its_type()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        await RunAsync(server, "add MTLE210422 Surgeon 2 --as MTLA1234");
        await RunAsync(server, "book MTLP1234 MTLE210422 Surgeon");
        Assert.That((await RunAsync(server, "cancel MTLP1234 MTLE210422 --json")).Output, Does.Contain("\"appointmentType\":\"Surgeon\""));
    }

    [Test]
    public async Task A_call_repeated_with_its_request_id_is_done_once()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var first = await RunAsync(server, "add MTLE210422 Physician 2 --as MTLA1234 --request-id once");
        var second = await RunAsync(server, "add MTLE210422 Physician 2 --as MTLA1234 --request-id once");
        Assert.That(second, Is.EqualTo(first));
    }

    [TestCase("add MTLE310222 Physician 2 --as MTLA1234", 2, "InvalidRequest in appointmentId")]
    [TestCase("add QUEE210422 Physician 2 --as MTLA1234", 3, "NotPermitted")]
    [TestCase("schedule QUEP1234 --as MTLP1234", 3, "NotPermitted")]
    public async Task A_fault_of_the_edge_goes_to_standard_error(string line, int exitCode, string text)
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var run = await RunAsync(server, line);
        Assert.That(run.ExitCode, Is.EqualTo(exitCode));
        Assert.That(run.Errors, Does.StartWith(text).And.Contain("The request was not executed."));
        Assert.That(run.Output, Is.Empty);
    }

    [Test]
    public async Task A_fault_with_unknown_execution_names_the_request_id_for_a_repeat()
    {
        await using var server = await SoapTestServer.StartAsync(new Refusing(DamsFaults.NoQuorum()));
        var run = await RunAsync(server, "cancel MTLP1234 MTLE210422 --request-id r7");
        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(run.Errors, Does.StartWith("NoQuorum").And.Contain("--request-id r7"));
        var made = await RunAsync(server, "cancel MTLP1234 MTLE210422");
        Assert.That(made.Errors, Does.Match("--request-id dams-[0-9a-f]{32}"));
    }

    [Test]
    public async Task Json_of_a_fault_has_its_detail()
    {
        await using var server = await SoapTestServer.StartAsync(
            new Refusing(DamsFaults.Overloaded(TimeSpan.FromMilliseconds(1500), "r8")));
        var run = await RunAsync(server, "cancel MTLP1234 MTLE210422 --request-id r8 --json");
        Assert.That(run.ExitCode, Is.EqualTo(3));
        var fault = JsonDocument.Parse(run.Output).RootElement.GetProperty("fault");
        Assert.That(fault.GetProperty("code").GetString(), Is.EqualTo("Overloaded"));
        Assert.That(fault.GetProperty("execution").GetString(), Is.EqualTo("NotExecuted"));
        Assert.That(fault.GetProperty("retryAfterMs").GetInt32(), Is.EqualTo(1500));
        Assert.That(fault.GetProperty("requestId").GetString(), Is.EqualTo("r8"));
    }

    [Test]
    public async Task A_call_exits_with_4_and_is_not_executed_if_no_service_runs()
    {
        var run = await CliRun.OfAsync("schedule", "MTLP1234", "--url", "http://127.0.0.1:9");
        Assert.That(run.ExitCode, Is.EqualTo(4));
        Assert.That(run.Errors, Does.Contain("is the cluster up?").And.Contain("was not executed"));
    }

    [Test]
    public async Task A_call_to_an_address_without_the_service_exits_with_4()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var run = await CliRun.OfAsync("schedule", "MTLP1234", "--url", new Uri(server.BaseAddress, "/nothing-here").ToString());
        Assert.That(run.ExitCode, Is.EqualTo(4));
        Assert.That(run.Errors, Does.Contain("did not answer as the service does"));
    }
}
