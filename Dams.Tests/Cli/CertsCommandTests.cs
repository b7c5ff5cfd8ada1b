using System.Security.Cryptography.X509Certificates;
using Dams.Hosting.Tls;
using Dams.Tests.Tls;

namespace Dams.Tests.Cli;

public sealed class CertsCommandTests
{
    private TlsCluster _cluster = null!;

    [SetUp]
    public void MakeCluster() => _cluster = new TlsCluster();

    [TearDown]
    public void DropCluster() => _cluster.Dispose();

    private Task<CliRun> RunAsync(string line) => CliRun.OfAsync([.. line.Split(' '), "--config", _cluster.Config]);

    [Test]
    public async Task New_makes_the_authority_and_a_certificate_for_each_host_readable_by_the_owner_only()
    {
        var run = await RunAsync("certs new --days 90");
        Assert.That((run.ExitCode, run.Errors), Is.EqualTo((0, "")));
        Assert.That(run.Output, Does.Contain("ca.pem").And.Contain("mtl.pem").And.Contain("que.pem").And.Contain("Keep ca.key elsewhere"));
        var folder = _cluster.Tls.Folder;
        Assert.That(Directory.GetFiles(folder).Select(Path.GetFileName), Is.EquivalentTo(["ca.pem", "ca.key", "mtl.pem", "que.pem"]));
        if (!OperatingSystem.IsWindows())
        {
            Assert.That(File.GetUnixFileMode(folder),
                Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
            foreach (var file in Directory.GetFiles(folder))
                Assert.That(File.GetUnixFileMode(file), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite), file);
        }

        using var certificate = X509Certificate2.CreateFromPemFile(_cluster.Tls.FileOf("mtl"));
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        Assert.That(names.EnumerateDnsNames(), Is.EqualTo(new[] { "mtl" }));
        Assert.That(names.EnumerateIPAddresses().Single().ToString(), Is.EqualTo(_cluster.Topology.Hosts["mtl"].Address.Text));
        Assert.That(HostIdentity.Find(certificate), Is.EqualTo(new HostIdentity("clinics", "mtl")));
        Assert.That((certificate.NotAfter.ToUniversalTime() - DateTime.UtcNow).TotalDays, Is.InRange(89.9, 90.1));
        Assert.That((await RunAsync("certs list")).ExitCode, Is.Zero);
    }

    [Test]
    public async Task New_overwrites_nothing_and_makes_what_is_missing()
    {
        await RunAsync("certs new");
        File.Delete(_cluster.Tls.FileOf("que"));
        var before = Contents();
        var more = await RunAsync("certs new");
        Assert.That((more.ExitCode, more.Output.Split('\n')[0]), Is.EqualTo((0, $"Made {_cluster.Tls.FileOf("que")}")));
        Assert.That(Contents(), Is.SupersetOf(before));
        var again = await RunAsync("certs new");
        Assert.That((again.ExitCode, again.Output), Is.EqualTo((1, "")));
        Assert.That(again.Errors, Does.Contain("dams certs renew makes new ones"));
    }

    [Test]
    public async Task Renew_makes_new_keys_and_leaves_the_old_certificates_valid()
    {
        await RunAsync("certs new");
        using var old = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(_cluster.Tls.FileOf("mtl")));
        var other = await File.ReadAllTextAsync(_cluster.Tls.FileOf("que"));
        Assert.That((await RunAsync("certs renew mtl")).ExitCode, Is.Zero);
        Assert.That(await File.ReadAllTextAsync(_cluster.Tls.FileOf("que")), Is.EqualTo(other));
        using var young = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(_cluster.Tls.FileOf("mtl")));
        Assert.That(young.PublicKey.ExportSubjectPublicKeyInfo(), Is.Not.EqualTo(old.PublicKey.ExportSubjectPublicKeyInfo()));
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(_cluster.Tls.AuthorityFile);
        foreach (var certificate in new[] { old, young })
        {
            var check = new PeerCheck("clinics", ["mtl"]);
            var verdict = check.Judge(certificate, authorities, PeerCheck.ClientUsage, "mtl", DateTimeOffset.UtcNow);
            Assert.That(verdict.Problem, Is.EqualTo(PeerProblem.None));
        }
    }

    [Test]
    public async Task The_key_of_the_authority_may_be_elsewhere()
    {
        var key = _cluster.Folder.File("elsewhere", "ca.key");
        Assert.That((await RunAsync($"certs new --ca-key {key}")).ExitCode, Is.Zero);
        Assert.That((File.Exists(key), File.Exists(_cluster.Tls.AuthorityKeyFile)), Is.EqualTo((true, false)));
        var without = await RunAsync("certs renew");
        Assert.That((without.ExitCode, without.Output), Is.EqualTo((2, "")));
        Assert.That(without.Errors, Does.Contain("name it with --ca-key FILE"));
        Assert.That((await RunAsync($"certs renew --ca-key {key}")).ExitCode, Is.Zero);
    }

    [TestCase("renew", "is not that of an authority in")]
    [TestCase("renew she", "there is no host she; there are mtl, que")]
    [TestCase("renew --days 0", "--days is 0; expected 1 to 825")]
    [TestCase("renew --days 826", "expected 1 to 825")]
    [TestCase("new --ca-days 7301", "expected 1 to 7300")]
    public async Task A_wrong_command_changes_nothing(string line, string problem)
    {
        await RunAsync("certs new");
        using var other = ClusterAuthority.NewKey();
        await File.WriteAllTextAsync(_cluster.Tls.AuthorityKeyFile, other.ExportPkcs8PrivateKeyPem());
        var before = Contents();
        var run = await RunAsync("certs " + line);
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Errors, Does.Contain(problem));
        Assert.That(Contents(), Is.EquivalentTo(before));
    }

    [Test]
    public async Task A_lost_authority_is_not_replaced_in_silence()
    {
        await RunAsync("certs new");
        File.Delete(_cluster.Tls.AuthorityFile);
        var before = Contents();
        var run = await RunAsync("certs new");
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Errors, Does.Contain("bring it back"));
        Assert.That(Contents(), Is.EquivalentTo(before));
    }

    [Test]
    public async Task List_names_a_certificate_that_ends_soon_and_one_of_another_host()
    {
        await RunAsync("certs new");
        await RunAsync("certs renew mtl --days 29");
        File.Copy(_cluster.Tls.FileOf("mtl"), _cluster.Tls.FileOf("que"), overwrite: true);
        var run = await RunAsync("certs list");
        Assert.That(run.ExitCode, Is.EqualTo(1));
        var words = string.Join(' ', run.Output.Split(['│', '\n', ' '], StringSplitOptions.RemoveEmptyEntries));
        Assert.That(words, Does.Contain("ends on 20").And.Contain("28").And.Contain("dams://clinics/mtl"));
    }

    [Test]
    public async Task A_host_ends_no_later_than_the_authority()
    {
        await RunAsync("certs new --ca-days 10");
        using var host = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(_cluster.Tls.FileOf("mtl")));
        using var authority = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(_cluster.Tls.AuthorityFile));
        Assert.That(host.NotAfter, Is.EqualTo(authority.NotAfter));
    }

    [Test]
    public async Task A_cluster_without_a_folder_for_certificates_is_told_what_to_add()
    {
        await File.WriteAllTextAsync(_cluster.Config, "{}");
        var run = await RunAsync("certs new");
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Errors, Does.Contain("add \"tls\": { \"folder\": \"certs\" }"));
    }

    private List<string> Contents() => [.. Directory.GetFiles(_cluster.Tls.Folder).Order().Select(file => file + File.ReadAllText(file))];
}
