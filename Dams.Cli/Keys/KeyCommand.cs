using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Dams.Cli.Cluster;
using Dams.Hosting;
using Dams.Hosting.Folders;
using Dams.Ordering.Transport;

namespace Dams.Cli.Keys;

/// <summary><c>dams key</c>: manages the keys that seal a cluster's datagrams, also while the cluster runs.</summary>
internal static class KeyCommand
{
    private const int KeysMax = byte.MaxValue + 1;

    private const string Description = """
        Make, list and change the keys that seal a cluster's datagrams.

        Every key in the file opens datagrams; the current key seals them. Running processes check the file every second, so you can
        change keys without a stop:

          1. dams key add         add a new key, which opens datagrams but does not seal them yet
          2. wait until all processes have it: each writes "Keys in use" with the ids to its log
          3. dams key promote ID  make the new key seal datagrams
          4. wait again
          5. dams key drop ID     remove the old key

        If processes have copies of the file, do each step on all copies. A process that can't use the file logs an error and keeps
        the keys that it has.
        """;

    private static readonly UpOptions Defaults = new();

    public static Command Create(CliConsole console)
    {
        var config = new Option<string?>("--config") { Description = "Use the key file that this dams.json names.", HelpName = "FILE" };
        var data = new Option<string>("--data")
        {
            Description = "Use the key file cluster.key in this data folder, as dams up does.",
            DefaultValueFactory = _ => Path.Combine(".", Defaults.DataFolder),
            HelpName = "FOLDER",
        };
        var keyFile = new Option<string?>("--key-file") { Description = "Use this key file.", HelpName = "FILE" };
        var id = new Argument<byte>("ID") { Description = "A key's id, 0 to 255; see dams key list.", CustomParser = ParseId };

        var command = new Command("key", Description)
        {
            Verb(new Command("new", "Make the key file with one key. A file that exists already is not changed."),
                (path, _) => New(console, path)),
            Verb(new Command("add", "Add a new random key, which is not current yet."), (path, _) => Add(console, path)),
            Verb(new Command("promote", "Make a key the current one, which seals datagrams. All processes must have it already.") { id },
                (path, parsed) => Promote(console, path, parsed.GetValue(id))),
            Verb(new Command("drop", "Remove a key. It must not be the current key of any process.") { id },
                (path, parsed) => Drop(console, path, parsed.GetValue(id))),
            Verb(new Command("list", "List the ids and mark the current key. The keys themselves are never shown."),
                (path, _) => List(console, path), isChange: false),
        };
        return command;

        Command Verb(Command verb, Func<string, ParseResult, int> run, bool isChange = true)
        {
            foreach (var option in new Option[] { config, data, keyFile })
                verb.Options.Add(option);
            verb.Validators.Add(result =>
            {
                var said = new Option[] { config, data, keyFile }
                    .Where(option => result.GetResult(option) is { Implicit: false }).Select(option => option.Name).ToList();
                if (said.Count > 1)
                    result.AddError($"{string.Join(" and ", said)} don't go together: each names the key file. Use only one of them.");
            });
            verb.SetAction(async (parsed, stop) =>
            {
                try
                {
                    var found = parsed.GetValue(keyFile) is { } file ? (file, Path.GetDirectoryName(Path.GetFullPath(file))!)
                        : Find(console, parsed.GetValue(config), parsed.GetValue(data)!);
                    if (found is not var (path, folder))
                        return CliExitCodes.Usage;
                    var exitCode = run(path, parsed);
                    // A start checks that the keys belong to the data folder.
                    if (isChange && exitCode == CliExitCodes.Success)
                        await DataFolder.NoteKeysAsync(folder, KeyFile.Load(path), stop);
                    return exitCode;
                }
                catch (Exception problem)
                    when (problem is KeyRingException or DataFolderException or IOException or UnauthorizedAccessException)
                {
                    console.Error.WriteLine(problem.Message);
                    return CliExitCodes.Usage;
                }
            });
            return verb;
        }
    }

    private static (string KeyFile, string DataFolder)? Find(CliConsole console, string? config, string data)
    {
        var reading = new UpOptions { Config = config, DataFolder = data }.ReadTopology();
        foreach (var problem in reading.Problems)
            console.Error.WriteLine(problem);
        return reading.Topology is { } topology ? (topology.KeyFile, topology.DataFolder) : null;
    }

    private static int New(CliConsole console, string path)
    {
        if (File.Exists(path))
            return Refuse(console, $"{path} is there already: add a key to it with dams key add");
        var keys = KeyRing.Generate();
        KeyFile.Create(path, keys);
        console.Out.WriteLine($"Made {path} with key {keys.CurrentId}.");
        return CliExitCodes.Success;
    }

    private static int Add(CliConsole console, string path) => Change(console, path, keys =>
    {
        if (keys.Ids.Count == KeysMax)
            throw new RefusedException("all ids are taken: drop a key first");
        var more = keys.WithNew(out var id);
        return (more, $"Key {id} is added; {keys.CurrentId} is still current. When all processes have it, run: dams key promote {id}");
    });

    private static int Promote(CliConsole console, string path, byte id) => Change(console, path, keys =>
    {
        Require(keys, id);
        return keys.CurrentId == id
            ? (keys, $"Key {id} is current already.")
            : (keys.WithCurrent(id), $"Key {id} is current. When all processes use it, run: dams key drop {keys.CurrentId}");
    });

    private static int Drop(CliConsole console, string path, byte id) => Change(console, path, keys =>
    {
        Require(keys, id);
        return keys.CurrentId == id
            ? throw new RefusedException($"key {id} is the current one: promote another first")
            : (keys.Without(id), $"Key {id} is gone.");
    });

    private static int List(CliConsole console, string path)
    {
        var keys = KeyFile.Load(path);
        foreach (var id in keys.Ids)
            console.Out.WriteLine(id == keys.CurrentId ? $"{id} current" : $"{id}");
        return CliExitCodes.Success;
    }

    private static int Change(CliConsole console, string path, Func<KeyRing, (KeyRing Keys, string Done)> change)
    {
        var done = "";
        try
        {
            KeyFile.Change(path, keys =>
            {
                (var changed, done) = change(keys);
                return changed;
            });
        }
        catch (RefusedException refusal)
        {
            return Refuse(console, refusal.Message);
        }

        console.Out.WriteLine(done);
        return CliExitCodes.Success;
    }

    private static void Require(KeyRing keys, byte id)
    {
        if (!keys.Ids.Contains(id))
            throw new RefusedException($"there is no key {id}; there are {keys}");
    }

    private static int Refuse(CliConsole console, string why)
    {
        console.Error.WriteLine(why);
        return CliExitCodes.OtherOutcome;
    }

    private static byte ParseId(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            return id;
        result.AddError($"ID is '{text}'; expected 0 to 255.");
        return 0;
    }

    /// <summary>The command is refused: the key file is valid, and is not changed.</summary>
    private sealed class RefusedException(string why) : Exception(why);
}
