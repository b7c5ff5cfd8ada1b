using System.Text.Json;

namespace Dams.FrontEnd.Events;

/// <summary>The names of kinds on the wire.</summary>
internal static class ClusterEventKindNames
{
    private static readonly string[] s_names = [.. Enum.GetNames<ClusterEventKind>().Select(JsonNamingPolicy.CamelCase.ConvertName)];

    /// <summary>All names, by the number of the kind.</summary>
    public static IReadOnlyList<string> All => s_names;

    /// <summary>The name of a kind.</summary>
    public static string Of(ClusterEventKind kind) => s_names[(int)kind];

    /// <summary>Finds the kind of a name; false if this release has no such kind.</summary>
    public static bool TryParse(string name, out ClusterEventKind kind)
    {
        var number = Array.IndexOf(s_names, name);
        kind = (ClusterEventKind)Math.Max(number, 0);
        return number >= 0;
    }
}
