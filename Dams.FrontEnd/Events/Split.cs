namespace Dams.FrontEnd.Events;

/// <summary>Writes down which replicas say the same, for people.</summary>
internal static class Split
{
    /// <summary>
    /// The sides, each with the numbers of its replicas: <c>{1,2} against {3,4}</c>. The same sides give the same text, in whatever
    /// order the sayings come.
    /// </summary>
    public static string Of<T>(IEnumerable<(int Replica, T Said)> sayings) => string.Join(" against ", sayings
        .GroupBy(saying => saying.Said, saying => saying.Replica)
        .Select(side => side.Order().ToList())
        .OrderBy(side => side[0])
        .Select(side => $"{{{string.Join(',', side)}}}"));
}
