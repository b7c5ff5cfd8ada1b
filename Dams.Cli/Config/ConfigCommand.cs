using System.CommandLine;
using System.CommandLine.Parsing;
using Dams.Cli.CommandLine;
using Dams.Hosting.Topology;

namespace Dams.Cli.Config;

/// <summary><c>dams config</c>: makes a configuration for several hosts, and says what a configuration survives.</summary>
internal static class ConfigCommand
{
    public static Command Create(CliConsole console) =>
        new("config", "Make a configuration, or check one and see which losses of hosts it survives.") { Check(console), New(console) };

    private static Command Check(CliConsole console)
    {
        var file = FileArgument("The configuration.");
        var json = new Option<bool>("--json") { Description = "Write the result as JSON." };
        var command = new Command("check", """
            Read a configuration as a process does. For each host and each pair of hosts, show what its loss means: whether calls go on,
            whether another sequencer can take over, and what becomes of a wrong replica.

            Exit codes: 0 all is well; 1 there are warnings; 2 there are problems, so that no process would start.
            """)
        {
            file, json,
        };
        command.SetAction(parsed => ConfigCheck.Run(console, parsed.GetValue(file)!, parsed.GetValue(json)));
        return command;
    }

    private static Command New(CliConsole console)
    {
        var file = FileArgument("The file to write. It must not be there.");
        var hosts = new Option<IReadOnlyList<NamedHost>>("--hosts")
        {
            Description = "The hosts of the cluster: names with their addresses or DNS names, separated by commas.",
            HelpName = "NAME=ADDRESS,…",
            Required = true,
            CustomParser = ParseHosts,
        };
        var frontEnds = new Option<IReadOnlyList<string>?>("--front-ends")
        {
            Description = $"Put a front end on each of these hosts. The default is every host, up to {ClusterTopology.FrontEndsMax}.",
            HelpName = "NAME,…",
            CustomParser = ParseNames,
        };
        var command = new Command("new", """
            Write a configuration that puts four replicas, the sequencers and the front ends on hosts, so that the losses of hosts do
            the least harm. Say why. Nothing is overwritten.
            """)
        {
            file, hosts, frontEnds,
        };
        command.SetAction(parsed =>
            ConfigNew.Run(console, parsed.GetValue(file)!, [.. parsed.GetValue(hosts)!], parsed.GetValue(frontEnds)));
        return command;
    }

    private static Argument<string> FileArgument(string description) => new(LineRules.File)
    {
        Description = description,
        HelpName = LineRules.File,
        DefaultValueFactory = _ => ClusterTopology.FileName,
    };

    private static NamedHost[]? ParseHosts(ArgumentResult result)
    {
        var hosts = new List<NamedHost>();
        foreach (var text in result.Tokens[0].Value.Split(',', StringSplitOptions.TrimEntries))
        {
            var at = text.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0 || at == text.Length - 1)
            {
                result.AddError($"--hosts has '{text}'; expected a name and an address, such as mtl=10.20.1.10.");
                return null;
            }

            hosts.Add(new NamedHost(text[..at], text[(at + 1)..]));
        }

        ReportTwice(result, "--hosts", "the name", hosts.Select(host => host.Name));
        ReportTwice(result, "--hosts", "the address", hosts.Select(host => host.Address));
        return [.. hosts];
    }

    private static string[]? ParseNames(ArgumentResult result)
    {
        var names = result.Tokens[0].Value.Split(',', StringSplitOptions.TrimEntries);
        if (names.Contains(""))
            result.AddError($"--front-ends is '{result.Tokens[0].Value}'; expected names of hosts, separated by commas.");
        ReportTwice(result, "--front-ends", "the host", names);
        if (names.Length > ClusterTopology.FrontEndsMax)
            result.AddError($"--front-ends has {names.Length} hosts; expected at most {ClusterTopology.FrontEndsMax}.");
        return names;
    }

    private static void ReportTwice(ArgumentResult result, string option, string what, IEnumerable<string> texts)
    {
        foreach (var twice in texts.GroupBy(text => text, StringComparer.OrdinalIgnoreCase).Where(same => same.Count() > 1))
            result.AddError($"{option} has {what} '{twice.Key}' twice; expected each once.");
    }
}
