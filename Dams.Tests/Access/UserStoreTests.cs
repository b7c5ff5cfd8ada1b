using System.Runtime.Versioning;
using Dams.Hosting.Access;
using Dams.Tests.Hosting;
using Microsoft.Extensions.Logging.Testing;

namespace Dams.Tests.Access;

[UnsupportedOSPlatform("windows")]
public sealed class UserStoreTests
{
    private TestFolder _folder = null!;
    private FakeLogger _log = null!;
    private int _writes;

    private string Path => _folder.File("users.json");

    [SetUp]
    public void MakeFolder()
    {
        _folder = new TestFolder();
        _log = new FakeLogger();
        _writes = 0;
    }

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    [Test]
    public void A_changed_file_is_taken_into_use()
    {
        Add("MTLP1234");
        var store = UserStore.Open(Path, mayBeAbsent: false, _log);
        store.Look();
        Add("MTLP1235");
        Assert.That(store.Current.Find("MTLP1235"), Is.Null);
        store.Look();
        Assert.That(store.Current.Find("MTLP1235"), Is.Not.Null);
        Assert.That(store.Problem, Is.Null);
    }

    [TestCase("broken")]
    [TestCase("gone")]
    [TestCase("readable by all")]
    public void A_file_that_can_not_be_used_keeps_the_users_until_it_can(string how)
    {
        Add("MTLP1234");
        var store = UserStore.Open(Path, mayBeAbsent: false, _log);
        store.Look();
        if (how == "broken")
            Write("{\"users\": [");
        else if (how == "gone")
            File.Delete(Path);
        else
            File.SetUnixFileMode(Path, File.GetUnixFileMode(Path) | UnixFileMode.OtherRead);
        Touch();
        for (var i = 0; i < 3; i++)
            store.Look();
        Assert.That(store.Current.Find("MTLP1234"), Is.Not.Null);
        Assert.That(store.Problem, Does.Contain(Path));
        Assert.That(_log.Lines.Count(line => line.StartsWith("Error", StringComparison.Ordinal)), Is.EqualTo(1), "told once");
        File.Delete(Path);
        Add("MTLP1235");
        store.Look();
        Assert.That(store.Problem, Is.Null);
        Assert.That(store.Current.Users.Select(user => user.Name), Is.EqualTo(new[] { "MTLP1235" }));
    }

    [Test]
    public void A_process_does_not_start_with_a_wrong_or_missing_file()
    {
        Assert.That(() => UserStore.Open(Path, mayBeAbsent: false, _log), Throws.TypeOf<UserFileException>());
        Assert.That(UserStore.Open(Path, mayBeAbsent: true, _log).Current.Users, Is.Empty);
        Write("nonsense");
        Assert.That(() => UserStore.Open(Path, mayBeAbsent: true, _log), Throws.TypeOf<UserFileException>());
    }

    private void Add(string name)
    {
        UserFile.Change(Path, list => list.With(new User { Name = name }));
        Touch();
    }

    private void Write(string text)
    {
        File.WriteAllText(Path, text);
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Touch();
    }

    // File systems round write times. Each change here has a time of its own.
    private void Touch()
    {
        if (File.Exists(Path))
            File.SetLastWriteTimeUtc(Path, new DateTime(2026, 1, 1, 0, 0, ++_writes, DateTimeKind.Utc));
    }
}
