using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using Dams.Hosting.Topology;

namespace Dams.Cli.Cluster;

/// <summary><c>dams up</c>: runs a whole cluster on this machine, or the part of it that stands on a host.</summary>
internal static class UpCommand
{
    private const int ReadyWithinSecondsMax = 3600;

    private static readonly UpOptions Defaults = new();

    public static Command Create(CliConsole console)
    {
        var data = new Option<string>("--data")
        {
            Description = "Keep everything in this folder. Its bookings and its dams.json are there for the next run.",
            DefaultValueFactory = _ => Path.Combine(".", UpOptions.DataFolderDefault),
            HelpName = "FOLDER",
        };
        var fresh = new Option<bool>("--fresh")
        {
            Description = "Start without bookings. The old data is moved to FOLDER/old-1 and so on; the last two are kept.",
        };
        var yes = new Option<bool>("--yes") { Description = "Don't ask before --fresh sets the old data aside." };
        var portsFrom = new Option<int?>("--ports-from")
        {
            Description = "Use this port for the front end; all other ports follow from it. The default is "
                + $"{ClusterTopology.PortsFromDefault}.",
            HelpName = "PORT",
        };
        portsFrom.Validators.Add(result => CheckWhole(result, 1, ClusterTopology.PortsFromMax));
        var address = new Option<IPAddress?>("--address")
        {
            Description = "Run everything on this loopback address, 127.x.y.z or ::1. "
                + "Clusters on different addresses can run side by side. The default is 127.0.0.1.",
            HelpName = "ADDRESS",
            CustomParser = ParseAddress,
        };
        var config = new Option<string?>("--config")
        {
            Description = "Read the whole configuration from this dams.json.",
            HelpName = "FILE",
        };
        var host = new Option<string?>("--host")
        {
            Description = "Run the processes that stand on this host of the dams.json. A file with hosts needs it.",
            HelpName = "NAME",
        };
        var versions = new Option<IReadOnlyList<string>?>("--versions")
        {
            Description = "Start the replicas with these versions, in turn, separated by commas. The default is all. See dams versions.",
            HelpName = "A,B,C,D",
            CustomParser = ParseVersions,
        };
        var lab = new Option<bool>("--lab") { Description = "Allow dams fault to inject faults." };
        var readyWithin = new Option<int>("--ready-within")
        {
            Description = "Wait this long for all replicas. After that, two replicas are enough, and fewer are a failure.",
            DefaultValueFactory = _ => (int)Defaults.ReadyWithin.TotalSeconds,
            HelpName = "SECONDS",
        };
        readyWithin.Validators.Add(result => CheckWhole(result, 1, ReadyWithinSecondsMax));
        var exitWithParent = new Option<bool>("--exit-with-parent")
        {
            Description = "Stop when standard input ends. This is for a program that starts dams up.",
        };
        var command = new Command("up",
            "Run a whole cluster on this machine, or its part on a host, until Ctrl-C. Write one line to standard output when it is ready.")
        {
            data, fresh, yes, portsFrom, address, config, host, versions, lab, readyWithin, exitWithParent,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(yes) is { Implicit: false } && result.GetResult(fresh) is not { Implicit: false })
                result.AddError("--yes answers the question of --fresh: add --fresh, or leave --yes out.");
            if (result.GetResult(config) is not { Implicit: false })
                return;
            foreach (var option in new Option[] { data, portsFrom, address, versions })
            {
                if (result.GetResult(option) is { Implicit: false })
                    result.AddError($"{option.Name} and --config don't go together: the file sets it.");
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
                Host = parsed.GetValue(host),
                DataFolder = parsed.GetValue(data)!,
                PortsFrom = parsed.GetValue(portsFrom),
                Address = parsed.GetValue(address),
                Versions = parsed.GetValue(versions),
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
        // The parser of the option reports a value that is not a number.
        if (result is { Implicit: false, Tokens.Count: 1 }
            && int.TryParse(result.Tokens[0].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            && (value < min || value > max))
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{result.Option.Name} is {value}; expected {min} to {max}."));
    }

    /// <summary>Parses the loopback address of a command that starts a cluster.</summary>
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
        foreach (var name in names.Where(name => !KnownVersions.Names.Contains(name)))
            result.AddError($"--versions has '{name}'; expected some of {string.Join(",", KnownVersions.Names)}.");
        return names;
    }
}
