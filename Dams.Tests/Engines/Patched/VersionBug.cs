namespace Dams.Tests.Engines.Patched;

/// <summary>A mistake that the author of a version might have made: one piece of its text, and what could stand there instead.</summary>
/// <param name="Version">Whose.</param>
/// <param name="Name">What is wrong, in words.</param>
/// <param name="File">One of the version's files.</param>
/// <param name="Right">What stands there, once in the file.</param>
/// <param name="Wrong">What is put in its place.</param>
internal sealed record VersionBug(string Version, string Name, string File, string Right, string Wrong)
{
    /// <summary>Puts the mistake in. A text that has changed since would no longer show anything, so it must be found, and be the only one.</summary>
    public string PatchInto(string text)
    {
        var at = text.IndexOf(Right, StringComparison.Ordinal);
        if (at < 0 || text.LastIndexOf(Right, StringComparison.Ordinal) != at)
        {
            throw new InvalidDataException(
                $"{Version}/{File} says {(at < 0 ? "nowhere" : "more than once")} `{Right}`: say in {nameof(VersionBugs)} where it would make the mistake \"{Name}\" now");
        }

        return string.Concat(text.AsSpan(0, at), Wrong, text.AsSpan(at + Right.Length));
    }

    public override string ToString() => $"{Version}: {Name}";
}
