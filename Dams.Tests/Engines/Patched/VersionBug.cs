using Dams.Tests.Mutation;

namespace Dams.Tests.Engines.Patched;

/// <summary>A mistake that a version's author might have made: a piece of its source text, and the wrong text instead.</summary>
/// <param name="Version">The version that gets the bug.</param>
/// <param name="Name">The mistake, in words.</param>
/// <param name="File">The name of the source file, in the version's folder.</param>
/// <param name="Right">The text that is replaced; it must occur exactly once in the file.</param>
/// <param name="Wrong">The text that replaces it.</param>
internal sealed record VersionBug(string Version, string Name, string File, string Right, string Wrong)
{
    /// <summary>Puts the mistake into the text of the file.</summary>
    public string PatchInto(string text) =>
        new SourcePatch($"{Version}/{File}", Right, Wrong).PutInto(text, $"the bug \"{Name}\" in {nameof(VersionBugs)}");

    public override string ToString() => $"{Version}: {Name}";
}
