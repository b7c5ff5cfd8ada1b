using Dams.Tests.Hosting;

namespace Dams.Tests.Mutation;

/// <summary>The mutated build finds the generators of the projects, wherever the machine has them.</summary>
internal sealed class TargetingPackTests
{
    private const string Pack = "Some.Pack.Ref";
    private static readonly int s_runtime = Environment.Version.Major;

    [Test]
    public void The_newest_pack_for_this_runtime_counts_in_whatever_place_it_is()
    {
        using var folder = new TestFolder();
        string[] places = [folder.File("none"), folder.File("packs"), folder.File("cache")];
        Put("packs", Pack, $"{s_runtime}.0.9");
        var newest = Put("cache", Pack.ToLowerInvariant(), $"{s_runtime}.0.10");
        Put("packs", Pack, $"{s_runtime + 1}.0.0");
        Put("packs", Pack, $"{s_runtime}.0.11-preview");
        Directory.CreateDirectory(folder.File("packs", Pack, $"{s_runtime}.0.12"));
        Assert.That(TargetingPack.Find(places, Pack, "generator.dll"), Is.EqualTo(newest));

        string Put(params string[] names)
        {
            var path = folder.File([.. names, "generator.dll"]);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "");
            return path;
        }
    }

    [Test]
    public void A_machine_without_a_pack_is_told_what_it_lacks_and_where_it_was_looked_for()
    {
        using var folder = new TestFolder();
        var lacking = Assert.Throws<FileNotFoundException>(() => TargetingPack.Find([folder.Path, "/other"], Pack, "generator.dll"));
        Assert.That(lacking!.Message, Does.StartWith($"No {Pack} {s_runtime}.x with generator.dll is in {folder.Path} or /other: "));
    }
}
