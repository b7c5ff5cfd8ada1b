using Dams.Hosting;
using Dams.Hosting.Folders;
using Dams.Hosting.Topology;
using Dams.Ordering.Transport;
using Dams.Tests.Hosting;

namespace Dams.Tests.Cli;

public sealed class KeyCommandTests
{
    private TestFolder _folder = null!;

    private string Path => _folder.File("cluster.key");

    [SetUp]
    public void MakeFolder() => _folder = new TestFolder();

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    private Task<CliRun> RunAsync(string line) => CliRun.OfAsync([.. line.Split(' '), "--key-file", Path]);

    // The file has the keys 1 and 2, and 1 is current.
    [TestCase("key list", 0, "1 current\n2\n", "1 2", 1)]
    [TestCase("key add", 0, "Key 3 is added; 1 is still current", "1 2 3", 1)]
    [TestCase("key promote 2", 0, "dams key drop 1", "1 2", 2)]
    [TestCase("key promote 1", 0, "Key 1 is current already", "1 2", 1)]
    [TestCase("key drop 2", 0, "Key 2 is gone", "1", 1)]
    [TestCase("key new", 1, "is there already", "1 2", 1)]
    [TestCase("key drop 1", 1, "key 1 is the current one: promote another first", "1 2", 1)]
    [TestCase("key drop 9", 1, "there is no key 9; there are 1, 2 (1 is current)", "1 2", 1)]
    [TestCase("key promote 9", 1, "there is no key 9", "1 2", 1)]
    public async Task A_key_command_does_what_it_says_or_changes_nothing(string line, int exitCode, string says, string ids, int current)
    {
        KeyFile.Create(Path, KeyRing.Generate().WithNew(out _));
        var before = await File.ReadAllTextAsync(Path);
        var run = await RunAsync(line);
        Assert.That(run.ExitCode, Is.EqualTo(exitCode), run.Errors);
        Assert.That(exitCode == 0 ? run.Output : run.Errors, Does.Contain(says));
        Assert.That(exitCode == 0 ? run.Errors : run.Output, Is.Empty);
        var keys = KeyFile.Load(Path);
        Assert.That(string.Join(' ', keys.Ids), Is.EqualTo(ids));
        Assert.That(keys.CurrentId, Is.EqualTo(current));
        if (exitCode != 0)
            Assert.That(await File.ReadAllTextAsync(Path), Is.EqualTo(before));
        if (!OperatingSystem.IsWindows())
            Assert.That(File.GetUnixFileMode(Path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        foreach (var secret in (before + await File.ReadAllTextAsync(Path)).Split().Where(word => word.Length == 2 * KeyRing.KeySize))
            Assert.That(run.Output + run.Errors, Does.Not.Contain(secret));
    }

    [TestCase("key list")]
    [TestCase("key add")]
    [TestCase("key promote 1")]
    [TestCase("key drop 1")]
    public async Task A_missing_or_wrong_key_file_exits_with_2(string line)
    {
        var missing = await RunAsync(line);
        Assert.That((missing.ExitCode, missing.Output), Is.EqualTo((2, "")));
        Assert.That(missing.Errors, Does.Contain("can't be read"));
        KeyFile.Create(Path, KeyRing.Generate());
        await File.WriteAllTextAsync(Path, "1 current");
        var wrong = await RunAsync(line);
        Assert.That((wrong.ExitCode, wrong.Output), Is.EqualTo((2, "")));
        Assert.That(wrong.Errors, Does.Contain("is wrong: line 1"));
        Assert.That(await File.ReadAllTextAsync(Path), Is.EqualTo("1 current"));
    }

    [Test]
    public async Task New_makes_one_key_where_the_cluster_looks_for_it()
    {
        Assert.That((await CliRun.OfAsync("key", "new", "--data", _folder.Path)).ExitCode, Is.Zero);
        var keys = KeyFile.Load(Path);
        Assert.That(keys.Ids, Is.EqualTo(new byte[] { 1 }));
        var config = _folder.File("dams.json");
        var topology = ClusterTopology.Default(dataFolder: _folder.Path) with { KeyFile = _folder.File("secret", "other.key") };
        await File.WriteAllTextAsync(config, topology.Write());
        Assert.That((await CliRun.OfAsync("key", "new", "--config", config)).ExitCode, Is.Zero);
        Assert.That(KeyFile.Load(_folder.File("secret", "other.key")).HasSameKeysAs(keys), Is.False);
        Assert.That(KeyFile.Load(Path).HasSameKeysAs(keys));
    }

    [Test]
    public async Task A_data_folder_accepts_keys_that_were_changed_by_command_and_no_others()
    {
        var topology = ClusterTopology.Default(dataFolder: _folder.Path);
        await DataFolder.OpenAsync(topology);
        foreach (var line in new[] { "key add", "key promote 2", "key drop 1" })
            Assert.That((await CliRun.OfAsync([.. line.Split(' '), "--data", _folder.Path])).ExitCode, Is.Zero);
        await DataFolder.OpenAsync(topology);
        File.Delete(Path);
        await Assert.ThrowsAsync<DataFolderException>(() => DataFolder.OpenAsync(topology));
        KeyFile.Create(Path, KeyRing.Generate());
        Assert.That((await RunAsync("key list")).ExitCode, Is.Zero);
        await Assert.ThrowsAsync<DataFolderException>(() => DataFolder.OpenAsync(topology));
        File.Delete(Path);
        Assert.That((await RunAsync("key new")).ExitCode, Is.Zero);
        await DataFolder.OpenAsync(topology);
    }

    [Test]
    public async Task A_wrong_configuration_exits_with_2()
    {
        var config = _folder.File("dams.json");
        await File.WriteAllTextAsync(config, """{"colour": 1}""");
        var run = await CliRun.OfAsync("key", "list", "--config", config);
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Errors, Does.Contain("$.colour"));
    }

    [Test]
    public async Task A_full_file_takes_no_more_keys()
    {
        var keys = KeyRing.Generate();
        for (var i = 1; i < 256; i++)
            keys = keys.WithNew(out _);
        KeyFile.Create(Path, keys);
        var run = await RunAsync("key add");
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Errors, Does.Contain("all ids are taken"));
    }

    [Test]
    public async Task Help_explains_how_keys_are_changed()
    {
        var run = await CliRun.OfAsync("key", "--help");
        Assert.That(run.ExitCode, Is.Zero);
        Assert.That(run.Output, Does.Contain("dams key add").And.Contain("wait until all processes have it")
            .And.Contain("dams key promote ID").And.Contain("dams key drop ID"));
    }
}
