using System.Collections.Immutable;
using System.Runtime.Versioning;
using System.Text.Json;
using Dams.Contracts.Domain;
using Dams.Hosting.Access;
using Dams.Hosting.Topology;
using Dams.Tests.Hosting;

namespace Dams.Tests.Access;

[UnsupportedOSPlatform("windows")]
public sealed class UserFileTests
{
    private const string Hash = "AQAAAAIAAYagAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==";

    private TestFolder _folder = null!;

    private string Path => _folder.File("users.json");

    [SetUp]
    public void MakeFolder() => _folder = new TestFolder();

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    [Test]
    public void What_is_written_is_read_again_and_only_the_owner_may_read_it()
    {
        var clinic = new User
        {
            Name = "clinic-mtl",
            SpeaksFor = [Scope("MTLP"), Scope("QUEA1234")],
            Roles = [UserRole.Operator],
            IsLocked = true,
            Password = Hash,
            PasswordSet = new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero),
            Certificates = [new string('a', 64), "CN=booking, O=Clinic"],
        };
        UserFile.Change(Path, list => list.With(clinic).With(new User { Name = "MTLP1234" }));
        var read = UserFile.Load(Path);
        Assert.That(UserFileText.Write(read), Is.EqualTo(File.ReadAllText(Path)));
        Assert.That(read.Users.Select(user => user.Name), Is.EqualTo(new[] { "MTLP1234", "clinic-mtl" }));
        var found = read.Find("CLINIC-mtl")!;
        Assert.That(
            found with { SpeaksFor = [], Roles = [], Certificates = [] },
            Is.EqualTo(clinic with { SpeaksFor = [], Roles = [], Certificates = [] }));
        Assert.That(found.SpeaksFor, Is.EqualTo(clinic.SpeaksFor));
        Assert.That(read.FindByCertificate("CN=booking, O=Clinic"), Is.SameAs(found));
        Assert.That(File.GetUnixFileMode(Path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That(Directory.GetFiles(_folder.Path, "*.new"), Is.Empty);
    }

    [TestCase("""{"users": [{"name": "mtlp1234"}]}""", "$.users[0].name: is \"mtlp1234\"")]
    [TestCase("""{"users": [{"name": "Clinic"}]}""", "$.users[0].name: is \"Clinic\"")]
    [TestCase("""{"users": [{"name": "MTLP1234"}, {"name": "MTLP1234"}]}""", "$.users[1].name: is MTLP1234 again")]
    [TestCase("""{"users": [{"roles": ["operator"]}]}""", "$.users[0].name: is missing")]
    [TestCase("""{"users": [{"name": "MTLP1234", "speaksFor": ["QUEP1234"]}]}""", "$.users[0].speaksFor: is given for the caller MTLP1234")]
    [TestCase("""{"users": [{"name": "clinic"}]}""", "lets clinic do nothing")]
    [TestCase("""{"users": [{"name": "clinic", "speaksFor": ["MTLX"]}]}""", "$.users[0].speaksFor[0]: is \"MTLX\"")]
    [TestCase("""{"users": [{"name": "anna", "roles": ["root"]}]}""", "$.users[0].roles[0]: is \"root\"")]
    [TestCase("""{"users": [{"name": "MTLP1234", "password": "secret"}]}""", "$.users[0].password")]
    [TestCase("""{"users": [{"name": "MTLP1234", "password": "AAAA"}]}""", "$.users[0].password")]
    [TestCase("""{"users": [{"name": "MTLP1234", "passwordSet": "today"}]}""", "$.users[0].passwordSet")]
    [TestCase("""{"users": [{"name": "MTLP1234", "certificates": ["abc"]}]}""", "$.users[0].certificates[0]: is \"abc\"")]
    [TestCase("""{"users": [{"name": "MTLP1234", "certificates": ["CN=a"]}, {"name": "MTLP1235", "certificates": ["CN=a"]}]}""",
        "$.users[1].certificates: has CN=a again")]
    [TestCase("""{"users": [{"name": "MTLP1234", "locked": 1}]}""", "$.users[0].locked")]
    [TestCase("""{"users": [{"name": "MTLP1234", "lock": true}]}""", "$.users[0].lock: is not known")]
    [TestCase("""{"users": {}}""", "$.users: is an object")]
    [TestCase("""{"people": []}""", "$.people: is not known")]
    [TestCase("[]", "$: is a list")]
    [TestCase("{", "is not JSON: line 1")]
    [TestCase("", "is not JSON: line 1")]
    public void A_wrong_file_is_refused_with_the_place_of_the_problem(string json, string says)
    {
        Put(json);
        Assert.That(() => UserFile.Load(Path), Throws.TypeOf<UserFileException>().With.Message.Contains(says));
        Assert.That(() => UserFile.Change(Path, list => UserList.Empty), Throws.TypeOf<UserFileException>());
        Assert.That(File.ReadAllText(Path), Is.EqualTo(json), "an error changes nothing");
    }

    [TestCase(UnixFileMode.GroupRead)]
    [TestCase(UnixFileMode.OtherRead)]
    [TestCase(UnixFileMode.OtherWrite)]
    public void A_file_that_others_can_read_or_write_is_refused(UnixFileMode mode)
    {
        Put("""{"users": []}""");
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | mode);
        Assert.That(() => UserFile.Load(Path), Throws.TypeOf<UserFileException>().With.Message.Contains("chmod 600"));
    }

