namespace Dams.Tests.Engines.Patched;

/// <summary>A mistake that a version's author might have made: a piece of its source text, and the wrong text instead.</summary>
/// <param name="Version">The version that gets the bug.</param>
/// <param name="Name">The mistake, in words.</param>
/// <param name="File">The name of the source file, in the version's folder.</param>
/// <param name="Right">The text that is replaced; it must occur exactly once in the file.</param>
/// <param name="Wrong">The text that replaces it.</param>
internal sealed record VersionBug(string Version, string Name, string File, string Right, string Wrong)
{
    /// <summary>Puts the mistake in. A text that no longer occurs would show nothing, so it must occur, and only once.</summary>
    public string PatchInto(string text)
    {
        var at = text.IndexOf(Right, StringComparison.Ordinal);
        if (at < 0 || text.LastIndexOf(Right, StringComparison.Ordinal) != at)
        {
            throw new InvalidDataException(
                $"`{Right}` occurs {(at < 0 ? "nowhere" : "more than once")} in {Version}/{File}: "
                + $"give the bug \"{Name}\" a new text to replace in {nameof(VersionBugs)}");
        }

        return string.Concat(text.AsSpan(0, at), Wrong, text.AsSpan(at + Right.Length));
    }

    public override string ToString() => $"{Version}: {Name}";
}
