using System.Runtime.Versioning;
using Dams.Hosting;
using NUnit.Framework;

namespace Dams.Tests.Hosting;

[UnsupportedOSPlatform("windows")]
public sealed class ClusterKeyTests
{
    private TestFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TestFolder();

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    [Test]
    public void A_key_is_made_once_and_only_its_owner_can_read_it()
    {
        var path = _folder.File("below", "cluster.key");
        var first = ClusterKey.LoadOrCreate(path).Key!;
        var second = ClusterKey.LoadOrCreate(path).Key!;
        Assert.That(first.Bytes.Length, Is.EqualTo(32));
        Assert.That(second.Bytes.ToArray(), Is.EqualTo(first.Bytes.ToArray()));
        Assert.That(File.GetUnixFileMode(path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That(Directory.GetFiles(_folder.File("below")), Has.Length.EqualTo(1));
    }

    [Test]
    public void Processes_that_start_at_once_agree_on_the_key()
    {
        var path = _folder.File("cluster.key");
        var keys = new string?[16];
        Parallel.For(0, keys.Length, i => keys[i] = ClusterKey.LoadOrCreate(path).Key is { } key ? Convert.ToHexString(key.Bytes) : null);
        Assert.That(keys.Distinct().Count(), Is.EqualTo(1));
        Assert.That(keys[0], Is.Not.Null);
    }

    [Test]
    public void A_key_never_shows_in_text()
    {
        var key = ClusterKey.LoadOrCreate(_folder.File("cluster.key")).Key!;
        Assert.That($"{key}", Is.EqualTo("cluster key"));
    }

    [TestCase("", "is not a key")]
    [TestCase("abc", "is not a key")]
    [TestCase("zz00000000000000000000000000000000000000000000000000000000000000", "is not a key")]
    public void A_file_that_holds_no_key_is_refused(string content, string problem)
    {
        var path = _folder.File("cluster.key");
        File.WriteAllText(path, content);
        File.SetUnixFileMode(path, UnixFileMode.UserRead);
        Assert.That(ClusterKey.LoadOrCreate(path).Problem, Does.Contain(problem));
    }

    [Test]
    public void A_key_that_others_can_read_is_refused()
    {
        var path = _folder.File("cluster.key");
        Assert.That(ClusterKey.LoadOrCreate(path).Key, Is.Not.Null);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.That(ClusterKey.LoadOrCreate(path).Problem, Does.Contain("chmod 600"));
    }

    [Test]
    public void A_missing_key_is_a_problem_where_none_may_be_made() =>
        Assert.That(ClusterKey.Load(_folder.File("none")).Problem, Does.Contain("can't be read"));

    [Test]
    public void A_folder_that_can_not_be_made_is_a_problem()
    {
        File.WriteAllText(_folder.File("file"), "");
        Assert.That(ClusterKey.LoadOrCreate(_folder.File("file", "cluster.key")).Problem, Does.Contain("can't be made"));
    }
}
