using System.Diagnostics;
using System.Runtime.Versioning;
using Dams.Hosting.Folders;
using Dams.Hosting.Processes;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;
using Dams.Ordering;
using Dams.Tests.Hosting;

namespace Dams.Tests.Folders;

/// <summary>Other users of the machine neither read nor write what a cluster keeps.</summary>
[UnsupportedOSPlatform("windows")]
[Platform(Exclude = "Win", Reason = "Windows has no such rights")]
internal sealed class FolderRightsTests
{
    private const UnixFileMode Everything = (UnixFileMode)0x1FF; // 0777
    private const UnixFileMode OwnFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private TestFolder _folder = null!;
    private ClusterTopology _topology = null!;

    [SetUp]
    public void MakeFolder()
    {
        _folder = new TestFolder();
        _topology = ClusterTopology.Default(address: _folder.Address, dataFolder: _folder.File("data"));
        Directory.CreateDirectory(_topology.DataFolder);
    }

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    private string Data(params string[] names) => Path.Combine([_topology.DataFolder, .. names]);

    private static string Problems(Action correct) => Assert.Throws<DataFolderException>(correct)!.Message;

    // Earlier, every user of the machine could read every booking, and open the lock files.
    [Test]
    public async Task Everything_of_an_earlier_release_is_corrected_and_what_is_not_the_clusters_is_left()
    {
        await DataFolder.OpenAsync(_topology);
        PidFile.TryHold(Data("replica1"), "replica1")!.Dispose();
        Directory.CreateDirectory(Data("replica1", "log"));
        Directory.CreateDirectory(Data("logs"));
        string[] files = ["dams.json", "identity.json", "identity.lock", "orders.token", "replica1/replica1.lock", "replica1/log/1",
            "logs/replica1.log"];
        string[] folders = ["", "replica1", "replica1/log", "logs"];
        string[] others = ["diary", "others"];
        await File.WriteAllTextAsync(_folder.File("target"), "");
        Directory.CreateDirectory(Data("others"));
        File.CreateSymbolicLink(Data("replica1", "link"), _folder.File("target"));
        foreach (var file in (string[])[.. files, "diary"])
            await File.AppendAllTextAsync(Data(file), file == "identity.json" ? "" : " ");
        foreach (var path in (string[])[.. files, .. folders, .. others, "../target"])
            File.SetUnixFileMode(Data(path), Everything);
        Assert.That(FolderRights.Correct(_topology), Is.Empty);
        Assert.That(files.Where(file => File.GetUnixFileMode(Data(file)) != (OwnFile | UnixFileMode.UserExecute)), Is.Empty);
        Assert.That(folders.Where(folder => File.GetUnixFileMode(Data(folder)) != OwnFolder), Is.Empty);
        Assert.That(
            ((string[])[.. others, "../target"]).Select(path => File.GetUnixFileMode(Data(path))), Is.All.EqualTo(Everything));
    }

    [Test]
    public async Task A_process_corrects_its_own_files_and_leaves_those_of_others_to_them()
    {
        await DataFolder.OpenAsync(_topology);
        foreach (var id in (string[])["replica1", "replica2"])
        {
            PidFile.TryHold(Data(id), id)!.Dispose();
            File.SetUnixFileMode(Data(id), Everything);
        }

        FolderRights.Correct(_topology, NodeId.Replica(2));
        Assert.That(
            (File.GetUnixFileMode(Data("replica1")), File.GetUnixFileMode(Data("replica2"))), Is.EqualTo((Everything, OwnFolder)));
    }

    [TestCase("", true, Description = "empty, as a new disk is")]
    [TestCase("dams.json", true)]
    [TestCase("thesis.txt", false)]
    public async Task A_folder_that_is_no_data_folder_yet_is_corrected_only_if_nothing_else_is_in_it(string content, bool isCorrected)
    {
        if (content.Length > 0)
            await File.WriteAllTextAsync(Data(content), "");
        File.SetUnixFileMode(Data(), Everything);
        if (isCorrected)
            Assert.That(FolderRights.Correct(_topology), Is.Empty);
        else
            Assert.That(Problems(() => FolderRights.Correct(_topology)), Does.StartWith(
                $"{Data()} can be written by other users (0777), and this process did not change that: run chmod 700 {Data()}, or choose"));
        Assert.That(File.GetUnixFileMode(Data()), Is.EqualTo(isCorrected ? OwnFolder : Everything));
    }

    [Test]
    public async Task A_folder_that_others_can_only_read_is_told()
    {
        await File.WriteAllTextAsync(Data("thesis.txt"), "");
        var mode = OwnFolder | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;
        File.SetUnixFileMode(Data(), mode);
        Assert.That(FolderRights.Correct(_topology), Is.EqualTo(new[]
        {
            $"{Data()} can be read by other users (0750): run chmod 700 {Data()}",
        }));
        Assert.That(File.GetUnixFileMode(Data()), Is.EqualTo(mode));
    }

    // To correct /tmp would lock everybody else out of it, and root could.
    [Test]
    public void A_folder_like_tmp_is_refused_and_never_corrected()
    {
        File.SetUnixFileMode(Data(), Everything | UnixFileMode.StickyBit);
        Assert.That(Problems(() => FolderRights.Correct(_topology)), Does.Contain("can be written by other users (1777)"));
        Assert.That(File.GetUnixFileMode(Data()), Is.EqualTo(Everything | UnixFileMode.StickyBit));
    }

