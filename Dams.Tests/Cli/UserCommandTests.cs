using Dams.Hosting.Access;
using Dams.Tests.Hosting;
using Microsoft.AspNetCore.Identity;

namespace Dams.Tests.Cli;

public sealed class UserCommandTests
{
    private const string Password = "correct horse battery staple";
    private const string Twice = Password + "\n" + Password + "\n";

    private TestFolder _folder = null!;

    private string Path => _folder.File("users.json");

    [SetUp]
    public void MakeFolder() => _folder = new TestFolder();

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    private Task<CliRun> RunAsync(string line, string input = "") => CliRun.WithInputAsync(input, [.. line.Split(' '), "--file", Path]);

    [Test]
    public async Task A_user_is_added_changed_locked_listed_and_removed()
    {
        Assert.That((await RunAsync("user add mtlp1234", Twice)).Output, Is.EqualTo("Added MTLP1234.\n"));
        Assert.That(PasswordHash.Verify(Find("MTLP1234")!.Password!, Password), Is.EqualTo(PasswordVerificationResult.Success));
        Assert.That((await RunAsync("user add clinic-mtl --speaks-for MTLP QUEP1234 --role operator --certificate CN=a --no-password"))
            .ExitCode, Is.Zero);
        var clinic = Find("clinic-mtl")!;
        Assert.That(clinic.ToIdentity().ScopesText, Is.EqualTo("MTLP, QUEP1234"));
        Assert.That(
            (clinic.ToIdentity().IsOperator, clinic.Password, clinic.Certificates.Single()), Is.EqualTo((true, (string?)null, "CN=a")));
        var other = "another " + Password;
        Assert.That((await RunAsync("user passwd MTLP1234", $"{other}\n{other}\n")).ExitCode, Is.Zero);
        Assert.That(PasswordHash.Verify(Find("MTLP1234")!.Password!, other), Is.EqualTo(PasswordVerificationResult.Success));
        Assert.That((await RunAsync("user lock MTLP1234")).Output, Is.EqualTo("MTLP1234 is locked.\n"));
        Assert.That(Find("MTLP1234")!.IsLocked);
        Assert.That((await RunAsync("user lock MTLP1234")).Output, Is.EqualTo("MTLP1234 is locked already.\n"));
        var list = await RunAsync("user list");
        Assert.That(list.Output, Does.Contain("clinic-mtl").And.Contain("locked").And.Not.Contain(Find("MTLP1234")!.Password!));
        Assert.That((await RunAsync("user unlock MTLP1234")).ExitCode, Is.Zero);
        Assert.That(Find("MTLP1234")!.IsLocked, Is.False);
        Assert.That((await RunAsync("user remove MTLP1234")).ExitCode, Is.Zero);
        Assert.That(Find("MTLP1234"), Is.Null);
    }

    [TestCase("user add MTLA1234", Twice, 1, "exists already")]
    [TestCase("user add MTLP1234", Password + "\n", 1, "two lines")]
    [TestCase("user add MTLP1234", "", 1, "two lines")]
    [TestCase("user add MTLP1234", Password + "\nsomething else\n", 1, "differ")]
    [TestCase("user add MTLP1234", "short\nshort\n", 1, "at least 15")]
    [TestCase("user add MTLP1234 --speaks-for QUE", Twice, 1, "speaks for itself")]
    [TestCase("user add clinic", Twice, 1, "give it --speaks-for")]
    [TestCase("user add clinic --speaks-for Montreal", Twice, 2, "--speaks-for is 'Montreal'")]
    [TestCase("user add clinic --role root", Twice, 2, "--role is 'root'; expected operator")]
    [TestCase("user add anna --role operator --certificate abc", Twice, 2, "--certificate is 'abc'")]
    [TestCase("user add Clinic!", Twice, 2, "NAME is 'Clinic!'")]
    [TestCase("user passwd MTLP9999", Twice, 1, "no user MTLP9999")]
    [TestCase("user lock MTLP9999", "", 1, "no user MTLP9999")]
    [TestCase("user remove MTLP9999", "", 1, "no user MTLP9999")]
    public async Task A_refused_command_says_why_and_changes_nothing(string line, string input, int exitCode, string says)
    {
        await RunAsync("user add MTLA1234", Twice);
        var before = await File.ReadAllTextAsync(Path);
        var run = await RunAsync(line, input);
        Assert.That(run.ExitCode, Is.EqualTo(exitCode), run.Errors);
        Assert.That(run.Errors, Does.Contain(says).And.Not.Contain(Password));
        Assert.That(await File.ReadAllTextAsync(Path), Is.EqualTo(before));
    }

    [TestCase("user passwd MTLP1234")]
    [TestCase("user lock MTLP1234")]
    [TestCase("user remove MTLP1234")]
    [TestCase("user list")]
    public async Task Only_add_makes_the_file(string line)
    {
        var run = await RunAsync(line, Twice);
        Assert.That((run.ExitCode, File.Exists(Path)), Is.EqualTo((2, false)), run.Errors);
        Assert.That(run.Errors, Does.Contain("dams user add"));
    }

    private User? Find(string name) => UserFile.Load(Path).Find(name);
}
