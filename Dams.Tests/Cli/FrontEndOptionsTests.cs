using System.Text;
using Dams.Cli.Client;
using Dams.Service;
using Dams.Soap;
using Dams.Tests.Hosting;
using Dams.Tests.Soap;
using Dams.Tests.Soap.Security;
using Microsoft.AspNetCore.Http;

namespace Dams.Tests.Cli;

/// <summary>The commands as clients: users, certificates, and several front ends.</summary>
internal sealed class FrontEndOptionsTests
{
    private const string Password = "cœur & five words";
    private static readonly string s_right = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"clinic:{Password}"));
    private TestFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TestFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task The_password_of_a_file_is_sent_at_once_and_a_wrong_one_is_told()
    {
        await using var server = await GuardedAsync();
        var right = FileOf("right", Password + "\r\nanother line\n");
        var run = await ListAsync([server], "--user", "clinic", "--password-file", right);
        Assert.That((run.ExitCode, run.Errors), Is.EqualTo((0, "")));

        run = await ListAsync([server], "--user", "clinic", "--password-file", FileOf("wrong", "guess"));
        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(run.Errors, Does.Contain($"{server.AppointmentService} does not accept the user 'clinic' with this password"));
        Assert.That(run.Errors, Does.Contain("Unauthenticated").And.Not.Contains("guess"));

        run = await ListAsync([server]);
        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(run.Errors, Does.Contain($"{server.AppointmentService} wants to know the user: add --user NAME."));
    }

    [Test]
    [NonParallelizable]
    public async Task The_password_may_come_from_the_environment()
    {
        await using var server = await GuardedAsync();
        Environment.SetEnvironmentVariable(FrontEndOptions.PasswordVariable, Password);
        try
        {
            Assert.That((await ListAsync([server], "--user", "clinic")).ExitCode, Is.Zero);
        }
        finally
        {
            Environment.SetEnvironmentVariable(FrontEndOptions.PasswordVariable, null);
        }

        var none = await ListAsync([server], "--user", "clinic");
        Assert.That((none.ExitCode, none.Errors.Trim()), Is.EqualTo((2,
            "--user needs a password: use --password-file FILE or the environment variable DAMS_PASSWORD, or run dams on a terminal.")));
    }

    [TestCase(
        "book MTLP1234 MTLE210426 Physician --user u --url http://192.0.2.1:8080",
        "--user would send the password to http://192.0.2.1")]
    [TestCase("status --user u --url https://a.example --url http://b.example", "--user would send the password to http://b.example")]
    [TestCase("list Dental --as MTLA1234 --user a:b", "--user must have at most 128 characters and no colon.")]
    [TestCase("list Dental --as MTLA1234 --password-file f", "--password-file needs --user NAME.")]
    [TestCase("bench --ca f", "--ca is for https addresses, but --url has none.")]
    [TestCase("check --url https://u:secret@a.example", "--url has a user in it, and others can read the command line; use --user NAME.")]
    [TestCase("list Dental --as MTLA1234 --url https://a.example --ca /nowhere/ca.pem", "--ca /nowhere/ca.pem can't be read: ")]
    [TestCase("list Dental --as MTLA1234 --url https://a.example --ca /proc/self/stat", "--ca /proc/self/stat has no certificate;")]
    [TestCase("list Dental --as MTLA1234 --user u --password-file /nowhere/p", "--password-file /nowhere/p can't be read: ")]
    [TestCase(
        "list Dental --as MTLA1234 --user u --password-file /dev/null",
        "The password from /dev/null has 0 characters; expected 1 to 1024")]
    [TestCase(
        "list Dental --as MTLA1234 --user u --password-file /dev/zero",
        "The password from /dev/zero has 1026 characters; expected 1 to")]
    public async Task An_option_that_can_not_be_used_ends_the_command_before_it_sends_anything(string line, string error)
    {
        var run = await CliRun.OfAsync(line.Split(' '));
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((2, "")));
        Assert.That(run.Errors, Does.StartWith(error));
        Assert.That(run.Errors, Does.Not.Contain("secret"));
    }

    [Test]
    public async Task A_certificate_must_be_of_an_authority_of_the_file_and_for_the_name()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor(), isHttps: true);
        var authority = FileOf("ca.pem", TestCertificate.Loopback.ExportCertificatePem());
        Assert.That((await ListAsync([server], "--ca", authority)).ExitCode, Is.Zero);

        var unknown = await ListAsync([server]);
        Assert.That(unknown.ExitCode, Is.EqualTo(4));
        Assert.That(unknown.Errors, Does.Contain(
            $"The certificate of {server.AppointmentService} is not trusted: no authority that this machine knows has issued it. "
            + "If the cluster has its own, pass its certificate: --ca FILE"));

        var other = FileOf("other.pem", TestCertificate.Other.ExportCertificatePem());
        var foreign = await ListAsync([server], "--ca", other);
        Assert.That(foreign.ExitCode, Is.EqualTo(4));
        Assert.That(foreign.Errors, Does.Contain($"no authority in {other} has issued it."));

        var narrow = FileOf("narrow.pem", TestCertificate.Narrow.ExportCertificatePem());
        await using var narrowServer = await SoapTestServer.StartAsync(
            new DictionaryExecutor(), isHttps: true, certificate: TestCertificate.Narrow);
        var wrongName = await ListAsync([narrowServer], "--ca", narrow);
        Assert.That(wrongName.Errors, Does.Contain(
            $"it is not for the name {narrowServer.BaseAddress.Host}. Use the name or the address for which it was made."));
    }

    [Test]
    public async Task A_pause_that_the_front_end_wants_is_kept_if_it_is_short([Values(1, 3600)] int seconds)
    {
        var refused = 0;
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor(), SoapTestServer.Options with
        {
            Authorize = _ => ValueTask.FromResult<SoapDenial?>(Interlocked.Increment(ref refused) > 1 ? null : new SoapDenial(
                DamsFaults.Unauthenticated(), StatusCodes.Status429TooManyRequests, TimeSpan.FromSeconds(seconds))),
        });
        var run = await ListAsync([server]);
        Assert.That(run.ExitCode, Is.EqualTo(seconds == 1 ? 0 : 3), run.Errors);
        if (seconds > 1)
            Assert.That(run.Errors, Does.Contain("TooManyRequests").And.Contains("Try again in 3600 s."));
    }

    [Test]
    public async Task A_403_says_that_the_user_may_not()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor(), SoapTestServer.Options with
        {
            Authorize = _ => ValueTask.FromResult<SoapDenial?>(
                new SoapDenial(DamsFaults.NotPermitted("no"), StatusCodes.Status403Forbidden)),
        });
        var run = await ListAsync([server], "--user", "clinic", "--password-file", FileOf("p", Password));
        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(run.Errors, Does.Contain($"{server.AppointmentService} does not permit this to the user 'clinic'."));
    }

    [Test]
    public async Task Front_ends_are_tried_in_turn_with_one_request_id()
    {
        var tired = new ScriptedExecutor((_, id, _) => throw DamsFaults.NoQuorum(id));
        var well = new ScriptedExecutor(new DictionaryExecutor().ExecuteAsync);
        await using var first = await SoapTestServer.StartAsync(tired);
        await using var second = await SoapTestServer.StartAsync(well);
        var run = await CliRun.OfAsync("list", "Dental", "--as", "MTLA1234", "--url", "http://127.0.0.1:9", "--url",
            first.AppointmentService.ToString(), "--url", second.AppointmentService.ToString());
        Assert.That((run.ExitCode, run.Errors), Is.EqualTo((0, "")));
        Assert.That(well.Asked.Single().RequestId, Is.EqualTo(tired.Asked.Single().RequestId).And.StartsWith("dams-"));
    }

    [Test]
    public async Task A_refusal_is_final_and_a_doubt_is_kept_to_the_end()
    {
        var tired = new ScriptedExecutor((_, id, _) => throw DamsFaults.NoQuorum(id));
        var well = new ScriptedExecutor(new DictionaryExecutor().ExecuteAsync);
        await using var first = await SoapTestServer.StartAsync(tired);
        await using var second = await SoapTestServer.StartAsync(well);
        var refused = await CliRun.OfAsync("list", "Dental", "--as", "MTLP1234", "--url",
            first.AppointmentService.ToString(), "--url", second.AppointmentService.ToString());
        Assert.That((refused.ExitCode, well.Asked.Count), Is.EqualTo((3, 0)), refused.Errors);

        var unsure = await CliRun.OfAsync("list", "Dental", "--as", "MTLA1234", "--json", "--url",
            first.AppointmentService.ToString(), "--url", "http://127.0.0.1:9");
        Assert.That(unsure.Output, Does.Contain("\"execution\": \"Unknown\"").Or.Contain("\"execution\":\"Unknown\""),
            "the first may have executed it");
    }

    [Test]
    public async Task A_benchmark_speaks_https_as_a_user()
    {
        await using var server = await GuardedAsync(isHttps: true);
        var authority = FileOf("ca.pem", TestCertificate.Loopback.ExportCertificatePem());
        var right = FileOf("right", Password);
        var run = await CliRun.OfAsync("bench", "--calls", "4", "--warm-up", "0", "--connections", "2", "--json", "--ca", authority,
            "--user", "clinic", "--password-file", right, "--url", "https://127.0.0.1:9", "--url", server.AppointmentService.ToString());
        Assert.That((run.ExitCode, run.Errors), Is.EqualTo((0, "")));
        run = await CliRun.OfAsync("bench", "--calls", "4", "--warm-up", "0", "--connections", "2", "--json", "--ca", authority,
            "--url", server.AppointmentService.ToString());
        Assert.That((run.ExitCode, run.Errors.Trim()),
            Is.EqualTo((3, $"{server.AppointmentService} wants to know the user: add --user NAME.")));
    }

    private static Task<SoapTestServer> GuardedAsync(bool isHttps = false) => SoapTestServer.StartAsync(
        new DictionaryExecutor(),
        SoapTestServer.Options with
        {
            Authorize = http => ValueTask.FromResult<SoapDenial?>(
                http.Request.Headers.Authorization == s_right ? null : new SoapDenial(DamsFaults.Unauthenticated())),
        },
        isHttps: isHttps);

    private static Task<CliRun> ListAsync(IEnumerable<SoapTestServer> servers, params string[] options) => CliRun.OfAsync(
    [
        "list", "Dental", "--as", "MTLA1234", .. options,
        .. servers.SelectMany(server => new[] { "--url", server.AppointmentService.ToString() }),
    ]);

    private string FileOf(string name, string text)
    {
        var file = _folder.File(name);
        File.WriteAllText(file, text);
        return file;
    }
}
