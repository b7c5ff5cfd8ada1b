using System.CommandLine;
using Dams.Ordering;
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

    /// <summary>The path of the configuration. Null means the default cluster, kept in ./dams-data.</summary>
    public string? Config { get; }

    public NodeId Id { get; }

    public string? LogFolder { get; }

    public LogLevel LogLevel { get; }

    /// <summary>Stop when standard input ends: the parent decides when to stop this process, not the terminal.</summary>
    public bool ExitWithParent { get; }

    /// <summary>
    /// Another process starts, stops and watches this one. So this process ignores the terminal's signals, and writes only warnings and
    /// errors to standard error.
    /// </summary>
    public bool Supervised { get; }

    public bool Lab { get; }

    /// <summary>Null if the command line was answered already: with help, with the version or with its errors.</summary>
    public static NodeArguments? Parse(string[] args, NodeRole role, IEnumerable<Option> more, out int exitCode)
    {
        var definition = new Definition(role, more);
        var parsed = definition.Command.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
                Console.Error.WriteLine(error.Message);
            Console.Error.WriteLine("Use --help to list the options.");
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
                Description = $"Run as this process of the cluster: {NodeId.WordOf(role)}1 and so on.",
                Required = true,
                CustomParser = result =>
                {
                    if (NodeId.TryParse(result.Tokens[0].Value, out var id) && id.Role == role)
                        return id;
                    var word = NodeId.WordOf(role);
                    result.AddError($"--id is '{result.Tokens[0].Value}'; expected {word}1 to {word}{NodeId.NumberMax}.");
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
            Description = "Read the cluster's configuration from this file. Default: a cluster on 127.0.0.1, kept in ./dams-data.",
        };

        public Option<NodeId> Id { get; }

        public Option<DirectoryInfo?> LogFolder { get; } = new("--log-folder")
        {
            Description = "Write the log to this folder instead of the configured one.",
        };

        public Option<LogLevel> LogLevel { get; } = new("--log-level")
        {
            Description = "Write messages of this level and above to the log file.",
            DefaultValueFactory = _ => Microsoft.Extensions.Logging.LogLevel.Information,
        };

        public Option<bool> ExitWithParent { get; } = new("--exit-with-parent") { Description = "Stop when standard input ends." };

        public Option<bool> Supervised { get; } = new("--supervised")
        {
            Description = "Another process watches this one: ignore the terminal's signals, "
                + "and write only warnings and errors to standard error.",
        };

        public Option<bool> Lab { get; } = new("--lab") { Description = "Allow faults to be injected." };
    }
}
