using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text.Encodings.Web;
using System.Text.Json;
using Dams.Hosting.Topology;

namespace Dams.Hosting.Access;

/// <summary>
/// The text of the user file: JSON, and <c>users.schema.json</c> beside this class says the same to editors. Comments and trailing commas
/// are accepted, and are lost when a command changes the file.
/// </summary>
internal static class UserFileText
{
    // A file may have any number of problems; people read the first ones.
    private const int ProblemsShown = 5;
    private const int JsonDepthMax = 8;
    private const int ThumbprintLength = 64;
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";
    private const string CertificateExpected =
        "a SHA-256 thumbprint of 64 lower-case hexadecimal digits, or a subject such as CN=booking, O=Clinic";

    /// <summary>Reads a text.</summary>
    /// <exception cref="UserFileException">The text is wrong. The message has the problems, each on a line.</exception>
    public static UserList Read(string json, string path) => Read(json, path, new JsonFindings());

    internal static UserList Read(string json, string path, JsonFindings findings)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, new JsonDocumentOptions
            {
                AllowTrailingCommas = true,
                CommentHandling = JsonCommentHandling.Skip,
                MaxDepth = JsonDepthMax,
            });
        }
        catch (JsonException problem)
        {
            throw new UserFileException(
                $"The user file {path} is not JSON: line {problem.LineNumber + 1}, byte {problem.BytePositionInLine + 1}.", problem);
        }

        using (document)
        {
            var root = new JsonSection(document.RootElement, "$", "", findings);
            var users = new List<User>();
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                root.Text("$schema", "the address of a schema", text => text, "");
                users.AddRange(root.List("users", "users", 0, UserList.UsersMax, (user, _) => ReadUser(user)) ?? []);
                root.Done();
            }

            CheckNames(users, findings);
            if (findings.Problems.Count == 0)
                return new UserList(users);
            var shown = string.Join("\n", findings.Problems.Take(ProblemsShown));
            var others = findings.Problems.Count - ProblemsShown;
            throw new UserFileException($"The user file {path} is wrong:\n{shown}{(others > 0 ? $"\nand {others} more" : "")}");
        }
    }

    /// <summary>Writes the text; reading it gives the same users.</summary>
    public static string Write(UserList list)
    {
        using var stream = new MemoryStream();
        var options = new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(stream, options))
        {
            json.WriteStartObject();
            json.WriteStartArray("users");
            foreach (var user in list.Users)
                WriteUser(json, user);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    /// <summary>The one form of a certificate's thumbprint or subject; null if the text is neither.</summary>
    public static string? CertificateOf(string text)
    {
        var digits = text.Replace(":", "", StringComparison.Ordinal);
        if (digits.Length == ThumbprintLength && digits.All(char.IsAsciiHexDigit))
            return digits.ToLowerInvariant();
        try
        {
            return text.Contains('=', StringComparison.Ordinal) ? new X500DistinguishedName(text).Name : null;
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }

    private static User ReadUser(JsonSection user)
    {
        var name = user.Text("name", User.NameExpected, text => User.IsName(text) ? text : null, "", required: true);
        var speaksFor = user.TextList("speaksFor", CallerScope.Expected, 0, User.ScopesMax, text => CallerScope.TryParse(text, out _));
        var roles = user.TextList("roles", UserNames.Roles, 0, Enum.GetValues<UserRole>().Length, text => UserNames.RoleOf(text) is not null);
        var isLocked = user.Flag("locked");
        var password = user.Text<string?>("password", "a password hash that dams user passwd has made", Hash, null);
        var set = user.Text<string?>("passwordSet", "a time such as 2026-11-30T12:00:00Z", text => TimeOf(text) is null ? null : text, null);
        var certificates = user.TextList(
            "certificates", CertificateExpected, 0, User.CertificatesMax, text => CertificateOf(text) is not null);
        var read = new User
        {
            Name = name,
            SpeaksFor = [.. (speaksFor ?? []).Select(text => CallerScope.TryParse(text, out var scope) ? scope : default)],
            Roles = [.. (roles ?? []).Select(UserNames.RoleOf).OfType<UserRole>()],
            IsLocked = isLocked,
            Password = password,
            PasswordSet = set is null ? null : TimeOf(set),
            Certificates = [.. (certificates ?? []).Select(CertificateOf).OfType<string>()],
        };
        if (read.Caller is not null && read.SpeaksFor.Length > 0)
            user.Problem(user.PathOf("speaksFor"), $"is given for the caller {name}", "it for service users only: a caller speaks for itself");
        if (name.Length > 0 && read.Caller is null && read.SpeaksFor.Length == 0 && read.Roles.Length == 0)
            user.Problem(user.Path, $"lets {name} do nothing", "speaksFor or roles");
        return read;
    }

    private static void CheckNames(List<User> users, JsonFindings findings)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var certificates = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < users.Count; i++)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"$.users[{i}]");
            if (users[i].Name.Length > 0 && !names.Add(users[i].Name))
                findings.Problems.Add(new TopologyProblem(path + ".name", $"is {users[i].Name} again", "each user once"));
            foreach (var certificate in users[i].Certificates.Where(certificate => !certificates.Add(certificate)))
                findings.Problems.Add(new TopologyProblem(path + ".certificates", $"has {certificate} again", "each certificate once"));
        }
    }

    private static void WriteUser(Utf8JsonWriter json, User user)
    {
        json.WriteStartObject();
        json.WriteString("name", user.Name);
        WriteTexts(json, "speaksFor", [.. user.SpeaksFor.Select(scope => scope.ToString())]);
        WriteTexts(json, "roles", [.. user.Roles.Select(UserNames.Of)]);
        if (user.IsLocked)
            json.WriteBoolean("locked", true);
        if (user.Password is not null)
            json.WriteString("password", user.Password);
        if (user.PasswordSet is { } set)
            json.WriteString("passwordSet", set.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture));
        WriteTexts(json, "certificates", user.Certificates);
        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, ImmutableArray<string> texts)
    {
        if (texts.Length == 0)
            return;
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static string? Hash(string text) => PasswordHash.IsHash(text) ? text : null;

    private static DateTimeOffset? TimeOf(string text) => DateTimeOffset.TryParseExact(
        text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
