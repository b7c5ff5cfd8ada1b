using System.Runtime.Versioning;
using Dams.Hosting;
using Dams.Hosting.Cluster;
using Dams.Hosting.Folders;
using Dams.Hosting.Topology;
using Dams.Ordering.Transport;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Dams.Tests.Hosting;

[UnsupportedOSPlatform("windows")]
public sealed class KeyWatchTests
{
    private readonly List<KeyRing> _used = [];
    private TestFolder _folder = null!;
    private FakeLogger _log = null!;
    private bool _isBusy;
    private int _writes;

    private string Path => _folder.File("cluster.key");

    [SetUp]
    public void MakeFolder()
    {
        _folder = new TestFolder();
        _log = new FakeLogger();
        _used.Clear();
        _isBusy = false;
        _writes = 0;
    }

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    [Test]
    public void The_keys_of_a_changed_file_are_taken_into_use_once()
    {
        var watch = Watch();
        Looks(watch);
        Assert.That(_used, Is.Empty, "they are in use already");
        var added = Write(ring => ring.WithNew(out _));
        Looks(watch);
        Assert.That(_used, Has.Count.EqualTo(1));
        Assert.That(_used[0].HasSameKeysAs(added));
        Assert.That(watch.Current.HasSameKeysAs(added));
        Assert.That(_log.Lines, Is.EqualTo(new[]
        {
            "Information Keys in use: 1 (1 is current)", "Information Keys in use: 1, 2 (1 is current)",
        }));
    }

    [Test]
    public void A_change_before_the_first_look_is_seen()
    {
        var watch = Watch();
        Write(ring => ring.WithNew(out _).WithCurrent(2));
        watch.Look();
        Assert.That(_used.Single().CurrentId, Is.EqualTo(2));
    }

    [Test]
    public void A_second_change_with_the_write_time_of_the_first_is_seen()
    {
        var watch = Watch();
        watch.Look();
        Write(ring => ring.WithNew(out _));
        watch.Look();
        _writes--;
        Write(ring => ring.WithCurrent(2));
        watch.Look();
        Assert.That(_used.Select(ring => ring.CurrentId), Is.EqualTo(new byte[] { 1, 2 }));
    }

    [Test]
    public void A_new_write_time_alone_changes_nothing()
    {
        var watch = Watch();
        watch.Look();
        Stamp();
        Looks(watch);
        Assert.That(_used, Is.Empty);
        Assert.That(_log.Lines, Has.Count.EqualTo(1));
    }

    [TestCase("broken")]
    [TestCase("gone")]
    [TestCase("readable")]
    public void An_unusable_file_is_logged_as_an_error_once_and_the_old_keys_are_kept(string what)
    {
        var watch = Watch();
        watch.Look();
        var text = File.ReadAllText(Path);
        if (what == "broken")
            File.WriteAllText(Path, text.Replace(" current", "", StringComparison.Ordinal));
        else if (what == "gone")
            File.Delete(Path);
        else
            File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        if (what != "gone")
            Stamp();
        Looks(watch);
        Assert.That(_used, Is.Empty);
        Assert.That(_log.Lines, Has.Count.EqualTo(2));
        Assert.That(_log.Lines[1], Does.StartWith("Error ").And.Contain("those in use are kept").And.Contain(Path));

        // The file is repaired. It gets the write time of the unusable file, if there was one.
        File.WriteAllText(Path, text);
        _writes--;
        Stamp();
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Looks(watch);
        Assert.That(_log.Lines.Skip(2), Is.EqualTo(new[] { "Information Keys in use: 1 (1 is current)" }));
        var added = Write(ring => ring.WithNew(out _));
        Looks(watch);
        Assert.That(watch.Current.HasSameKeysAs(added));
        Assert.That(string.Join("", _log.Lines), Does.Not.Contain(text.Split('\n')[1].Split(' ')[1]), "no key in the log");
    }

    [Test]
    public void Keys_that_the_process_cannot_take_now_are_offered_again()
    {
        var watch = Watch();
        watch.Look();
        Write(ring => ring.WithNew(out _));
        _isBusy = true;
        Looks(watch);
        Assert.That(watch.Current.Ids, Has.Count.EqualTo(1));
        _isBusy = false;
        Looks(watch);
        Assert.That(watch.Current.Ids, Has.Count.EqualTo(2));
        Assert.That(_used, Has.Count.EqualTo(1));
    }

    [Test]
    public void Changed_keys_are_derived_for_the_instance_of_the_cluster()
    {
        var instance = ClusterInstance.New();
        KeyFile.LoadOrCreate(Path);
        Stamp();
        var watch = new KeyWatch(Path, KeyFile.Load(Path).For(instance.ToBytes()), keys => { _used.Add(keys); return true; }, _log,
            instance);
        Looks(watch);
        Assert.That(_used, Is.Empty);
        var changed = Write(ring => ring.WithNew(out _));
        Looks(watch);
        Assert.That(_used.Single().HasSameKeysAs(changed.For(instance.ToBytes())));
        Assert.That(_used.Single().HasSameKeysAs(changed), Is.False);
    }

    [Test]
    public async Task A_folder_accepts_keys_that_change_one_by_one_but_not_all_at_once()
    {
        var topology = ClusterTopology.Default(dataFolder: _folder.File("data")) with { KeyFile = Path };
        var opened = await DataFolder.OpenAsync(topology);
        Stamp();
        var watch = new KeyWatch(Path, opened.Keys, keys => { _used.Add(keys); return true; }, _log, opened.Instance);
        var time = new FakeTimeProvider();
        using var end = new CancellationTokenSource();
        var watching = watch.RunAsync(time, topology.DataFolder, end.Token);
        byte id = 0;
        await UsesAsync(Write(ring => ring.WithNew(out id)));
        await UsesAsync(Write(ring => ring.WithCurrent(id)));
        var last = Write(ring => ring.Without(1));
        await UsesAsync(last);
        await Eventually.IsTrueAsync(() => IdentityFile.Read(topology.DataFolder)!.Keys.SequenceEqual(last.Fingerprints));
        await DataFolder.OpenAsync(topology);

        File.Delete(Path);
        await UsesAsync(KeyFile.LoadOrCreate(Path));
        await end.CancelAsync();
        await Assert.CatchAsync<OperationCanceledException>(() => watching);
        await Assert.ThrowsAsync<DataFolderException>(
            () => DataFolder.OpenAsync(topology), "a running process takes a file with only other keys, but a start refuses it");

        async Task UsesAsync(KeyRing ring)
        {
            Stamp();
            await Eventually.IsTrueAsync(() =>
            {
                time.Advance(KeyWatch.Period);
                return watch.Current.HasSameKeysAs(ring.For(opened.Instance.ToBytes()));
            });
        }
    }

    private KeyWatch Watch()
    {
        var ring = KeyFile.LoadOrCreate(Path);
        Stamp();
        return new KeyWatch(Path, ring, Use, _log);

        bool Use(KeyRing keys)
        {
            if (!_isBusy)
                _used.Add(keys);
            return !_isBusy;
        }
    }

    private KeyRing Write(Func<KeyRing, KeyRing> change)
    {
        var changed = KeyFile.Change(Path, change);
        Stamp();
        return changed;
    }

    // Makes each write a second later than the one before, whatever the file system's own clock does.
    private void Stamp() => File.SetLastWriteTimeUtc(Path, DateTime.UnixEpoch.AddYears(40).AddSeconds(++_writes));

    private static void Looks(KeyWatch watch)
    {
        for (var i = 0; i < 3; i++)
            watch.Look();
    }
}
