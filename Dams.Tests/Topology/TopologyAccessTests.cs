using Dams.Hosting.Topology;

namespace Dams.Tests.Topology;

/// <summary>The settings <c>users</c> and <c>access</c>.</summary>
public sealed class TopologyAccessTests
{
    [Test]
    public void Users_are_read_with_their_defaults_and_written_again()
    {
        Assert.That(Read("{}").Topology!.Users, Is.Null);
        Assert.That(Read("""{ "users": {} }""").Topology!.Users, Is.EqualTo(new UserSettings("/srv/users.json")));
        const string all = """
            { "users": { "file": "/etc/u.json", "protectHealth": true, "certificates": { "authorityFile": "ca.pem" },
              "jwt": { "keyFile": "k.pem", "issuer": "me" } } }
            """;
        var read = Read(all).Topology!;
        Assert.That(read.Users, Is.EqualTo(new UserSettings("/etc/u.json")
        {
            ProtectsHealth = true,
            Certificates = new ClientCertificateSettings("/srv/ca.pem"),
            Jwt = new JwtSettings(null, "/srv/k.pem", "me", "dams", "dams_id"),
        }));
        Assert.That(Read(read.Write()).Topology!.Users, Is.EqualTo(read.Users));
        Assert.That(Read(Read("""{ "access": "open" }""").Topology!.Write()).Topology!.Access, Is.EqualTo(AccessRule.Open));
        Assert.That(read.IsClosedWithoutUsers, Is.False);
    }

    [TestCase("""{ "users": {}, "access": "open" }""", "$.access: is open, although $.users is set")]
    [TestCase("""{ "users": { "jwt": {} } }""", "$.users.jwt: has neither authority nor keyFile")]
    [TestCase("""{ "users": { "jwt": { "authority": "https://a", "keyFile": "k" } } }""", "$.users.jwt: has authority and keyFile")]
    [TestCase("""{ "users": { "jwt": { "keyFile": "k" } } }""", "$.users.jwt.issuer: is missing")]
    [TestCase("""{ "users": { "jwt": { "authority": "http://id.example" } } }""", "$.users.jwt.authority: is \"http://id.example\"")]
    [TestCase("""{ "users": { "passwords": {} } }""", "$.users.passwords: is not known")]
    [TestCase("""{ "access": "closed" }""", "$.access: is \"closed\"")]
    [TestCase("""{ "limits": { "userSharePercent": 0 } }""", "$.limits.userSharePercent: is 0")]
    public void A_wrong_setting_is_a_problem(string json, string says) =>
        Assert.That(Read(json).Problems.Select(problem => problem.ToString()), Has.Some.StartsWith(says));

    private static TopologyReading Read(string json) => TopologyReader.Read(json, "/srv");
}
