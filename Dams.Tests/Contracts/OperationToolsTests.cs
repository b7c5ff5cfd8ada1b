using System.ServiceModel;
using System.Text.Json;
using Dams.Contracts.Soap;
using Dams.Service;
using Dams.Tests.Clients;
using Dams.Tests.Engines.Differential;
using Dams.Tests.Engines.Script;
using Dams.Tests.Hosting;
using Dams.Tests.Soap;
using Dams.Tests.Tidy;

namespace Dams.Tests.Contracts;

/// <summary>
/// The tools of the tests know every operation: the random sequences, the language of the scripts, the clients and their history. A test
/// that fails names the tool. The tools' own tests show that what they know is right.
/// </summary>
internal sealed class OperationToolsTests
{
    private const int Sequences = 20;

    private static IReadOnlyList<Operation> Operations => Operation.All;

    [TestCaseSource(nameof(Operations))]
    public void The_random_sequences_have_its_command(Operation operation) => Assert.That(
        Enumerable.Range(1, Sequences).SelectMany(RandomSequence.OfSeed).Any(command => command.GetType() == operation.Command),
        Is.True,
        $"CommandSequences make no {operation}: add a Kind (Dams.Tests/Engines/Differential/CommandSequences.cs)");

    [TestCaseSource(nameof(Operations))]
    public void The_language_of_the_scripts_has_a_word_for_it(Operation operation)
    {
        foreach (var command in operation.Commands)
        {
            var text = Operation.Known(() => ScriptText.Of(command), $"ScriptText has no word for {operation}");
            var read = Operation.Known(
                () => ScriptParser.ParseCommand(text.Split(' ')), $"ScriptParser does not know the words of {operation}");
            Assert.That(read, Is.EqualTo(command), $"ScriptText and ScriptParser disagree about '{text}'");
        }

        foreach (var reply in operation.Replies)
        {
            var text = Operation.Known(() => ScriptText.Of(reply), $"ScriptText has no word for {operation.Reply.Name}");
            Assert.That(
                operation.Outcomes, Does.Contain(text.Split(' ', ':')[0]), $"ScriptText begins no {operation.Reply.Name} with its outcome");
        }

        Assert.That(operation.Replies.Any(ScriptText.IsSuccess), Is.True, $"ScriptText.IsSuccess has no case for {operation.Reply.Name}");
    }

    /// <summary>From the client through the service to the executor, and back: the same command, request id, reply and number.</summary>
    [TestCaseSource(nameof(Operations))]
    public async Task The_client_and_the_service_hand_over_every_field(Operation operation)
    {
        var called = 0;
        foreach (var (command, reply) in operation.Commands.Zip(operation.Replies.Concat(operation.Replies)))
        {
            var executor = new ScriptedExecutor((_, _, _) => ValueTask.FromResult(new ExecutedReply(reply, 42)));
            var client = new CommandClient(() => new AppointmentService(executor));
            try
            {
                Assert.That(await client.TryAsync(command, "r7"), Is.EqualTo(new Attempt(reply, 42, null)));
            }
            catch (FaultException<DamsFault> fault) when (fault.Detail.Code == DamsFaultCode.NotPermitted)
            {
                continue;
            }
            catch (ArgumentException unknown)
            {
                Assert.Fail($"CommandClient has no case for {operation}: {unknown.Message}");
            }

            Assert.That(executor.Asked, Is.EqualTo(new[] { (command, "r7") }), $"what AppointmentService.{operation}Async hands over");
            called++;
        }

        Assert.That(called, Is.GreaterThan(10), "calls that their caller may make");
    }

    [TestCaseSource(nameof(Operations))]
    public async Task The_small_appointment_book_executes_it(Operation operation)
    {
        var book = new DictionaryExecutor();
        foreach (var command in operation.Commands.Take(20))
        {
            var executed = Operation.Known(
                () => book.ExecuteAsync(command, null, default).AsTask(), $"DictionaryExecutor has no case for {operation}");
            Assert.That((await executed).Reply, Is.TypeOf(operation.Reply), $"DictionaryExecutor's reply to {operation}");
        }
    }

    [TestCaseSource(nameof(Operations))]
    public void The_history_of_the_clients_has_its_arguments(Operation operation)
    {
        using var folder = new TestFolder();
        var history = new ClientHistory();
        history.Add(new ClientCall(1, "r7", operation.Commands[0], default, default, 1, operation.Replies[0], 42, false, null));
        try
        {
            history.Write(folder.Path, "history");
        }
        catch (ArgumentException unknown)
        {
            Assert.Fail($"ClientHistory.ArgumentsOf has no case for {operation}: {unknown.Message}");
        }

        var line = JsonDocument.Parse(File.ReadAllText(folder.File("history.jsonl"))).RootElement;
        Assert.That(
            line.GetProperty("arguments").EnumerateObject().Select(argument => argument.Name),
            Is.EqualTo(operation.Method.GetParameters()[..^1].Select(parameter => parameter.Name)),
            $"ClientHistory.ArgumentsOf: the arguments of {operation}");
    }

    /// <summary>Scripts that don't call AddAppointment speak the original system's contract, which stays as it is.</summary>
    [TestCaseSource(nameof(Operations))]
    public void The_third_party_clients_call_it(Operation operation)
    {
        var scripts = Directory.GetDirectories(Path.Combine(SourceTree.Root, "Dams.Tests.Processes", "clients"))
            .SelectMany(Directory.GetFiles)
            .ToDictionary(file => Path.GetRelativePath(SourceTree.Root, file), File.ReadAllText)
            .Where(script => script.Value.Contains("AddAppointment", StringComparison.OrdinalIgnoreCase))
            .ToList();
        Assert.That(scripts, Has.Count.GreaterThanOrEqualTo(10));
        Assert.That(
            from script in scripts
            where !script.Value.Contains(operation.Name, StringComparison.OrdinalIgnoreCase)
            select script.Key,
            Is.Empty,
            $"scripts that don't call {operation}: add the call, and the line that it prints to ThirdPartyClient.Expected");
    }
}
