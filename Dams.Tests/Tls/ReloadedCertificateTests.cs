using System.Security.Cryptography.X509Certificates;
using Dams.Hosting.Tls;
using Dams.Tests.Hosting;
using Microsoft.Extensions.Logging.Testing;

namespace Dams.Tests.Tls;

/// <summary>A certificate whose files change while it is in use.</summary>
public sealed class ReloadedCertificateTests
{
    private TlsCluster _cluster = null!;
    private FakeLogger _log = null!;

    private string PemPath => _cluster.Tls.FileOf("mtl");

    [SetUp]
    public void MakeCluster()
    {
        _cluster = new TlsCluster().WithCertificates();
        _log = new FakeLogger();
    }

    [TearDown]
    public void DropCluster() => _cluster.Dispose();

    [Test]
    public void A_changed_file_is_used_from_the_next_look_on()
    {
        var reloaded = Open();
        var first = reloaded.Current.TargetCertificate.SerialNumber;
        reloaded.Look();
        Assert.That(reloaded.Current.TargetCertificate.SerialNumber, Is.EqualTo(first));
        Renew();
        reloaded.Look();
        Assert.That(reloaded.Current.TargetCertificate.SerialNumber, Is.Not.EqualTo(first));
        Assert.That(_log.Lines, Has.Count.EqualTo(2).And.All.Contains("in use"));
    }

    [TestCase("", "has no certificate")]
    [TestCase("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "can't be read")]
    [TestCase(null, "can't be read")]
    public void A_broken_file_keeps_the_old_certificate_and_is_logged_once_and_an_alarm(string? content, string problem)
    {
        var reloaded = Open();
        var before = reloaded.Current;
        if (content is null)
            File.Delete(PemPath);
        else
            File.WriteAllText(PemPath, content);
        for (var i = 0; i < 5; i++)
            reloaded.Look();
        Assert.That(reloaded.Current, Is.SameAs(before));
        Assert.That(reloaded.Problem, Does.Contain(problem));
        Assert.That(_log.Lines.Where(line => line.StartsWith("Error", StringComparison.Ordinal)), Has.Exactly(1).Contains(problem));
        Assert.That(reloaded.Alarms(DateTimeOffset.UtcNow), Has.Exactly(1).Contains("the earlier one stays in use"));
        _cluster.WithCertificates();
        Renew();
        reloaded.Look();
        Assert.That((reloaded.Problem, reloaded.Current == before), Is.EqualTo(((string?)null, false)));
        Assert.That(reloaded.Alarms(DateTimeOffset.UtcNow), Is.Empty);
    }

    [Test]
    public void A_file_that_others_can_read_is_a_problem_until_its_mode_is_right()
    {
        var reloaded = Open();
        if (OperatingSystem.IsWindows())
            return;
        File.SetUnixFileMode(PemPath, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        reloaded.Look();
        reloaded.Look();
        Assert.That(reloaded.Problem, Does.Contain("run chmod 600"));
        File.SetUnixFileMode(PemPath, UnixFileMode.UserRead);
        reloaded.Look();
        Assert.That(reloaded.Problem, Is.Null);
    }

    [Test]
    public void Two_files_that_change_one_after_the_other_are_no_problem()
    {
        var (certificate, key) = (_cluster.Folder.File("x.pem"), _cluster.Folder.File("x.key"));
        Split();
        var reloaded = ReloadedCertificate.Open("the front end", certificate, key, isGroupAllowed: true, _log);
        var first = reloaded.Current.TargetCertificate.SerialNumber;
        var oldKey = File.ReadAllText(key);
        Renew();
        Split();
        var newKey = File.ReadAllText(key);
        File.WriteAllText(key, oldKey);
        reloaded.Look();
        Assert.That(reloaded.Current.TargetCertificate.SerialNumber, Is.EqualTo(first));
        File.WriteAllText(key, newKey);
        reloaded.Look();
        Assert.That(reloaded.Current.TargetCertificate.SerialNumber, Is.Not.EqualTo(first));
        Assert.That(_log.Lines, Has.None.StartWith("Error"));
        File.WriteAllText(key, oldKey);
        reloaded.Look();
        reloaded.Look();
        Assert.That(reloaded.Problem, Does.Contain("does not belong to the certificate"));

        void Split()
        {
            var parts = File.ReadAllText(PemPath).Split("-----BEGIN PRIVATE KEY-----");
            File.WriteAllText(certificate, parts[0]);
            File.WriteAllText(key, "-----BEGIN PRIVATE KEY-----" + parts[1]);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        }
    }

    [TestCase(31, null)]
    [TestCase(29, "ends on 20")]
    [TestCase(-1, "has ended on 20")]
    public void The_end_of_a_certificate_is_an_alarm_thirty_days_before(int daysLeft, string? alarm)
    {
        var reloaded = Open();
        var now = new DateTimeOffset(reloaded.Current.TargetCertificate.NotAfter).AddDays(-daysLeft);
        var alarms = reloaded.Alarms(now).ToList();
        Assert.That(alarms, alarm is null ? Is.Empty : Has.Exactly(1).Contains($"the certificate of host mtl {alarm}"));
    }

    [Test]
    public void The_authorities_file_takes_no_certificate_of_a_host()
    {
        var authorities = ReloadedAuthorities.Open(_cluster.Tls.AuthorityFile, _log);
        var before = authorities.Current;
        using var host = X509Certificate2.CreateFromPem(File.ReadAllText(PemPath));
        File.AppendAllText(_cluster.Tls.AuthorityFile, host.ExportCertificatePem());
        authorities.Look();
        authorities.Look();
        Assert.That(authorities.Current, Is.SameAs(before));
        Assert.That(authorities.Alarms(DateTimeOffset.UtcNow), Has.Exactly(1).Contains("is not that of an authority"));
    }

    private ReloadedCertificate Open() => ReloadedCertificate.Open("host mtl", PemPath, PemPath, isGroupAllowed: false, _log);

    private void Renew() => new CertificateFolder(_cluster.Topology, _cluster.Tls, _cluster.Tls.AuthorityKeyFile, DateTimeOffset.UtcNow)
        .Renew(["mtl"], 365);
}
