using System.Globalization;
using System.Text.RegularExpressions;
using Dams.Hosting.Topology;
using Dams.Lab;

namespace Dams.Cli.Check.Plan;

/// <summary>Reads a line <c>wait until … within …</c>.</summary>
internal static partial class WaitParser
{
    private static readonly string s_form =
        "expected wait until STATE, or wait until STATE within DURATION. STATE is: all replicas are equal, a sequencer has taken over, "
        + $"or replicaN is back|replaced|outvoted|outvoted TIMES times|{string.Join('|', WaitCondition.States)}";

    /// <summary>Reads the text after <c>wait</c>.</summary>
    /// <returns>The state, null if there is a mistake; and the longest time to wait, null if the line has none.</returns>
    public static (WaitCondition? Until, TimeSpan? Within) Read(string text, List<string> problems)
    {
        var parts = text.Split(" within ", 2, StringSplitOptions.TrimEntries);
        TimeSpan? within = null;
        if (parts.Length == 2)
        {
            if (DurationText.TryParse(parts[1], out var duration) && duration > TimeSpan.Zero)
                within = duration;
            else
                problems.Add($"the time after within is '{parts[1]}'; expected {DurationText.Expected}");
        }

        var until = ReadState(parts[0]);
        if (until is null)
            problems.Add($"'{text}' is no state to wait for; {s_form}");
        return (until, within);
    }

    private static WaitCondition? ReadState(string text)
    {
        switch (text)
        {
            case "until a sequencer has taken over":
                return new WaitCondition.HasTakenOver();
            case "until all replicas are equal":
                return new WaitCondition.AllEqual();
        }

        if (OfReplica().Match(text) is not { Success: true } match
            || !int.TryParse(match.Groups["number"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number is < 1 or > ClusterTopology.ReplicasMax)
            return null;
        var replica = match.Groups["replica"].Value;
        return match.Groups["state"].Value switch
        {
            "back" => new WaitCondition.IsBack(replica),
            "replaced" => new WaitCondition.IsReplaced(replica),
            "outvoted" => new WaitCondition.IsOutvoted(replica, 1),
            var state when WaitCondition.States.Contains(state) => new WaitCondition.InState(replica, state),
            var state when Outvoted().Match(state) is { Success: true } times =>
                new WaitCondition.IsOutvoted(replica, int.Parse(times.Groups[1].ValueSpan, CultureInfo.InvariantCulture)),
            _ => null,
        };
    }

    [GeneratedRegex(@"^until (?<replica>replica(?<number>[1-9])) is (?<state>.+)$")]
    private static partial Regex OfReplica();

    [GeneratedRegex(@"^outvoted ([1-9][0-9]{0,3}) times?\z")]
    private static partial Regex Outvoted();
}
