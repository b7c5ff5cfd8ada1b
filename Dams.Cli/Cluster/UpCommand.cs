using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using Dams.Contracts.Engines;
using Dams.Contracts.Topology;

namespace Dams.Cli.Cluster;

/// <summary><c>dams up</c>: a whole cluster on this machine.</summary>
internal static class UpCommand
{
    private const int ReadyWithinSecondsMax = 3600;

    private static readonly UpOptions Defaults = new();

    public static Command Create(CliConsole console)
    {
        var data = new Option<string>("--data")
        {
            Description = "Where the cluster keeps everything; its bookings are there for the next run.",
            DefaultValueFactory = _ => Path.Combine(".", Defaults.DataFolder),
            HelpName = "FOLDER",
        };
        var fresh = new Option<bool>("--fresh") { Description = "Begin without bookings. The old data is moved to FOLDER/old-1 and so on; the last two are kept." };
        var yes = new Option<bool>("--yes") { Description = "With --fresh: do not ask." };
        var portsFrom = new Option<int>("--ports-from")
        {
            Description = "The front end's port; all other ports follow from it.",
            DefaultValueFactory = _ => Defaults.PortsFrom,
            HelpName = "PORT",
        };
        portsFrom.Validators.Add(result => CheckWhole(result, 1, ClusterTopology.PortsFromMax));
        var address = new Option<IPAddress>("--address")
        {
            Description = "The loopback address of everything, 127.x.y.z: several clusters can run side by side.",
            DefaultValueFactory = _ => Defaults.Address,
            HelpName = "ADDRESS",
            CustomParser = ParseAddress,
        };
        var config = new Option<string?>("--config") { Description = "A dams.json that says all of it.", HelpName = "FILE" };
        var versions = new Option<IReadOnlyList<string>?>("--versions")
        {
            Description = "The engine versions that the replicas begin with, in turn, separated by commas; all, if not said. See dams versions.",
            HelpName = "A,B,C,D",
            CustomParser = ParseVersions,
        };
        var lab = new Option<bool>("--lab") { Description = "Allow faults to be injected." };
        var readyWithin = new Option<int>("--ready-within")
        {
            Description = "After so many seconds two replicas are enough, and fewer are a failure.",
            DefaultValueFactory = _ => (int)Defaults.ReadyWithin.TotalSeconds,
            HelpName = "SECONDS",
        };
        readyWithin.Validators.Add(result => CheckWhole(result, 1, ReadyWithinSecondsMax));
        var exitWithParent = new Option<bool>("--exit-with-parent") { Description = "Stop when standard input ends: for a program that starts this one." };
        var command = new Command("up", "Run a whole cluster on this machine until Ctrl-C. Writes one line to standard output when it is ready.")
        {
            data, fresh, yes, portsFrom, address, config, versions, lab, readyWithin, exitWithParent,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(yes) is { Implicit: false } && result.GetResult(fresh) is not { Implicit: false })
                result.AddError("--yes answers the question of --fresh, and says nothing alone.");
            if (result.GetResult(config) is not { Implicit: false })
                return;
            foreach (var option in new Option[] { data, portsFrom, address, versions })
            {
                if (result.GetResult(option) is { Implicit: false })
                    result.AddError($"{option.Name} and --config don't go together: the file says it.");
            }
        });
        command.SetAction(async (parsed, _) =>
        {
            using var interrupt = new Interrupt();
            if (parsed.GetValue(exitWithParent))
                interrupt.WatchParent();
            var runner = new ClusterRunner(console, interrupt, new UpOptions
            {
                Config = parsed.GetValue(config),
                DataFolder = parsed.GetValue(data)!,
                PortsFrom = parsed.GetValue(portsFrom),
                Address = parsed.GetValue(address)!,
                Versions = parsed.GetValue(versions) ?? Defaults.Versions,
                IsFresh = parsed.GetValue(fresh),
                IsSure = parsed.GetValue(yes),
                IsLab = parsed.GetValue(lab),
                ReadyWithin = TimeSpan.FromSeconds(parsed.GetValue(readyWithin)),
            });
            return await runner.RunAsync();
        });
        return command;
    }

    private static void CheckWhole(OptionResult result, int min, int max)
    {
        // What is no number at all the library says itself.
        if (result is { Implicit: false, Tokens.Count: 1 }
            && int.TryParse(result.Tokens[0].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && (value < min || value > max))
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{result.Option.Name} is {value}; expected {min} to {max}."));
    }

    /// <summary>A loopback address, as the options of all commands that start a cluster take it.</summary>
    public static IPAddress? ParseAddress(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (TopologyReader.ParseLoopback(text) is { } address)
            return address;
        result.AddError($"--address is '{text}'; expected {TopologyReader.LoopbackExpected}.");
        return null;
    }

    private static string[] ParseVersions(ArgumentResult result)
    {
        var names = result.Tokens[0].Value.Split(',', StringSplitOptions.TrimEntries);
        foreach (var name in names.Where(name => !EngineVersions.Names.Contains(name)))
            result.AddError($"--versions has '{name}'; expected some of {string.Join(",", EngineVersions.Names)}.");
        return names;
    }
}
