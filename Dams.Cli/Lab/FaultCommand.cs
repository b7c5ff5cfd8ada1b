using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json.Serialization.Metadata;
using Dams.Cli.Client;
using Dams.Cli.CommandLine;
using Dams.Hosting.Topology;
using Dams.Lab;

namespace Dams.Cli.Lab;

/// <summary><c>dams fault</c>: breaks a running cluster on purpose, if it was started with <c>--lab</c>.</summary>
internal sealed class FaultCommand
{
    private const string Description = """
        Break a running cluster on purpose, to see that clients notice nothing. The cluster must have been started with
        dams up --lab.

        PROCESS is a replica's number, or a name such as replica2, manager2, sequencer1 or frontend1.
        """;

    private readonly CliConsole _console;
    private readonly Option<Uri> _url = CallCommands.UrlOption();
    private readonly Argument<int> _replica = new("REPLICA")
    {
        Description = "A replica's number.",
        CustomParser = Numbers.Between("REPLICA", 1, ClusterTopology.ReplicasMax),
    };

    private readonly Argument<string> _process = new("PROCESS") { Description = "A process, or sequencer for the active sequencer." };
    private readonly Option<string?> _from = new("--from")
    {
        Description = "Affect only datagrams from this process.",
        HelpName = "PROCESS",
    };

    private readonly Option<string?> _to = new("--to")
    {
        Description = "Affect only datagrams to this process.",
        HelpName = "PROCESS",
    };

    private readonly FrontEndAccess? _access;

    private FaultCommand(CliConsole console, FrontEndAccess? access) => (_console, _access) = (console, access);

    /// <summary>Makes the command.</summary>
    /// <param name="console">Gets its output.</param>
    /// <param name="access">The front end of a scenario that breaks its own cluster; null if the command line names it.</param>
    public static Command Create(CliConsole console, FrontEndAccess? access = null)
    {
        var faults = new FaultCommand(console, access);
        var command = new Command("fault", Description)
        {
            faults.Lie(),
            faults.Accuse(),
            faults.Crash(),
            faults.Pause(),
            faults.Slow(),
            faults.Packets("drop", "Drop a percentage of the datagrams."),
            faults.Packets("duplicate", "Deliver a percentage of the datagrams twice."),
            faults.Packets("corrupt", "Flip a bit in a percentage of the datagrams."),
            faults.Delay(),
            faults.Partition(),
            faults.Verb("heal", "End all faults. A crashed process is restarted by itself.", [], [],
                FaultJson.Default.HealOrder, _ => new HealOrder()),
            faults.Show(),
        };
        return command;
    }

