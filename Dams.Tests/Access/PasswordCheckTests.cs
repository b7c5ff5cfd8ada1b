using System.Net;
using System.Runtime.Versioning;
using Dams.Hosting.Access;
using Dams.Ordering.Driver;
using Dams.Tests.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Dams.Tests.Access;

[UnsupportedOSPlatform("windows")]
public sealed class PasswordCheckTests
{
    private const string Right = "correct horse battery staple";

    private static readonly string s_hash = PasswordHash.Of(Right);
    private static readonly IPAddress s_address = IPAddress.Parse("10.0.0.1");

    private readonly FakeTimeProvider _time = new();
    private TestFolder _folder = null!;
    private FakeLogger _log = null!;
    private UserStore _store = null!;
    private PasswordCheck _check = null!;

    private string Path => _folder.File("users.json");

    [SetUp]
    public void MakeFolder()
    {
        _folder = new TestFolder();
        _log = new FakeLogger();
        UserFile.Change(Path, list => list
            .With(new User { Name = "MTLP1234", Password = s_hash })
            .With(new User { Name = "QUEP1234", Password = s_hash, IsLocked = true })
            .With(new User { Name = "SHEP1234" }));
        _store = UserStore.Open(Path, mayBeAbsent: false, _log);
        _check = new PasswordCheck(_store, new ClockSource(_time), _log);
    }

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    [Test]
    public async Task A_right_password_gives_the_user_and_the_second_time_without_a_hash()
    {
        Assert.That((await CheckAsync("mtlp1234", Right)).Identity?.Name, Is.EqualTo("MTLP1234"));
        var before = Environment.TickCount64;
        for (var i = 0; i < 1_000; i++)
            Assert.That((await CheckAsync("MTLP1234", Right)).Identity, Is.Not.Null);
        Assert.That(Environment.TickCount64 - before, Is.LessThan(5_000), "a thousand hashes would take ten times as long");
    }

    [TestCase("MTLP1234", "wrong")]
    [TestCase("MTLP1234", "")]
    [TestCase("MTLP1234", "Correct horse battery staple")]
    [TestCase("MTLP9999", Right)]
    [TestCase("QUEP1234", Right)]
    [TestCase("SHEP1234", Right)]
    [TestCase("", "")]
    public async Task A_wrong_password_and_an_unknown_locked_or_passwordless_user_are_alike(string name, string password) =>
        Assert.That(await CheckAsync(name, password), Is.EqualTo(PasswordVerdict.Wrong));

    [Test]
    public async Task The_sixth_guess_within_a_minute_is_not_made_even_if_it_is_right()
    {
        for (var i = 0; i < 5; i++)
            Assert.That(await CheckAsync("MTLP1234", $"guess {i}"), Is.EqualTo(PasswordVerdict.Wrong));
        Assert.That(await CheckAsync("MTLP1234", Right), Is.EqualTo(PasswordVerdict.Later(TimeSpan.FromSeconds(1))));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That((await CheckAsync("MTLP1234", Right)).Identity, Is.Not.Null);
    }

    [Test]
    public async Task A_name_that_is_nobodys_is_slowed_down_alike()
    {
        for (var i = 0; i < 5; i++)
            await CheckAsync("nobody", $"guess {i}", IPAddress.Parse($"10.1.0.{i}"));
        Assert.That((await CheckAsync("Nobody", "guess", IPAddress.Parse("10.2.0.1"))).RetryAfter, Is.EqualTo(TimeSpan.FromSeconds(1)));
    }

    [Test]
    public async Task A_password_that_others_have_used_rightly_can_not_be_guessed_faster_from_elsewhere()
    {
        await CheckAsync("MTLP1234", Right);
        var stranger = IPAddress.Parse("10.2.0.1");
        for (var i = 0; i < 5; i++)
            await CheckAsync("MTLP1234", $"guess {i}", stranger);
        Assert.That((await CheckAsync("MTLP1234", Right, stranger)).RetryAfter, Is.EqualTo(TimeSpan.FromSeconds(1)));
        Assert.That((await CheckAsync("MTLP1234", Right)).Identity, Is.Not.Null, "the user's own place");
    }

    [Test]
    public async Task A_client_with_many_connections_makes_one_attempt()
    {
        var wrong = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => CheckAsync("MTLP1234", "old password")));
        Assert.That(wrong, Is.All.EqualTo(PasswordVerdict.Wrong));
        var right = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => CheckAsync("MTLP1234", Right)));
        Assert.That(right.Select(verdict => verdict.Identity?.Name), Is.All.EqualTo("MTLP1234"));
    }

    [Test]
    public async Task A_lock_and_another_password_count_at_once()
    {
        await CheckAsync("MTLP1234", Right);
        Change(user => user with { IsLocked = true });
        Assert.That((await CheckAsync("MTLP1234", Right)).Identity, Is.Null);
        Change(user => user with { IsLocked = false, Password = PasswordHash.Of("another long password") });
        Assert.That((await CheckAsync("MTLP1234", Right)).Identity, Is.Null);
        Assert.That((await CheckAsync("MTLP1234", "another long password")).Identity, Is.Not.Null);
    }

    [Test]
    public async Task A_weak_hash_is_made_anew_at_the_next_right_password_and_nothing_else_changes()
    {
        var weak = new PasswordHasher<object>(Options.Create(new PasswordHasherOptions { IterationCount = 1_000 }))
            .HashPassword(new object(), Right);
        Change(user => user with { Password = weak, PasswordSet = DateTimeOffset.UnixEpoch });
        var digest = _store.Current.Digest;
        await CheckAsync("MTLP1234", "wrong");
        Assert.That(UserFile.Load(Path).Find("MTLP1234")!.Password, Is.EqualTo(weak));
        Assert.That((await CheckAsync("MTLP1234", Right)).Identity, Is.Not.Null);
        var made = UserFile.Load(Path).Find("MTLP1234")!.Password!;
        Assert.That(made, Is.Not.EqualTo(weak));
        Assert.That(PasswordHash.Verify(made, Right), Is.EqualTo(PasswordVerificationResult.Success));
        Assert.That(UserFile.Load(Path).Digest, Is.EqualTo(digest));
    }

    [Test]
    public async Task A_hash_that_another_process_has_changed_meanwhile_is_left_alone()
    {
        var weak = new PasswordHasher<object>(Options.Create(new PasswordHasherOptions { IterationCount = 1_000 }))
            .HashPassword(new object(), Right);
        Change(user => user with { Password = weak });
        UserFile.Change(Path, list => list.With(list.Find("MTLP1234")! with { Password = s_hash }));
        Assert.That((await CheckAsync("MTLP1234", Right)).Identity, Is.Not.Null);
        Assert.That(UserFile.Load(Path).Find("MTLP1234")!.Password, Is.EqualTo(s_hash));
    }

    [Test]
    public async Task No_line_of_the_log_has_a_password()
    {
        for (var i = 0; i < 8; i++)
            await CheckAsync("MTLP1234", "guess number " + i);
        Assert.That(_log.Lines, Has.Some.Contains("Passwords are being guessed"));
        Assert.That(_log.Lines, Has.None.Contains("guess number"));
    }

    private Task<PasswordVerdict> CheckAsync(string name, string password, IPAddress? address = null) =>
        _check.CheckAsync(name, password, address ?? s_address, CancellationToken.None);

    private void Change(Func<User, User> change)
    {
        UserFile.Change(Path, list => list.With(change(list.Find("MTLP1234")!)));
        // The second look comes a period later, and reads the file again however coarse its write time is.
        _store.Look();
        _store.Look();
    }
}
