using System.CommandLine;
using Dams.Contracts.Topology;
using Microsoft.Extensions.Logging;

namespace Dams.Hosting;

/// <summary>The command line of every process of the cluster.</summary>
internal sealed class NodeArguments
{
    private NodeArguments(Definition definition, ParseResult parsed)
    {
        Parsed = parsed;
        Config = parsed.GetValue(definition.Config)?.FullName;
        Id = parsed.GetValue(definition.Id);
        LogFolder = parsed.GetValue(definition.LogFolder)?.FullName;
        LogLevel = parsed.GetValue(definition.LogLevel);
        ExitWithParent = parsed.GetValue(definition.ExitWithParent);
        Supervised = parsed.GetValue(definition.Supervised);
        Lab = parsed.GetValue(definition.Lab);
    }

    public ParseResult Parsed { get; }

    /// <summary>Null: the default cluster, kept in ./dams-data.</summary>
    public string? Config { get; }

    public NodeId Id { get; }

    public string? LogFolder { get; }

    public LogLevel LogLevel { get; }

    /// <summary>Stop when standard input ends; who stops it is the parent's business, not the terminal's.</summary>
    public bool ExitWithParent { get; }

    /// <summary>Another process starts, stops and watches this one: it leaves the terminal's signals to that one and tells standard error only of trouble.</summary>
    public bool Supervised { get; }

    public bool Lab { get; }

    /// <summary>Null if the command line was answered already: with help, the version or what is wrong with it.</summary>
    public static NodeArguments? Parse(string[] args, NodeRole role, IEnumerable<Option> more, out int exitCode)
    {
        var definition = new Definition(role, more);
        var parsed = definition.Command.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
                Console.Error.WriteLine(error.Message);
            Console.Error.WriteLine("--help tells what there is.");
            exitCode = ExitCodes.Configuration;
            return null;
        }

        exitCode = ExitCodes.Stopped;
        if (parsed.Action is null)
            return new NodeArguments(definition, parsed);
        parsed.Invoke();
        return null;
    }

    public IReadOnlyList<string> For(NodeId id)
    {
        List<string> args = ["--id", id.ToString(), "--supervised", "--log-level", LogLevel.ToString()];
        if (Config is not null)
            args.AddRange(["--config", Config]);
        if (LogFolder is not null)
            args.AddRange(["--log-folder", LogFolder]);
        if (Lab)
            args.Add("--lab");
        return args;
    }

    private sealed class Definition
    {
        public Definition(NodeRole role, IEnumerable<Option> more)
        {
            Id = new Option<NodeId>("--id")
            {
                Description = $"Which process of the cluster this is: {NodeId.WordOf(role)}1 and so on.",
                Required = true,
                CustomParser = result =>
                {
                    if (NodeId.TryParse(result.Tokens[0].Value, out var id) && id.Role == role)
                        return id;
                    result.AddError($"--id is '{result.Tokens[0].Value}'; expected {NodeId.WordOf(role)}1 to {NodeId.WordOf(role)}{NodeId.NumberMax}.");
                    return default;
                },
            };
            Command = new RootCommand($"The {NodeId.WordOf(role)} process of a DAMS cluster.")
            {
                Config, Id, LogFolder, LogLevel, ExitWithParent, Supervised, Lab,
            };
            foreach (var option in more)
                Command.Options.Add(option);
        }

        public RootCommand Command { get; }

        public Option<FileInfo?> Config { get; } = new("--config")
        {
            Description = "The cluster's configuration; without it the default cluster on 127.0.0.1, kept in ./dams-data.",
        };

        public Option<NodeId> Id { get; }

        public Option<DirectoryInfo?> LogFolder { get; } = new("--log-folder") { Description = "Where to write the log, instead of where the configuration says." };

        public Option<LogLevel> LogLevel { get; } = new("--log-level")
        {
            Description = "The least level that is written to the log file.",
            DefaultValueFactory = _ => Microsoft.Extensions.Logging.LogLevel.Information,
        };

        public Option<bool> ExitWithParent { get; } = new("--exit-with-parent") { Description = "Stop when standard input ends." };

        public Option<bool> Supervised { get; } = new("--supervised")
        {
            Description = "Another process watches this one: ignore the terminal's signals, and tell standard error only of trouble.",
        };

        public Option<bool> Lab { get; } = new("--lab") { Description = "Allow faults to be injected." };
    }
}