    [Test]
    public void A_missing_file_is_refused_with_what_to_run() =>
        Assert.That(() => UserFile.Load(Path), Throws.TypeOf<UserFileException>().With.Message.Contains("dams user add"));

    [Test]
    public void Many_editors_at_once_lose_no_user()
    {
        const int editors = 8;
        const int usersEach = 10;
        Parallel.For(0, editors, new ParallelOptions { MaxDegreeOfParallelism = editors }, editor =>
        {
            for (var i = 0; i < usersEach; i++)
                UserFile.Change(Path, list => list.With(new User { Name = $"MTLP{editor:D2}{i:D2}" }), TimeSpan.FromMinutes(1));
        });
        Assert.That(UserFile.Load(Path).Users, Has.Length.EqualTo(editors * usersEach));
    }

    [Test]
    public void An_editor_that_waits_too_long_for_another_gives_up_and_changes_nothing()
    {
        UserFile.Change(Path, list => list.With(new User { Name = "MTLP1234" }));
        using var held = new FileStream(Path + ".lock", FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.That(
            () => UserFile.Change(Path, list => UserList.Empty.With(new User { Name = "MTLP0000" }), TimeSpan.Zero),
            Throws.TypeOf<UserFileException>().With.Message.Contains("try again"));
        Assert.That(UserFile.Load(Path).Find("MTLP1234"), Is.Not.Null);
    }

    [Test]
    public void A_link_stays_a_link()
    {
        var real = _folder.File("real.json");
        File.CreateSymbolicLink(Path, real);
        UserFile.Change(Path, list => list.With(new User { Name = "MTLP1234" }));
        Assert.That(new FileInfo(Path).LinkTarget, Is.EqualTo(real));
        Assert.That(UserFile.Load(real).Users, Has.Length.EqualTo(1));
    }

    [Test]
    public void The_digest_tells_lists_apart_but_not_a_new_hash_of_the_same_password()
    {
        var user = new User { Name = "MTLP1234", Password = Hash, PasswordSet = DateTimeOffset.UnixEpoch };
        var list = UserList.Empty.With(user);
        Assert.That(list.With(user with { Password = PasswordHash.Of("another hash of it") }).Digest, Is.EqualTo(list.Digest));
        var others = new[]
        {
            list.With(user with { IsLocked = true }),
            list.With(user with { PasswordSet = DateTimeOffset.UnixEpoch.AddSeconds(1) }),
            list.With(user with { Roles = [UserRole.Operator] }),
            list.With(user with { Certificates = ["CN=a"] }),
            list.With(new User { Name = "MTLP1235" }),
            list.Without("mtlp1234"),
        };
        Assert.That(others.Select(other => other.Digest).Append(list.Digest), Is.Unique);
    }

    [TestCase("MTL", "MTLA0000 MTLP9999", "QUEA0000 SHEP0001")]
    [TestCase("MTLA", "MTLA1234", "MTLP1234 QUEA1234")]
    [TestCase("MTLP", "MTLP1234", "MTLA1234 QUEP1234")]
    [TestCase("MTLP1234", "MTLP1234", "MTLP1235 MTLA1234 QUEP1234")]
    public void A_scope_covers_its_callers_and_nobody_else(string text, string covered, string others)
    {
        var user = new CallerIdentity("clinic", [Scope(text)], ImmutableArray<UserRole>.Empty);
        Assert.That(Scope(text).ToString(), Is.EqualTo(text));
        Assert.That(covered.Split(' ').All(id => user.MaySpeakFor(Caller(id))));
        Assert.That(others.Split(' ').Any(id => user.MaySpeakFor(Caller(id))), Is.False);
    }

    [TestCase("mtl")]
    [TestCase("MT")]
    [TestCase("MTLX")]
    [TestCase("MTLP12")]
    [TestCase("MTLP12345")]
    [TestCase("")]
    public void A_wrong_scope_is_none(string text) => Assert.That(CallerScope.TryParse(text, out _), Is.False);

    [Test]
    public void The_schema_and_the_reader_know_the_same_properties()
    {
        var findings = new JsonFindings();
        UserFileText.Read("""{"users": [{"name": "MTLP1234"}]}""", "x", findings);
        using var stream = typeof(UserFile).Assembly.GetManifestResourceStream("Dams.Hosting.Access.users.schema.json")!;
        using var schema = JsonDocument.Parse(stream);
        var root = schema.RootElement.GetProperty("properties");
        var ofSchema = root.EnumerateObject().Select(property => property.Name)
            .Concat(root.GetProperty("users").GetProperty("items").GetProperty("properties").EnumerateObject()
                .Select(property => $"users[].{property.Name}"));
        Assert.That(findings.Shapes.Keys.Where(name => !name.EndsWith("[]", StringComparison.Ordinal)), Is.EquivalentTo(ofSchema));
        Assert.That(root.GetProperty("users").GetProperty("maxItems").GetInt32(), Is.EqualTo(UserList.UsersMax));
    }

    [TestCase("fourteen chars", "at least 15")]
    [TestCase("aaaaaaaaaaaaaaaaaa", "repetition")]
    [TestCase("123456789012345", "row")]
    [TestCase("abcdefghijklmnop", "row")]
    [TestCase("my id is mtlp1234 of course", "name of the user")]
    [TestCase("a password with \t a tab", "control character")]
    public void A_bad_password_is_refused(string password, string says) =>
        Assert.That(PasswordRules.ProblemOf("MTLP1234", password), Does.Contain(says));

    [Test]
    public void A_long_password_of_any_characters_is_good()
    {
        Assert.That(PasswordRules.ProblemOf("MTLP1234", "correct horse battery staple"), Is.Null);
        Assert.That(PasswordRules.ProblemOf("MTLP1234", "für Élise ünd Çа: 🎹🎹"), Is.Null);
        Assert.That(PasswordRules.ProblemOf("MTLP1234", string.Concat(Enumerable.Repeat("xyzab", 26))), Does.Contain("at most 128"));
    }

    private static CallerScope Scope(string text) => CallerScope.TryParse(text, out var scope) ? scope : throw new ArgumentException(text);

    private static CallerId Caller(string text) => CallerId.TryParse(text, out var caller) ? caller : throw new ArgumentException(text);

    private void Put(string json)
    {
        File.WriteAllText(Path, json);
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
