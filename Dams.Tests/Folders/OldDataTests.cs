using System.Runtime.Versioning;
using Dams.Cli.Cluster;
using Dams.Hosting.Processes;
using Dams.Hosting.Topology;
using Dams.Tests.Hosting;

namespace Dams.Tests.Folders;

/// <summary>The data that <c>--fresh</c> sets aside, and the data that it leaves alone.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class OldDataTests
{
    private TestFolder _folder = null!;
    private ClusterTopology _topology = null!;

    [SetUp]
    public void MakeFolder()
    {
        _folder = new TestFolder();
        _topology = ClusterTopology.Default(dataFolder: _folder.File("a"));
    }

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    /// <summary>Makes the folders of processes that have run, with a file in each.</summary>
    private void Use(string what)
    {
        foreach (var node in _topology.Nodes)
        {
            var folder = _topology.FolderOf(node.Id);
            PidFile.TryHold(folder, node.Id.ToString())!.Dispose();
            File.WriteAllText(Path.Combine(folder, "data"), what);
        }

        File.WriteAllText(_folder.File("a", "identity.json"), what);
    }

    private static IReadOnlyList<string> Contents(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(path => $"{Path.GetRelativePath(folder, path)}: "
                + (path.EndsWith(".lock", StringComparison.Ordinal) ? "" : File.ReadAllText(path)))];

    [Test]
    public void The_old_data_is_set_aside_and_the_last_two_sets_are_kept()
    {
        Assert.That(OldData.IsThere(_topology), Is.False);
        Assert.That(OldData.SetAside(_topology), Is.Empty);
        foreach (var run in (string[])["1", "2", "3"])
        {
            Use(run);
            Assert.That(OldData.IsThere(_topology), Is.True);
            Assert.That(OldData.SetAside(_topology)[0], Is.EqualTo($"The old data is in {_folder.File("a", "old-" + run)}."));
            Assert.That(File.ReadAllText(_folder.File("a", "old-" + run, "replica4", "data")), Is.EqualTo(run));
        }

        Assert.That(Directory.GetFileSystemEntries(_folder.File("a")),
            Is.EquivalentTo(new[] { _folder.File("a", "old-2"), _folder.File("a", "old-3") }));
    }

    [Test]
    public void Folders_that_managers_set_aside_move_along_and_unrelated_folders_stay()
    {
        Use("1");
        string[] others = ["replica9", "old-7", "old-x", "replica1.backup"];
        foreach (var other in (string[])["replica3.aside-2", "replica3.useless-1", .. others])
            Directory.CreateDirectory(_folder.File("a", other));
        Assert.That(OldData.SetAside(_topology), Is.EqualTo(new[] { $"The old data is in {_folder.File("a", "old-8")}." }));
        Assert.That(Directory.Exists(_folder.File("a", "old-8", "replica3.aside-2"))
            && Directory.Exists(_folder.File("a", "old-8", "replica3.useless-1")));
        Assert.That(others.Select(other => Directory.Exists(_folder.File("a", other))), Is.All.True);
    }

    [Test]
    public void A_replicas_folder_elsewhere_is_set_aside_there()
    {
        var elsewhere = _folder.File("elsewhere", "r3");
        _topology = _topology with
        {
            Replicas = [.. _topology.Replicas.Select(replica => replica.Id.Number == 3
            ? replica with { DataFolder = elsewhere } : replica)]
        };
        foreach (var run in (string[])["1", "2", "3"])
        {
            Use(run);
            Assert.That(OldData.SetAside(_topology), Does.Contain($"The old data of replica3 is in {elsewhere}.old-{run}."));
        }

        Assert.That(Contents(_folder.File("elsewhere")).Where(line => line.Contains("data", StringComparison.Ordinal)),
            Is.EqualTo(new[] { "r3.old-2/data: 2", "r3.old-3/data: 3" }));
    }

    [Test]
    public void All_data_is_set_aside_or_none_and_an_interrupted_move_is_undone()
    {
        var elsewhere = _folder.File("elsewhere", "r3");
        _topology = _topology with
        {
            Replicas = [.. _topology.Replicas.Select(replica => replica.Id.Number == 3
            ? replica with { DataFolder = elsewhere } : replica)]
        };
        Use("1");
        var (inside, outside) = (Contents(_folder.File("a")), Contents(_folder.File("elsewhere")));
        // The replica's folder can't be moved, because a file has the name already that it would get.
        File.WriteAllText(elsewhere + ".old-1", "in the way");
        Assert.That(() => OldData.SetAside(_topology), Throws.InstanceOf<IOException>());
        Assert.That(Contents(_folder.File("a")), Is.EqualTo(inside));
        File.Delete(elsewhere + ".old-1");

        Directory.CreateDirectory(_folder.File("a", "old-1.part"));
        Directory.Move(_folder.File("a", "replica1"), _folder.File("a", "old-1.part", "replica1"));
        Directory.Move(elsewhere, elsewhere + ".old-1");
        OldData.UndoUnfinished(_topology);
        Assert.That(Contents(_folder.File("a")), Is.EqualTo(inside));
        Assert.That(Contents(_folder.File("elsewhere")), Is.EqualTo(outside));
    }

    [Test]
    public async Task Setting_a_copy_of_an_earlier_releases_folder_aside_leaves_the_original_alone()
    {
        Use("1");
        await File.WriteAllTextAsync(_folder.File("a", "dams.json"), _topology.Write());
        using var held = PidFile.TryHold(_folder.File("a", "replica1"), "replica1");
        Assert.That(held, Is.Not.Null);
        TestFolder.Copy(_folder.File("a"), _folder.File("c"));
        var before = Contents(_folder.File("a"));
        var copy = ClusterTopology.Default(dataFolder: _folder.File("c"));
        // This process holds the original's replica1.
        Assert.That(await ClusterFolder.StopLeftoversAsync(copy), Is.Zero);
        Assert.That(OldData.SetAside(copy), Is.EqualTo(new[] { $"The old data is in {_folder.File("c", "old-1")}." }));
        Assert.That(Contents(_folder.File("a")), Is.EqualTo(before));
        Assert.That(Directory.Exists(_folder.File("c", "replica1")), Is.False);
    }

    [TestCase(8, 100, true)]
    [TestCase(8, 67, false)]
    [TestCase(1, 12, true)]
    [TestCase(1, 11, false)]
    public void A_first_start_needs_room_for_its_logs(int newLogs, long freeMebibytes, bool isEnough) =>
        Assert.That(StartRoom.ProblemOf("/data", newLogs, freeMebibytes << 20), isEnough ? Is.Null
            : Does.Contain($"/data has {freeMebibytes} MiB left, and {newLogs} new logs need"));
}
