namespace Dams.Tests.Mutation;

/// <summary>A change of one place in a source file.</summary>
/// <param name="File">The file, with enough of its path to find it.</param>
/// <param name="Right">The text that is replaced; it must occur exactly once in the file.</param>
/// <param name="Wrong">The text that replaces it.</param>
internal sealed record SourcePatch(string File, string Right, string Wrong)
{
    /// <summary>Puts the change in. A text that no longer occurs would show nothing, so it must occur, and only once.</summary>
    /// <param name="text">The text of the file.</param>
    /// <param name="owner">The mutant or bug that needs a new patch if this one no longer fits.</param>
    public string PutInto(string text, string owner)
    {
        var at = text.IndexOf(Right, StringComparison.Ordinal);
        if (at < 0 || text.LastIndexOf(Right, StringComparison.Ordinal) != at)
        {
            throw new InvalidDataException(
                $"`{Right}` occurs {(at < 0 ? "nowhere" : "more than once")} in {File}: give {owner} a new text to replace");
        }

        return string.Concat(text.AsSpan(0, at), Wrong, text.AsSpan(at + Right.Length));
    }
}
