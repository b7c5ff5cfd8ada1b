using System.Runtime.Versioning;
using Dams.Hosting;
using Dams.Hosting.Folders;
using Dams.Hosting.Processes;
using Dams.Hosting.Topology;
using Dams.Ordering.Storage;
using Dams.Ordering.Transport;
using Dams.Tests.Hosting;

namespace Dams.Tests.Folders;

/// <summary>A data folder shows which cluster it belongs to, whether it is a copy, and what it was made for.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class DataFolderTests
{
    private TestFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TestFolder();

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    private ClusterTopology Topology(string name) => ClusterTopology.Default(dataFolder: _folder.File(name));

    private static ClusterTopology Without(ClusterTopology topology, int number) => topology with
    {
        Replicas = [.. topology.Replicas.Where(replica => replica.Id.Number != number)],
        Managers = [.. topology.Managers.Where(manager => manager.Id.Number != number)],
    };

    private static async Task<string> RefusalAsync(ClusterTopology topology)
    {
        var refusal = (await Assert.ThrowsAsync<DataFolderException>(() => DataFolder.OpenAsync(topology)))!.Message;
        Assert.That(Assert.Throws<DataFolderException>(() => DataFolder.Check(topology))!.Message, Is.EqualTo(refusal));
        return refusal;
    }

    [Test]
    public async Task Concurrent_processes_agree_on_one_cluster_per_folder_and_a_copy_is_another_cluster()
    {
        async Task<OpenedFolder[]> OpenAsync(string name) =>
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => DataFolder.OpenAsync(Topology(name)))));
        var ofOriginal = await OpenAsync("a");
        TestFolder.Copy(_folder.File("a"), _folder.File("c"));
        var ofCopy = await OpenAsync("c");
        Assert.That(ofOriginal.Select(opened => opened.Instance).Distinct().Count(), Is.EqualTo(1));
        Assert.That(ofCopy.Select(opened => opened.Instance).Distinct().Count(), Is.EqualTo(1));
        Assert.That(ofCopy[0].Instance, Is.Not.EqualTo(ofOriginal[0].Instance));
        Assert.That(ofCopy[0].Keys.HasSameKeysAs(ofOriginal[0].Keys), Is.False, "the key file is the same, but the seal is not");
        Assert.That(ofOriginal.Select(opened => opened.Notice), Is.All.Null);
        Assert.That(ofCopy.Select(opened => opened.Notice).Where(notice => notice is not null).Distinct(),
            Is.EqualTo(new[] { $"{_folder.File("c")} is a copy of {_folder.File("a")}. From now on it is a cluster of its own." }));
        Assert.That((await DataFolder.OpenAsync(Topology("a"))).Instance, Is.EqualTo(ofOriginal[0].Instance),
            "the original stays the same cluster");
        Assert.That((await DataFolder.OpenAsync(Topology("c"))).Notice, Is.Null, "the notice is given once");
    }

    private ClusterTopology OnHosts(string name, string cluster = "clinics") => TopologyReader.Read($$"""
        {
          "cluster": "{{cluster}}", "hosts": { "mtl": "127.0.0.2", "que": "127.0.0.3" },
          "frontEnds": [{ "host": "mtl" }], "sequencers": [{ "host": "que" }], "replicas": [{ "host": "mtl" }]
        }
        """, _folder.File(name)).Topology!;

    [Test]
    public async Task The_folders_of_all_hosts_of_a_cluster_are_one_cluster_if_they_have_the_same_key()
    {
        Assert.That(await RefusalOfOpeningAsync(OnHosts("a")),
            Does.Contain($"{_folder.File("a", "cluster.key")}, the key file of the cluster clinics, is missing. "
                + "All hosts need the same one"));
        Assert.That(File.Exists(_folder.File("a", "cluster.key")), Is.False);
        KeyFile.Create(_folder.File("a", "cluster.key"), KeyRing.Generate());
        Directory.CreateDirectory(_folder.File("b"));
        File.Copy(_folder.File("a", "cluster.key"), _folder.File("b", "cluster.key"));
        var (a, b) = (await DataFolder.OpenAsync(OnHosts("a")), await DataFolder.OpenAsync(OnHosts("b")));
        Assert.That(b.Instance, Is.EqualTo(a.Instance));
        Assert.That(b.Keys.HasSameKeysAs(a.Keys), Is.True);
        TestFolder.Copy(_folder.File("a"), _folder.File("c"));
        Directory.Delete(_folder.File("a"), recursive: true);
        var moved = await DataFolder.OpenAsync(OnHosts("c"));
        Assert.That((moved.Instance, moved.Notice), Is.EqualTo((a.Instance, $"{_folder.File("c")} was copied or moved from "
            + $"{_folder.File("a")}. It is still a part of the cluster clinics, because the configuration has hosts: "
            + "don't run the original any more.")));
        Assert.That(ClusterInstance.OfHosts("other"), Is.Not.EqualTo(a.Instance));
    }

    [Test]
    public async Task A_folder_of_one_machine_becomes_that_of_a_host_and_never_the_other_way_round_unnoticed()
    {
        var single = Topology("a") with { Cluster = "clinics", Replicas = [.. Topology("a").Replicas.Take(1)] };
        single = single with { Managers = [.. single.Managers.Take(1)] };
        var before = await DataFolder.OpenAsync(single);
        var host = await DataFolder.OpenAsync(OnHosts("a"));
        Assert.That(host.Instance, Is.EqualTo(ClusterInstance.OfHosts("clinics")).And.Not.EqualTo(before.Instance));
        Assert.That((await DataFolder.OpenAsync(OnHosts("a"))).Instance, Is.EqualTo(host.Instance));
        var after = await DataFolder.OpenAsync(single);
        Assert.That(after.Instance, Is.Not.EqualTo(host.Instance), "a cluster of its own, which the other hosts don't hear");
        Assert.That((await DataFolder.OpenAsync(single)).Instance, Is.EqualTo(after.Instance));
    }

    private static async Task<string> RefusalOfOpeningAsync(ClusterTopology topology) =>
        (await Assert.ThrowsAsync<DataFolderException>(() => DataFolder.OpenAsync(topology)))!.Message;

    [Test]
    public async Task A_copy_whose_original_is_gone_may_have_been_moved()
    {
        var before = await DataFolder.OpenAsync(Topology("a"));
        TestFolder.Copy(_folder.File("a"), _folder.File("c"));
        Directory.Delete(_folder.File("a"), recursive: true);
        var after = await DataFolder.OpenAsync(Topology("c"));
        Assert.That(after.Notice, Does.StartWith($"{_folder.File("c")} was copied or moved from {_folder.File("a")}."));
        Assert.That(after.Instance, Is.Not.EqualTo(before.Instance));
    }

    [Test]
    [Platform("Linux")]
    public async Task A_renamed_folder_stays_the_same_cluster_and_a_copy_in_its_place_does_not()
    {
        var before = await DataFolder.OpenAsync(Topology("a"));
        Directory.Move(_folder.File("a"), _folder.File("b"));
        TestFolder.Copy(_folder.File("b"), _folder.File("a"));
        var renamed = await DataFolder.OpenAsync(Topology("b"));
        Assert.That(renamed.Notice, Is.EqualTo($"{_folder.File("b")} was moved here from {_folder.File("a")}."));
        Assert.That(renamed.Instance, Is.EqualTo(before.Instance));
        var copy = await DataFolder.OpenAsync(Topology("a"));
        Assert.That(copy.Notice, Does.StartWith($"{_folder.File("a")} is no longer the original folder, but a copy"));
        Assert.That(copy.Instance, Is.Not.EqualTo(before.Instance));
    }

    [Test]
    public async Task A_configuration_that_does_not_fit_the_folder_is_refused_with_both_values()
    {
        var four = Topology("a");
        await DataFolder.OpenAsync(four);
        var wrong = Without(four, 4) with { Cluster = "clinic", Durability = Durability.Memory };
        Assert.That((await RefusalAsync(wrong)).Split('\n'), Is.EqualTo(new[]
        {
            $"$.cluster: is \"clinic\"; expected \"dams\", which {four.DataFolder} was made for",
            $"$.durability: is memory; expected disk, which {four.DataFolder} was made for",
            "$.replicas: has replica1, replica2, replica3; "
                + $"expected replica1, replica2, replica3, replica4, which {four.DataFolder} was made for",
            "Change the configuration to fit the folder, choose another folder, "
                + "or begin anew with dams up --fresh, which moves the old data aside.",
        }));
        Assert.That(DataFolder.Check(wrong, isAnew: true), Is.Null);
        await DataFolder.OpenAsync(wrong, isAnew: true);
        Assert.That(await RefusalAsync(four),
            Does.Contain("has replica1, replica2, replica3, replica4; expected replica1, replica2, replica3,"));
    }

    [Test]
    public async Task Ports_versions_front_ends_and_sequencers_may_change()
    {
        var opened = await DataFolder.OpenAsync(Topology("a"));
        var other = ClusterTopology.Default(9000, dataFolder: _folder.File("a"), versions: ["Journal"]) with { Strict = true };
        Assert.That((await DataFolder.OpenAsync(other with { Sequencers = [other.Sequencers[0]] })).Instance, Is.EqualTo(opened.Instance));
    }

    [Test]
    public async Task Other_keys_are_refused_unless_they_were_changed_by_command()
    {
        var topology = Topology("a");
        await DataFolder.OpenAsync(topology);
        var changed = KeyFile.Change(topology.KeyFile, ring => ring.WithNew(out var id).WithCurrent(id));
        await DataFolder.NoteKeysAsync(topology.DataFolder, changed);
        KeyFile.Change(topology.KeyFile, ring => ring.Without(1));
        await DataFolder.OpenAsync(topology);
        File.Delete(topology.KeyFile);
        Assert.That((await Assert.ThrowsAsync<DataFolderException>(() => DataFolder.OpenAsync(topology)))!.Message,
            Does.Contain("is missing").And.Contain("dams key new"));
        KeyFile.LoadOrCreate(topology.KeyFile);
        Assert.That((await Assert.ThrowsAsync<DataFolderException>(() => DataFolder.OpenAsync(topology)))!.Message,
            Does.Contain("has none of the keys").And.Contain("identity.json"));
        await DataFolder.NoteKeysAsync(topology.DataFolder, KeyFile.Load(topology.KeyFile));
        await DataFolder.OpenAsync(topology);
    }

    [Test]
    public async Task A_copy_without_the_key_gets_a_key_of_its_own()
    {
        await DataFolder.OpenAsync(Topology("a"));
        TestFolder.Copy(_folder.File("a"), _folder.File("c"));
        File.Delete(Topology("c").KeyFile);
        Assert.That((await DataFolder.OpenAsync(Topology("c"))).Notice, Does.Contain("is a copy"));
        Assert.That(File.Exists(Topology("c").KeyFile));
    }

    [TestCase("")]
    [TestCase("nonsense")]
    [TestCase("{}")]
    [TestCase("""{"instance": "12", "path": "/a", "boot": "-", "cluster": "dams", "durability": "disk", "replicas": ["replica1"]}""")]
    public async Task A_damaged_identity_is_refused_with_the_path_and_a_remedy(string text)
    {
        await DataFolder.OpenAsync(Topology("a"));
        var path = _folder.File("a", "identity.json");
        await File.WriteAllTextAsync(path, text);
        Assert.That(await RefusalAsync(Topology("a")),
            Does.StartWith($"{path} is damaged: stop all processes of this cluster, delete it, and start them again."));
        Assert.That(DataFolder.Check(Topology("a"), isAnew: true), Is.Null);
        File.Delete(path);
        await DataFolder.OpenAsync(Topology("a"));
    }

    [Test]
    public async Task A_folder_of_an_earlier_release_is_identified_by_its_configuration()
    {
        var original = Topology("a");
        foreach (var replica in original.Replicas)
            PidFile.TryHold(replica.DataFolder, replica.Id.ToString())!.Dispose();
        PidFile.TryHold(original.DataFolder, PidFile.ClusterHolder)!.Dispose();
        await File.WriteAllTextAsync(_folder.File("a", "dams.json"), original.Write());
        TestFolder.Copy(_folder.File("a"), _folder.File("c"));
        Assert.That(await RefusalAsync(Topology("a") with { Cluster = "clinic" }),
            Does.Contain("$.cluster: is \"clinic\"; expected \"dams\""));
        Assert.That((await DataFolder.OpenAsync(original)).Notice, Is.Null);
        Assert.That(DataFolder.Check(Topology("c")),
            Is.EqualTo($"{_folder.File("c")} is a copy of {original.DataFolder}. From now on it is a cluster of its own."));
        // The copy's configuration has been changed, but its folders still show the replicas that there were.
        await File.WriteAllTextAsync(_folder.File("c", "dams.json"), Without(Topology("c"), 2).Write());
        Assert.That(await RefusalAsync(Without(Topology("c"), 2)),
            Does.Contain("has replica1, replica3, replica4; expected replica1, replica2, replica3, replica4"));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_copy_must_not_use_data_that_the_original_keeps_outside_its_folder(bool isLink)
    {
        ClusterTopology With(string name) => isLink ? Topology(name) : Topology(name) with
        {
            Replicas = [.. Topology(name).Replicas.Select(replica => replica.Id.Number == 3
                ? replica with { DataFolder = _folder.File("elsewhere") } : replica)],
        };
        await DataFolder.OpenAsync(With("a"));
        if (isLink)
            Directory.CreateSymbolicLink(_folder.File("a", "replica3"), Directory.CreateDirectory(_folder.File("elsewhere")).FullName);
        await DataFolder.OpenAsync(With("a"));
        TestFolder.Copy(_folder.File("a"), _folder.File("c"));
        var shared = isLink ? _folder.File("c", "replica3") : _folder.File("elsewhere");
        Assert.That(await RefusalAsync(With("c")), Does.StartWith($"{shared}, the folder of replica3, belongs to {_folder.File("a")}"));
        Assert.Throws<DataFolderException>(() => DataFolder.Check(With("c"), isAnew: true));
        Directory.Delete(_folder.File("a"), recursive: true);
        Assert.That(DataFolder.Check(With("c")), Does.Contain("was copied or moved from"), "it was moved: the folder outside is its own");
    }

    [Test]
    public async Task An_outside_folder_of_another_cluster_is_refused_but_a_copy_of_it_is_not()
    {
        ClusterTopology With(string name, string outside) => Topology(name) with
        {
            Replicas = [.. Topology(name).Replicas.Select(replica => replica.Id.Number == 3
                ? replica with { DataFolder = _folder.File(outside) } : replica)],
        };
        async Task<OpenedFolder> StartAsync(ClusterTopology topology)
        {
            var id = topology.Replicas[2].Id;
            using var held = PidFile.TryHold(topology.FolderOf(id), id.ToString());
            var opened = await DataFolder.OpenAsync(topology);
            FolderOwner.Claim(topology, id, opened.Instance);
            return opened;
        }

        var first = await StartAsync(With("a", "shared"));
        Assert.That((await StartAsync(With("a", "shared"))).Instance, Is.EqualTo(first.Instance));
        Assert.That(await RefusalAsync(With("b", "shared")), Does.StartWith(
            $"{_folder.File("shared")}, the folder of replica3, belongs to another cluster than {_folder.File("b")}: ")
            .And.EndWith($"delete {_folder.File("shared", "owner")}."));
        Assert.Throws<DataFolderException>(() => DataFolder.Check(With("b", "shared"), isAnew: true));
        Assert.Throws<DataFolderException>(
            () => FolderOwner.Claim(With("b", "shared"), With("b", "shared").Replicas[2].Id, ClusterInstance.New()));
        TestFolder.Copy(_folder.File("shared"), _folder.File("copied"));
        await StartAsync(With("b", "copied"));
        await StartAsync(With("a", "shared"));
        await File.WriteAllTextAsync(_folder.File("shared", "owner"), "nonsense");
        await StartAsync(With("a", "shared"));
    }
}
