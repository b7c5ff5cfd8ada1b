using Dams.Hosting.Web;

namespace Dams.Lab;

/// <summary>The words of the command line for the kinds of lies.</summary>
public static class LieKinds
{
    /// <summary>All words, in the order of <see cref="LieKind"/>.</summary>
    public static IReadOnlyList<string> Words { get; } = ["outcome", "field", "stale", "late", "state", "two-faced", "number"];

    /// <summary>The word of a kind.</summary>
    public static string WordOf(LieKind kind) => Words[(int)kind];

    /// <summary>
    /// Whether managers see such a lie when they look for themselves. If they do not, the liar is outvoted and reported, but not replaced.
    /// </summary>
    public static bool IsFoundByManagers(LieKind kind) => kind is not (LieKind.TwoFaced or LieKind.Number);

    /// <summary>The kind of a word.</summary>
    /// <exception cref="OrderRefusedException">The word is not the word of a kind.</exception>
    public static LieKind Parse(string word) => Words.ToList().IndexOf(word) is >= 0 and var index
        ? (LieKind)index
        : throw OrderRefusedException.Wrong("kind", word, $"one of {string.Join(", ", Words)}");
}