    private Command Lie()
    {
        var kind = new Option<string>("--kind")
        {
            Description = "Choose the lie. outcome, field: wrong in that; stale: computed on an old state; late: wrong and late; "
                + "state: right with a wrong digest of the state; two-faced: wrong to the front end only; "
                + "number: right, but under made-up numbers.",
            DefaultValueFactory = _ => LieKinds.Words[0],
            HelpName = string.Join('|', LieKinds.Words),
        };
        kind.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !LieKinds.Words.Contains(result.Tokens[0].Value))
                result.AddError($"--kind is '{result.Tokens[0].Value}'; expected one of {string.Join(", ", LieKinds.Words)}.");
        });
        var count = new Option<int?>("--count")
        {
            Description = "Give this many wrong replies (for state: wrong checkpoints). By default the replica lies until it is healed.",
            HelpName = "N",
            CustomParser = Numbers.MaybeBetween("--count", 1, LieOrder.CountMax),
        };
        return Verb("lie", "Make a replica give wrong replies.", [_replica], [kind, count], FaultJson.Default.LieOrder,
            parsed => new LieOrder(parsed.GetValue(_replica), parsed.GetValue(kind)!, parsed.GetValue(count)));
    }

    private Command Accuse() => Verb("accuse", "Make the front end report a healthy replica as wrong and silent.", [_replica], [],
        FaultJson.Default.AccuseOrder, parsed => new AccuseOrder(parsed.GetValue(_replica)));

    private Command Crash()
    {
        var crash = Verb("crash", "Kill a process (kill -9).", [_process], [],
            FaultJson.Default.CrashOrder, parsed => new CrashOrder(parsed.GetValue(_process)!));
        crash.Aliases.Add("kill");
        return crash;
    }

    private Command Pause()
    {
        var duration = Duration("DURATION", "The length of the pause:", null);
        return Verb("pause", "Pause a process for a while.", [_process, duration], [], FaultJson.Default.PauseOrder,
            parsed => new PauseOrder(parsed.GetValue(_process)!, parsed.GetValue(duration)!));
    }

    private Command Slow()
    {
        var by = Duration("DURATION", "The delay of each reply:", null);
        return Verb("slow", "Make a replica send its replies later.", [_replica, by], [], FaultJson.Default.SlowOrder,
            parsed => new SlowOrder(parsed.GetValue(_replica), parsed.GetValue(by)!));
    }

    private Command Packets(string fault, string description)
    {
        var percent = new Argument<double>("PERCENT")
        {
            Description = "The percentage of the datagrams; 0 ends the fault.",
            DefaultValueFactory = _ => 10,
            CustomParser = Numbers.RealBetween("PERCENT", 0, 100),
        };
        return Verb(fault, description, [percent], [_from, _to], FaultJson.Default.PacketOrder,
            parsed => new PacketOrder(parsed.GetValue(percent), parsed.GetValue(_from), parsed.GetValue(_to)));
    }

    private Command Delay()
    {
        var by = Duration("DURATION", "The delay of each datagram:", "50ms");
        var jitter = new Option<string?>("--jitter")
        {
            Description = "Add up to this much at random, so that datagrams overtake each other.",
            HelpName = "DURATION",
        };
        jitter.Validators.Add(CheckDuration("--jitter"));
        return Verb("delay", "Deliver datagrams later.", [by], [jitter, _from, _to], FaultJson.Default.DelayOrder,
            parsed => new DelayOrder(parsed.GetValue(by)!, parsed.GetValue(jitter), parsed.GetValue(_from), parsed.GetValue(_to)));
    }

    private Command Partition()
    {
        var groups = new Argument<string>("GROUPS")
        {
            Description = "The groups, such as 1,2|3,4. A number is a replica and its manager. A process that is not named hears everyone.",
        };
        return Verb("partition", "Keep groups of processes from hearing each other.", [groups], [], FaultJson.Default.PartitionOrder,
            parsed => new PartitionOrder(parsed.GetValue(groups)!));
    }

    private Command Show()
    {
        var show = new Command("show", "Show what is wrong on purpose, as JSON.") { _url };
        show.SetAction((parsed, _) => RunAsync(parsed, (lab, stop) => lab.ShowAsync(stop)));
        return show;
    }

    private Command Verb<T>(
        string name, string description, Argument[] arguments, Option[] options, JsonTypeInfo<T> json, Func<ParseResult, T> order)
    {
        var verb = new Command(name, description) { _url };
        foreach (var argument in arguments)
            verb.Arguments.Add(argument);
        foreach (var option in options)
            verb.Options.Add(option);
        verb.SetAction((parsed, _) => RunAsync(parsed, (lab, stop) => lab.OrderAsync(name, order(parsed), json, stop)));
        return verb;
    }

    private async Task<int> RunAsync(ParseResult parsed, Func<LabClient, CancellationToken, Task<int>> run)
    {
        using var interrupt = new Interrupt();
        using var lab = new LabClient(_console, _access ?? FrontEndAccess.Of(parsed.GetValue(_url)!));
        try
        {
            return await run(lab, interrupt.Token);
        }
        catch (OperationCanceledException) when (interrupt.Token.IsCancellationRequested)
        {
            return interrupt.ExitCode;
        }
    }

    private static Argument<string> Duration(string name, string description, string? byDefault)
    {
        var argument = new Argument<string>(name) { Description = $"{description} {DurationText.Expected}." };
        if (byDefault is not null)
            argument.DefaultValueFactory = _ => byDefault;
        argument.Validators.Add(CheckDuration(name));
        return argument;
    }

    private static Action<SymbolResult> CheckDuration(string name) => result =>
    {
        if (result.Tokens.Count == 1 && !DurationText.TryParse(result.Tokens[0].Value, out _))
            result.AddError($"{name} is '{result.Tokens[0].Value}'; expected {DurationText.Expected}.");
    };
}
