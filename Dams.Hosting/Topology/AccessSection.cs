using System.Text.Json;

namespace Dams.Hosting.Topology;

/// <summary>Reads and writes the settings <c>users</c> and <c>access</c>.</summary>
internal static class AccessSection
{
    private const int TextMax = 256;

    /// <summary>Reads the users; null if they are not set.</summary>
    public static UserSettings? Read(JsonSection root, string dataFolder)
    {
        var users = root.Section("users", section => ReadUsers(section, dataFolder));
        return root.Has("users") ? users : null;
    }

    /// <summary>Checks that the settings don't contradict each other.</summary>
    public static void Check(ClusterTopology topology, List<TopologyProblem> problems)
    {
        if (topology is { Access: AccessRule.Open, Users: not null })
            problems.Add(new TopologyProblem("$.access", "is open, although $.users is set", "one of the two: delete access, or users"));
    }

    /// <summary>Writes both settings.</summary>
    public static void Write(Utf8JsonWriter json, ClusterTopology topology, string? dataFolder)
    {
        if (topology.Access == AccessRule.Open)
            json.WriteString("access", "open");
        if (topology.Users is not { } users)
            return;
        json.WriteStartObject("users");
        json.WriteString("file", TopologyPaths.Written(users.File, dataFolder));
        if (users.ProtectsHealth)
            json.WriteBoolean("protectHealth", true);
        if (users.Certificates is { } certificates)
        {
            json.WriteStartObject("certificates");
            WriteIfGiven(json, "authorityFile", certificates.AuthorityFile is { } file ? TopologyPaths.Written(file, dataFolder) : null);
            json.WriteEndObject();
        }

        if (users.Jwt is { } jwt)
        {
            json.WriteStartObject("jwt");
            WriteIfGiven(json, "authority", jwt.Authority?.OriginalString);
            WriteIfGiven(json, "keyFile", jwt.KeyFile is { } file ? TopologyPaths.Written(file, dataFolder) : null);
            WriteIfGiven(json, "issuer", jwt.Issuer);
            json.WriteString("audience", jwt.Audience);
            json.WriteString("claim", jwt.Claim);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>The same users in another data folder.</summary>
    public static UserSettings? Moved(UserSettings? users, Func<string, string> moved) => users is null ? null : users with
    {
        File = moved(users.File),
        Jwt = users.Jwt is { KeyFile: { } key } jwt ? jwt with { KeyFile = moved(key) } : users.Jwt,
        Certificates = users.Certificates is { AuthorityFile: { } file } ? new ClientCertificateSettings(moved(file)) : users.Certificates,
    };

    private static UserSettings ReadUsers(JsonSection users, string dataFolder)
    {
        var jwt = users.Section("jwt", section => ReadJwt(section, dataFolder, users.Has("jwt")));
        var certificates = users.Section(
            "certificates", section => new ClientCertificateSettings(ReadMaybePath(section, "authorityFile", dataFolder)));
        return new UserSettings(TopologyReader.ReadPath(users, "file", dataFolder, UserSettings.FileName))
        {
            ProtectsHealth = users.Flag("protectHealth"),
            Jwt = jwt,
            Certificates = users.Has("certificates") ? certificates : null,
        };
    }

    private static JwtSettings? ReadJwt(JsonSection jwt, string dataFolder, bool isGiven)
    {
        var authority = jwt.Text<Uri?>(
            "authority", "an https address of an identity provider, without query", ParseAuthority, null);
        var keyFile = ReadMaybePath(jwt, "keyFile", dataFolder);
        var issuer = jwt.Text<string?>("issuer", $"1 to {TextMax} characters", Bounded, null);
        var read = new JwtSettings(
            authority,
            keyFile,
            issuer,
            jwt.Text("audience", $"1 to {TextMax} characters", Bounded, JwtSettings.AudienceDefault),
            jwt.Text("claim", $"1 to {TextMax} characters", Bounded, JwtSettings.ClaimDefault));
        if (!isGiven)
            return null;
        if (jwt.Has("authority") == jwt.Has("keyFile"))
        {
            jwt.Problem(jwt.Path, jwt.Has("keyFile") ? "has authority and keyFile" : "has neither authority nor keyFile",
                "one of the two: it gives the keys of the tokens");
        }
        else if (jwt.Has("keyFile") && !jwt.Has("issuer"))
        {
            jwt.Problem(jwt.PathOf("issuer"), "is missing", "the issuer of the tokens that keyFile has signed");
        }

        return read;
    }

    private static string? ReadMaybePath(JsonSection section, string name, string baseFolder)
    {
        var path = TopologyReader.ReadPath(section, name, baseFolder, ".");
        return section.Has(name) ? path : null;
    }

    private static string? Bounded(string text) => text.Length is > 0 and <= TextMax && !text.Any(char.IsControl) ? text : null;

    // A loopback provider is one of this machine, for tests.
    private static Uri? ParseAuthority(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Query.Length == 0 && url.Fragment.Length == 0 && url.UserInfo.Length == 0
            && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))
            ? url
            : null;

    private static void WriteIfGiven(Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
            json.WriteString(name, text);
    }
}
