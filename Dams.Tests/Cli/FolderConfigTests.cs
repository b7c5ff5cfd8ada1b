using Dams.Cli.Cluster;
using Dams.Hosting.Folders;
using Dams.Hosting.Topology;
using Dams.Tests.Hosting;

namespace Dams.Tests.Cli;

/// <summary>The dams.json of a data folder is the operator's as soon as the operator has edited it.</summary>
internal sealed class FolderConfigTests
{
    private TestFolder _folder = null!;
    private ClusterTopology _topology = null!;

    [SetUp]
    public void MakeFolder()
    {
        _folder = new TestFolder();
        _topology = ClusterTopology.Default(dataFolder: _folder.File("data"));
        Directory.CreateDirectory(_topology.DataFolder);
    }

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    private string Own => _folder.File("data", "dams.json");

    private ClusterTopology Strict => _topology with { Strict = true };

    private static TopologyReading Read(string file) => TopologyReader.ReadFile(file);

    [Test]
    public void A_new_folder_gets_the_configuration_in_force_and_later_starts_read_it()
    {
        var options = new UpOptions { DataFolder = _topology.DataFolder };
        Assert.That(options.File, Is.Null);
        Assert.That(FolderConfig.Write(Strict, null), Is.EqualTo(Own));
        Assert.That(options.ReadTopology().Topology!.Strict);
        var before = File.GetLastWriteTimeUtc(Own);
        FolderConfig.Check(Strict, options.File);
        Assert.That(FolderConfig.Write(Strict, options.File), Is.EqualTo(Own));
        Assert.That(File.GetLastWriteTimeUtc(Own), Is.EqualTo(before));
    }

    [Test]
    public void A_configuration_elsewhere_replaces_what_up_has_written_itself()
    {
        FolderConfig.Write(_topology, _folder.File("mine.json"));
        FolderConfig.Check(Strict, _folder.File("mine.json"));
        FolderConfig.Write(Strict, _folder.File("mine.json"));
        Assert.That(Read(Own).Topology!.Strict);
    }

    // Earlier, the edit was lost without a word.
    [TestCase(true)]
    [TestCase(false, Description = "an earlier release has written it, or a person")]
    public void A_configuration_elsewhere_never_replaces_what_a_person_has_edited(bool isByUp)
    {
        if (isByUp)
            FolderConfig.Write(_topology, null);
        File.WriteAllText(Own, Strict.Write(_topology.DataFolder));
        var problem = Assert.Throws<DataFolderException>(() => FolderConfig.Check(_topology, "mine.json"))!;
        Assert.That(problem.Message, Is.EqualTo($"--config mine.json contradicts {Own}, which a person may have edited: "
            + $"$.strict is False in the former and True in the latter. Move {Own} elsewhere to use the former, "
            + $"or start with --data {_topology.DataFolder} to use the latter."));
        FolderConfig.Write(_topology, "mine.json");
        Assert.That(Read(Own).Topology!.Strict, "even without the check");
    }

    [Test]
    public void An_edit_that_changes_nothing_stays_too()
    {
        var text = "// ours\n" + _topology.Write(_topology.DataFolder);
        File.WriteAllText(Own, text);
        FolderConfig.Check(_topology, "mine.json");
        Assert.That(FolderConfig.Write(_topology, "mine.json"), Is.EqualTo(Own));
        Assert.That(File.ReadAllText(Own), Is.EqualTo(text));
    }

    [Test]
    public void An_edit_that_is_wrong_is_named_and_stays()
    {
        File.WriteAllText(Own, "{ \"strict\": 7 }");
        Assert.That(() => FolderConfig.Check(_topology, "mine.json"), Throws.InstanceOf<DataFolderException>()
            .With.Message.StartsWith($"{Own}: $.strict: is 7").And.Message.Contains("is not overwritten"));
    }

    [Test]
    public void A_start_that_was_cut_off_after_the_configuration_takes_it_for_its_own_later()
    {
        File.WriteAllText(Own, _topology.Write(_topology.DataFolder));
        FolderConfig.Write(_topology, "mine.json");
        FolderConfig.Check(Strict, "mine.json");
    }

    [Test]
    public void Sha256sum_can_check_the_digest()
    {
        FolderConfig.Write(_topology, null);
        Assert.That(File.ReadAllText(Path.Combine(_topology.DataFolder, FolderConfig.DigestName)),
            Does.Match("^[0-9a-f]{64}  dams.json\n$"));
    }
}
