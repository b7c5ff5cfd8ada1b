using System.Security.Cryptography.X509Certificates;
using Dams.Hosting.Tls;

namespace Dams.Tests.Tls;

/// <summary>Which certificates are those of a host of the cluster, and why the others are not.</summary>
public sealed class PeerCheckTests
{
    private static readonly PeerCheck s_check = new("clinics", ["mtl", "que"]);

    private TlsCluster _cluster = null!;
    private X509Certificate2 _authority = null!;

    [OneTimeSetUp]
    public void MakeAuthority()
    {
        _cluster = new TlsCluster().WithCertificates();
        _authority = _cluster.Authority();
    }

    [OneTimeTearDown]
    public void Drop()
    {
        _authority.Dispose();
        _cluster.Dispose();
    }

    [TestCase("mtl", null)]
    [TestCase("mtl", "mtl")]
    [TestCase("que", "que")]
    public void A_certificate_of_dams_certs_is_that_of_its_host(string host, string? expected)
    {
        using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(_cluster.Tls.FileOf(host)));
        foreach (var usage in new[] { PeerCheck.ServerUsage, PeerCheck.ClientUsage })
            Assert.That(Judge(certificate, usage, expected), Is.EqualTo(new PeerVerdict(PeerProblem.None, "")));
    }

    [TestCase(nameof(PeerProblem.Expired), PeerProblem.Expired, "has ended on 20")]
    [TestCase(nameof(PeerProblem.NotYetValid), PeerProblem.NotYetValid, "compare the clocks")]
    [TestCase(nameof(PeerProblem.OtherAuthority), PeerProblem.OtherAuthority, "another authority")]
    [TestCase(nameof(PeerProblem.SelfSigned), PeerProblem.SelfSigned, "self-signed")]
    [TestCase(nameof(PeerProblem.WrongUsage), PeerProblem.WrongUsage, "extended key usage")]
    [TestCase("no usage", PeerProblem.WrongUsage, "extended key usage")]
    [TestCase(nameof(PeerProblem.NoIdentity), PeerProblem.NoIdentity, "names no host")]
    [TestCase("two identities", PeerProblem.NoIdentity, "names no host")]
    [TestCase("an identity in another form", PeerProblem.NoIdentity, "names no host")]
    [TestCase(nameof(PeerProblem.OtherCluster), PeerProblem.OtherCluster, "is that of dams://shops/mtl")]
    [TestCase(nameof(PeerProblem.UnknownHost), PeerProblem.UnknownHost, "dams.json has no such host")]
    public void A_certificate_with_a_mistake_is_refused_for_that_mistake(string mistake, object problem, string text)
    {
        foreach (var usage in new[] { PeerCheck.ServerUsage, PeerCheck.ClientUsage })
        {
            using var wrong = WrongCertificates.All[mistake](_authority, usage);
            var verdict = Judge(wrong, usage, null);
            Assert.That(verdict.Problem, Is.EqualTo(problem), verdict.Text);
            Assert.That(verdict.Text, Does.Contain(text));
        }
    }

    [Test]
    public void One_hosts_certificate_does_not_pass_for_anothers()
    {
        using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(_cluster.Tls.FileOf("mtl")));
        var verdict = Judge(certificate, PeerCheck.ServerUsage, "que");
        Assert.That(verdict.Problem, Is.EqualTo(PeerProblem.OtherHost));
        Assert.That(verdict.Text, Is.EqualTo("is that of dams://clinics/mtl; expected that of dams://clinics/que"));
    }

    [Test]
    public void No_certificate_is_a_problem() =>
        Assert.That(Judge(null, PeerCheck.ClientUsage, null).Problem, Is.EqualTo(PeerProblem.Missing));

    [Test]
    public void The_authority_itself_is_no_host() =>
        Assert.That(Judge(_authority, PeerCheck.ClientUsage, null).Problem, Is.Not.EqualTo(PeerProblem.None));

    [Test]
    public void A_host_can_sign_no_other()
    {
        using var host = X509Certificate2.CreateFromPemFile(_cluster.Tls.FileOf("mtl"));
        using var signed = WrongCertificates.Make(host, uris: ["dams://clinics/que"]);
        // Even if the peer sends the chain along.
        var authorities = new X509Certificate2Collection(_authority) { host };
        Assert.That(s_check.Judge(signed, authorities, PeerCheck.ClientUsage, null, DateTimeOffset.UtcNow).Problem,
            Is.Not.EqualTo(PeerProblem.None));
    }

    [Test]
    public void A_certificate_of_an_authority_that_has_ended_is_refused()
    {
        using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(_cluster.Tls.FileOf("mtl")));
        using var key = ClusterAuthority.NewKey();
        using var old = ClusterAuthority.Create("clinics", key, DateTimeOffset.UtcNow.AddDays(-10), 5);
        using var young = WrongCertificates.Make(old);
        var verdict = s_check.Judge(young, [old], PeerCheck.ClientUsage, null, DateTimeOffset.UtcNow);
        Assert.That(verdict.Problem, Is.EqualTo(PeerProblem.Expired));
        Assert.That(verdict.Text, Does.Contain("that of its authority has ended"));
    }

    private PeerVerdict Judge(X509Certificate2? certificate, string usage, string? expected) =>
        s_check.Judge(certificate, [_authority], usage, expected, DateTimeOffset.UtcNow);
}
