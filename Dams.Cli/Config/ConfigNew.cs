using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Dams.Hosting.Survival;
using Dams.Hosting.Topology;
using Dams.Ordering;

namespace Dams.Cli.Config;

/// <summary><c>dams config new</c>.</summary>
internal static class ConfigNew
{
    public static int Run(CliConsole console, string file, ImmutableArray<NamedHost> hosts, IReadOnlyList<string>? frontEnds)
    {
        ImmutableArray<string> names = [.. hosts.Select(host => host.Name)];
        foreach (var unknown in (frontEnds ?? []).Where(name => !names.Contains(name)))
        {
            console.Error.WriteLine($"--front-ends has '{unknown}'; expected some of {string.Join(", ", names)}.");
            return CliExitCodes.Usage;
        }

        var placement = PlacementSearch.Best(names, frontEnds is null ? [.. names.Take(ClusterTopology.FrontEndsMax)] : [.. frontEnds]);
        var text = TextOf(hosts, placement);
        // The reader's own rules check names and addresses, so that no file is written that a process would refuse.
        var reading = TopologyReader.Read(text, Path.GetDirectoryName(Path.GetFullPath(file))!);
        if (reading.Topology is not { } topology)
        {
            ConfigCheck.Report(console, "--hosts", reading.Problems);
            return CliExitCodes.Usage;
        }

        if (!TryWrite(console, file, text))
            return CliExitCodes.OtherOutcome;
        console.Out.WriteLine($"{file} is written.");
        console.OutTables.Write(PlacementTables.Render(file, topology, placement));
        foreach (var reason in ReasonsFor(placement))
            console.OutTables.Write(PlacementTables.Item("why", reason));
        foreach (var warning in PlacementWarnings.Of(topology))
            console.OutTables.Write(PlacementTables.Item("warning", warning));
        foreach (var idle in names.Where(name => !placement.Hosts.Contains(name)))
            console.Out.WriteLine($"{idle} gets no process: it would not add to what the cluster survives.");
        return CliExitCodes.Success;
    }

    /// <summary>Writes the file if it is not there. The system decides that, so that nobody's file is overwritten meanwhile.</summary>
    private static bool TryWrite(CliConsole console, string file, string text)
    {
        FileStream stream;
        try
        {
            stream = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        }
        catch (IOException) when (Path.Exists(file) || new FileInfo(file).LinkTarget is not null)
        {
            console.Error.WriteLine($"{file} is there already, and is not overwritten. Choose another file, or move it away.");
            return false;
        }

        try
        {
            using (stream)
                stream.Write(Encoding.UTF8.GetBytes(text));
            return true;
        }
        catch (IOException)
        {
            // Half a file would be in the way of the next try.
            File.Delete(file);
            throw;
        }
    }

    /// <summary>Only what has no default: ids, ports, versions and folders follow from the reader's defaults.</summary>
    private static string TextOf(ImmutableArray<NamedHost> hosts, Placement placement)
    {
        var lines = new List<string>
        {
            $"  \"hosts\": {{ {string.Join(", ", hosts.Select(host => $"{Quoted(host.Name)}: {Quoted(host.Address)}"))} }}",
            ListOf("frontEnds", placement.Of(NodeRole.FrontEnd)),
            ListOf("sequencers", placement.Of(NodeRole.Sequencer)),
            ListOf("replicas", placement.Of(NodeRole.Replica)),
        };
        return $"{{\n{string.Join(",\n", lines)}\n}}\n";
    }

    private static string ListOf(string name, ImmutableArray<PlacedNode> nodes) =>
        $"  {Quoted(name)}: [{string.Join(", ", nodes.Select(node => $"{{ \"host\": {Quoted(node.Host)} }}"))}]";

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    private static IEnumerable<string> ReasonsFor(Placement placement)
    {
        var singles = LossRules.OfHostsAndPairs(placement).Where(loss => loss.Hosts.Length == 1).ToList();
        var going = singles.Count(loss => loss.Calls == CallsAfterLoss.GoOn);
        yield return placement.Hosts.Length == 1
            ? "There is one host, so all processes stand on it."
            : $"No other placement survives more: calls go on after the loss of {going} of {singles.Count} hosts, "
                + $"and a wrong replica is still replaced after {singles.Count(loss => loss.ReplacesWrong)} of these losses.";
        var crowded = placement.Of(NodeRole.Replica).GroupBy(node => node.Host).Where(host => host.Count() > 1).Select(host => host.Key)
            .ToList();
        var led = placement.Of(NodeRole.Sequencer).Select(node => node.Host).ToHashSet();
        if (crowded.Count > 0 && placement.Hosts.Length > 1 && !crowded.Exists(led.Contains))
        {
            yield return $"No sequencer stands on {string.Join(" or ", crowded)}, because a host that has several replicas takes away the "
                + "promises that another sequencer would need.";
        }
    }
}
