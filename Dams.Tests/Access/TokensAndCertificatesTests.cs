using System.Net.Http.Headers;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using Dams.Hosting.Access;
using Dams.Hosting.Topology;
using Dams.Tests.Hosting;
using Dams.Tests.Soap;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Dams.Tests.Access;

[UnsupportedOSPlatform("windows")]
public sealed class TokensAndCertificatesTests
{
    private TestFolder _folder = null!;

    private string UsersFile => _folder.File("users.json");

    private ClusterTopology Topology => ClusterTopology.Default(dataFolder: _folder.Path);

    [SetUp]
    public void MakeFolder()
    {
        _folder = new TestFolder();
        UserFile.Change(UsersFile, _ => AccessTestServer.Users);
    }

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    [TestCase("", 200)]
    [TestCase("audience", 401)]
    [TestCase("issuer", 401)]
    [TestCase("expired", 401)]
    [TestCase("key", 401)]
    [TestCase("unsigned", 401)]
    [TestCase("hmac", 401)]
    [TestCase("claim", 401)]
    [TestCase("locked", 401)]
    public async Task A_token_of_the_identity_provider_stands_for_the_caller_that_it_names(string wrong, int status)
    {
        using var rsa = RSA.Create(2048);
        using var other = RSA.Create(2048);
        await File.WriteAllTextAsync(_folder.File("issuer.pem"), rsa.ExportSubjectPublicKeyInfoPem());
        var jwt = new JwtSettings(null, _folder.File("issuer.pem"), "https://id.example", "dams", "dams_id");
        await using var server = await AccessTestServer.StartAsync(Topology with { Users = new UserSettings(UsersFile) { Jwt = jwt } });
        var key = wrong == "key" ? other : rsa;
        var token = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = wrong == "issuer" ? "https://evil.example" : "https://id.example",
            Audience = wrong == "audience" ? "mail" : "dams",
            Expires = wrong == "expired" ? DateTime.UtcNow.AddMinutes(-10) : DateTime.UtcNow.AddMinutes(10),
            Claims = new Dictionary<string, object>
            {
                ["dams_id"] = wrong == "claim" ? "root" : wrong == "locked" ? "QUEP1234" : "MTLA1234",
            },
            SigningCredentials = wrong switch
            {
                "unsigned" => null,
                // The public key as the secret of an HMAC, which a careless verifier would accept.
                "hmac" => new SigningCredentials(
                    new SymmetricSecurityKey(Encoding.UTF8.GetBytes(rsa.ExportSubjectPublicKeyInfoPem())), SecurityAlgorithms.HmacSha256),
                _ => new SigningCredentials(new RsaSecurityKey(key), SecurityAlgorithms.RsaSha256),
            },
        });
        var answer = await server.SendAsync(new AuthenticationHeaderValue("Bearer", token), SoapMessage.Add);
        Assert.That((int)answer.Status, Is.EqualTo(status));
        if (status == 200)
        {
            var asOther = await server.SendAsync(new AuthenticationHeaderValue("Bearer", token),
                SoapMessage.Add.Replace("MTLA1234", "MTLA9999", StringComparison.Ordinal));
            Assert.That(asOther.Fault("code"), Is.EqualTo("NotPermitted"));
        }
    }

    [TestCase("pinned", 200)]
    [TestCase("self-signed with the subject of another", 401)]
    [TestCase("issued", 200)]
    [TestCase("issued by a stranger", 401)]
    [TestCase("issued for nobody", 401)]
    [TestCase("none", 401)]
    public async Task A_client_certificate_stands_for_the_user_that_names_it(string which, int status)
    {
        using var authority = AccessTestServer.SelfSigned("CN=Clinic CA", isAuthority: true);
        using var stranger = AccessTestServer.SelfSigned("CN=Clinic CA", isAuthority: true);
        using var certificate = which switch
        {
            "pinned" => AccessTestServer.SelfSigned("CN=machine"),
            "issued" => AccessTestServer.SelfSigned("CN=booking", authority),
            "issued by a stranger" => AccessTestServer.SelfSigned("CN=booking", stranger),
            "issued for nobody" => AccessTestServer.SelfSigned("CN=nobody", authority),
            _ => AccessTestServer.SelfSigned("CN=booking"),
        };
        await File.WriteAllTextAsync(_folder.File("clients.pem"), authority.ExportCertificatePem());
        var thumbprint = which == "pinned"
            ? certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant()
            : new string('0', 64);
        UserFile.Change(UsersFile, list => list.With(new User { Name = "MTLA1234", Certificates = [thumbprint, "CN=booking"] }));
        var settings = new UserSettings(UsersFile) { Certificates = new ClientCertificateSettings(_folder.File("clients.pem")) };
        await using var server = await AccessTestServer.StartAsync(Topology with { Users = settings }, asksForCertificates: true);
        using var client = AccessTestServer.Client(which == "none" ? null : certificate);
        using var request = SoapMessage.Post(
            new Uri(server.Secure, "/AppointmentService"), Encoding.UTF8.GetBytes(SoapMessage.Envelope(SoapMessage.Add)), "text/xml");
        using var response = await client.SendAsync(request);
        Assert.That((int)response.StatusCode, Is.EqualTo(status));
        Assert.That(response.Headers.GetValues("Strict-Transport-Security"), Is.EqualTo(new[] { "max-age=31536000" }));
    }
}
