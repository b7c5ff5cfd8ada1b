using System.Runtime.InteropServices;

namespace Dams.Tests.Mutation;

/// <summary>Finds the targeting packs that the projects are compiled with.</summary>
internal static class TargetingPack
{
    /// <summary>
    /// The folders where this machine has its packs: beside the runtime, and in the cache of packages, to which a build downloads a pack
    /// that the SDK lacks.
    /// </summary>
    public static IReadOnlyList<string> Places { get; } =
    [
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "packs")),
        Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages"),
    ];

    /// <summary>The path of a file in the newest pack that is for this runtime.</summary>
    /// <param name="places">The folders where packs may be.</param>
    /// <param name="pack">The name of the pack.</param>
    /// <param name="file">The file, as a path in the pack.</param>
    /// <exception cref="FileNotFoundException">No such pack has the file.</exception>
    public static string Find(IReadOnlyList<string> places, string pack, string file)
    {
        var runtime = Environment.Version.Major;
        // The cache has the names in lower case.
        return places.SelectMany(place => new[] { pack, pack.ToLowerInvariant() }.Select(name => Path.Combine(place, name)))
            .Where(Directory.Exists)
            .SelectMany(Directory.GetDirectories)
            .Select(folder => (Version: Version.TryParse(Path.GetFileName(folder), out var version) ? version : null, Folder: folder))
            .Where(found => found.Version?.Major == runtime && File.Exists(Path.Combine(found.Folder, file)))
            .OrderByDescending(found => found.Version)
            .Select(found => Path.Combine(found.Folder, file))
            .FirstOrDefault() ?? throw new FileNotFoundException(
                $"No {pack} {runtime}.x with {file} is in {string.Join(" or ", places)}: the mutants can't be compiled. "
                + "Install the SDK with its targeting packs.");
    }
}