    [TestCase(0x1FF, "can be written by every user", null)]
    [TestCase(0x1FD, null, "can be written by its group")]
    [TestCase(0x3FF, null, null, Description = "with the sticky bit")]
    [TestCase(0x1ED, null, null)]
    public void A_folder_above_in_which_others_can_rename_is_refused_or_told(int mode, string? problem, string? notice)
    {
        var above = _folder.File("above");
        Directory.CreateDirectory(above);
        var topology = ClusterTopology.Default(dataFolder: Path.Combine(above, "data"));
        File.SetUnixFileMode(above, (UnixFileMode)mode);
        if (problem is not null)
        {
            Assert.That(Problems(() => FolderRights.Correct(topology)), Does.StartWith($"{above} {problem}"));
            return;
        }

        var notices = FolderRights.Correct(topology);
        Assert.That(string.Join('\n', notices), notice is null ? Is.Empty : Does.StartWith($"{above} {notice}"));
    }

    [Test]
    public void The_folders_to_which_a_link_leads_count_too()
    {
        var above = _folder.File("above");
        Directory.CreateDirectory(Path.Combine(above, "data"));
        Directory.CreateSymbolicLink(_folder.File("link"), "above/data");
        File.SetUnixFileMode(above, Everything);
        Assert.That(
            Problems(() => FolderRights.Correct(ClusterTopology.Default(dataFolder: _folder.File("link")))),
            Does.StartWith($"{above} can be written by every user"));
    }

    [Test]
    public void Links_in_a_circle_end_the_look()
    {
        Directory.CreateSymbolicLink(_folder.File("a"), "b");
        Directory.CreateSymbolicLink(_folder.File("b"), "a");
        Assert.That(FolderRights.Correct(ClusterTopology.Default(dataFolder: _folder.File("a", "data"))), Is.Empty);
    }

    [Test]
    [Platform("Linux")]
    public async Task A_folder_or_a_file_of_another_user_is_refused()
    {
        const int nobody = 65534;
        await DataFolder.OpenAsync(_topology);
        Directory.CreateDirectory(Data("replica1"));
        await File.WriteAllTextAsync(Data("replica1", "turns"), "");
        Give(Data("replica1", "turns"), nobody);
        Assert.That(Problems(() => FolderRights.Correct(_topology)), Does.StartWith(
            $"{Data("replica1", "turns")} belongs to user {nobody}, and this process runs as user 0: run chown -R 0 "));
        Give(Data("replica1", "turns"), 0);
        Give(Data(), nobody);
        Assert.That(Problems(() => FolderRights.Correct(_topology)), Does.StartWith($"{Data()} belongs to user {nobody}"));
        Give(Data(), 0);
        File.CreateSymbolicLink(_folder.File("link"), Data());
        Give(_folder.File("link"), nobody);
        Assert.That(
            Problems(() => FolderRights.Correct(ClusterTopology.Default(dataFolder: _folder.File("link")))),
            Does.Contain($"is a link of user {nobody}"));
    }

    [Test]
    public void A_folder_for_logs_elsewhere_may_be_shared_and_stays_as_it_is()
    {
        var logs = _folder.File("logs");
        Directory.CreateDirectory(logs);
        File.SetUnixFileMode(logs, Everything & ~UnixFileMode.OtherWrite);
        var topology = _topology with { Log = new LogSettings(logs) };
        Assert.That(FolderRights.Correct(topology), Has.One.StartsWith($"{logs} can be written by its group"));
        Assert.That(File.GetUnixFileMode(logs), Is.EqualTo(Everything & ~UnixFileMode.OtherWrite));
        File.SetUnixFileMode(logs, Everything);
        Assert.That(Problems(() => FolderRights.Correct(topology)), Does.StartWith($"{logs} can be written by every user"));
    }

    [Test]
    public async Task A_token_is_made_once_and_only_its_owner_can_read_it()
    {
        var tokens = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => OrderToken.LoadOrCreate(Data()).Header)));
        Assert.That(tokens.Distinct().Count(), Is.EqualTo(1));
        Assert.That(tokens[0].Parameter, Does.Match("^[0-9a-f]{64}$"));
        Assert.That(File.GetUnixFileMode(Data("orders.token")), Is.EqualTo(OwnFile));
        Assert.That(Directory.GetFiles(Data()), Has.Length.EqualTo(1), "nothing is left over");
    }

    [Test]
    public async Task A_copy_of_a_data_folder_has_a_token_of_its_own()
    {
        var original = await DataFolder.OpenAsync(_topology);
        TestFolder.Copy(Data(), _folder.File("copy"));
        var topology = ClusterTopology.Default(address: _folder.Address, dataFolder: _folder.File("copy"));
        var copy = await DataFolder.OpenAsync(topology);
        Assert.That(copy.Orders.Header, Is.Not.EqualTo(original.Orders.Header));
        Assert.That((await DataFolder.OpenAsync(topology)).Orders.Header, Is.EqualTo(copy.Orders.Header), "it stays");
        Assert.That((await DataFolder.OpenAsync(_topology)).Orders.Header, Is.EqualTo(original.Orders.Header));
    }

    [TestCase("")]
    [TestCase("0123")]
    [TestCase("LONG")]
    [TestCase("ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789")]
    public void A_damaged_token_is_refused_and_not_replaced(string text)
    {
        text = text == "LONG" ? new string('a', 1000) : text;
        File.WriteAllText(Data("orders.token"), text);
        Assert.That(() => OrderToken.LoadOrCreate(Data()), Throws.InstanceOf<IOException>().With.Message.StartsWith(
            $"{Data("orders.token")} is damaged"));
        Assert.That(File.ReadAllText(Data("orders.token")), Is.EqualTo(text));
    }

    private static void Give(string path, int user)
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Ignore("to give a file to another user needs root");
        using var chown = Process.Start("chown", ["-h", $"{user}", path]);
        chown.WaitForExit();
        Assert.That(chown.ExitCode, Is.Zero);
    }
}
