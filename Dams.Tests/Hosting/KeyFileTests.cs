using System.Runtime.Versioning;
using Dams.Hosting;
using Dams.Ordering.Transport;

namespace Dams.Tests.Hosting;

[UnsupportedOSPlatform("windows")]
public sealed class KeyFileTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private TestFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TestFolder();

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    [Test]
    public void A_file_is_made_once_and_only_its_owner_can_read_it()
    {
        var path = _folder.File("below", "cluster.key");
        var first = KeyFile.LoadOrCreate(path);
        var second = KeyFile.LoadOrCreate(path);
        Assert.That(first.Ids, Has.Count.EqualTo(1));
        Assert.That(second.HasSameKeysAs(first));
        Assert.That(File.GetUnixFileMode(path), Is.EqualTo(OwnerOnly));
        Assert.That(Directory.GetFiles(_folder.File("below")), Has.Length.EqualTo(1));
    }

    [Test]
    public void Processes_that_start_at_once_agree_on_the_keys()
    {
        // An implementation that looks first and then renames is caught about once in 60 rounds.
        for (var round = 0; round < 300; round++)
        {
            var path = _folder.File($"{round}", "cluster.key");
            var rings = new KeyRing[16];
            Parallel.For(0, rings.Length, i => rings[i] = KeyFile.LoadOrCreate(path));
            Assert.That(rings.All(ring => ring.HasSameKeysAs(rings[0])));
            Assert.That(Directory.GetFiles(_folder.File($"{round}")), Has.Length.EqualTo(1));
        }
    }

    [Test]
    public void A_key_never_shows_in_text()
    {
        var ring = KeyRing.Of(1, new byte[KeyRing.KeySize]).WithNew(out _);
        Assert.That($"{ring}", Is.EqualTo("1, 2 (1 is current)"));
    }

    [TestCase("", "no key is marked current")]
    [TestCase("abc", "line 1")]
    [TestCase("0000000000000000000000000000000000000000000000000000000000000000", "line 1")]
    [TestCase("1 zz00000000000000000000000000000000000000000000000000000000000000 current", "64 hexadecimal digits")]
    public void A_file_without_valid_keys_is_refused(string content, string problem)
    {
        var path = _folder.File("cluster.key");
        File.WriteAllText(path, content);
        File.SetUnixFileMode(path, UnixFileMode.UserRead);
        Assert.That(Assert.Throws<KeyRingException>(() => KeyFile.LoadOrCreate(path))!.Message, Does.Contain(problem).And.Contain(path));
    }

    [Test]
    public void A_file_that_is_too_long_is_refused()
    {
        var path = _folder.File("cluster.key");
        KeyFile.LoadOrCreate(path);
        File.AppendAllText(path, "#" + new string('x', 64 * 1024));
        Assert.That(Assert.Throws<KeyRingException>(() => KeyFile.Load(path))!.Message, Does.Contain("too long"));
    }

    [Test]
    public void A_file_that_others_can_read_is_refused()
    {
        var path = _folder.File("cluster.key");
        KeyFile.LoadOrCreate(path);
        File.SetUnixFileMode(path, OwnerOnly | UnixFileMode.GroupRead);
        Assert.That(Assert.Throws<KeyRingException>(() => KeyFile.LoadOrCreate(path))!.Message, Does.Contain("chmod 600"));
    }

    [Test]
    public void A_missing_file_is_a_problem_where_none_may_be_created()
    {
        Assert.That(Assert.Throws<KeyRingException>(() => KeyFile.Load(_folder.File("none")))!.Message, Does.Contain("can't be read"));
        Assert.That(
            Assert.Throws<KeyRingException>(() => KeyFile.Change(_folder.File("none"), ring => ring))!.Message,
            Does.Contain("can't be read"));
        Assert.That(Directory.GetFiles(_folder.Path), Is.Empty);
    }

    [Test]
    public void A_folder_that_cannot_be_created_is_a_problem()
    {
        File.WriteAllText(_folder.File("file"), "");
        Assert.That(
            Assert.Throws<KeyRingException>(() => KeyFile.LoadOrCreate(_folder.File("file", "cluster.key")))!.Message,
            Does.Contain("can't be made"));
    }

    [Test]
    public void A_changed_file_is_whole_and_only_its_owner_can_read_it()
    {
        var path = _folder.File("cluster.key");
        var made = KeyFile.LoadOrCreate(path);
        var changed = KeyFile.Change(path, ring => ring.WithNew(out _).WithCurrent(2));
        Assert.That(changed.HasSameKeysAs(made), Is.False);
        Assert.That(KeyFile.Load(path).HasSameKeysAs(changed));
        Assert.That(File.GetUnixFileMode(path), Is.EqualTo(OwnerOnly));
        Assert.That(Directory.GetFiles(_folder.Path), Has.Length.EqualTo(1));
    }

    [Test]
    public void A_change_that_fails_leaves_the_file_as_it_is()
    {
        var path = _folder.File("cluster.key");
        var made = KeyFile.LoadOrCreate(path);
        Assert.Throws<InvalidOperationException>(() => KeyFile.Change(path, _ => throw new InvalidOperationException()));
        Assert.That(KeyFile.Load(path).HasSameKeysAs(made));
        Assert.That(Directory.GetFiles(_folder.Path), Has.Length.EqualTo(1));
    }

    [Test]
    public void A_change_during_another_one_is_refused_and_loses_nothing()
    {
        var path = _folder.File("cluster.key");
        KeyFile.LoadOrCreate(path);
        KeyFile.Change(path, ring =>
        {
            var refusal = Assert.Throws<KeyRingException>(() => KeyFile.Change(path, other => other.WithNew(out _)));
            Assert.That(refusal!.Message, Does.Contain("another command").And.Contain(path + ".new"));
            return ring.WithNew(out _);
        });
        Assert.That(KeyFile.Load(path).Ids, Is.EqualTo(new byte[] { 1, 2 }));
    }

    [Test]
    public void A_link_stays_a_link_when_the_file_is_changed()
    {
        var path = _folder.File("cluster.key");
        var link = _folder.File("link.key");
        KeyFile.LoadOrCreate(path);
        File.CreateSymbolicLink(link, path);
        KeyFile.Change(link, ring => ring.WithNew(out _));
        Assert.That(File.ResolveLinkTarget(link, returnFinalTarget: false), Is.Not.Null);
        Assert.That(KeyFile.Load(path).Ids, Is.EqualTo(new byte[] { 1, 2 }));
    }

    [Test]
    public void New_keys_use_up_all_ids_before_there_is_none_left()
    {
        var ring = KeyRing.Generate(200);
        for (var i = 1; i < 256; i++)
        {
            ring = ring.WithNew(out var id);
            Assert.That(id, Is.EqualTo((200 + i) % 256));
        }

        Assert.That(ring.CurrentId, Is.EqualTo(200));
        Assert.Throws<InvalidOperationException>(() => ring.WithNew(out _));
    }
}
