using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Dams.Hosting.Access;

/// <summary>The users of one version of the user file. Immutable.</summary>
public sealed class UserList
{
    /// <summary>The most users: one for each caller id that there can be is 60,000.</summary>
    public const int UsersMax = 65_536;

    private readonly FrozenDictionary<string, User> _byName;
    private readonly FrozenDictionary<string, User> _byCertificate;

    /// <summary>Makes a list of users with different names and certificates.</summary>
    public UserList(IEnumerable<User> users)
    {
        Users = [.. users.OrderBy(user => user.Name, StringComparer.Ordinal)];
        _byName = Users.ToFrozenDictionary(user => user.Name, StringComparer.OrdinalIgnoreCase);
        _byCertificate = Users.SelectMany(user => user.Certificates, (user, certificate) => (user, certificate))
            .ToFrozenDictionary(pair => pair.certificate, pair => pair.user, StringComparer.Ordinal);
        Digest = DigestOf(Users);
    }

    /// <summary>A list without users.</summary>
    public static UserList Empty { get; } = new([]);

    /// <summary>The users, by name.</summary>
    public ImmutableArray<User> Users { get; }

    /// <summary>
    /// A digest of everything that the users may do and show. Two front ends with the same digest treat every caller alike. A password counts
    /// with the time at which it was set, because each front end may make its hash anew.
    /// </summary>
    public string Digest { get; }

    /// <summary>The user with that name, in whatever letter case; null if there is none.</summary>
    public User? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The user that this thumbprint or subject stands for; null if there is none.</summary>
    public User? FindByCertificate(string certificate) => _byCertificate.GetValueOrDefault(certificate);

    /// <summary>The same list with a user instead of the one with the same name, if there is one.</summary>
    public UserList With(User user) => new(Users.RemoveAll(other => IsNamed(other, user.Name)).Add(user));

    /// <summary>The same list without a user.</summary>
    public UserList Without(string name) => new(Users.RemoveAll(other => IsNamed(other, name)));

    private static bool IsNamed(User user, string name) => user.Name.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static string DigestOf(ImmutableArray<User> users)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var user in users)
            hash.AppendData(Encoding.UTF8.GetBytes(LineOf(user)));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string LineOf(User user)
    {
        var password = user.Password is null ? "" : user.PasswordSet?.ToString("O") ?? user.Password;
        return string.Join('\t',
            user.Name,
            string.Join(' ', user.SpeaksFor),
            string.Join(' ', user.Roles),
            user.IsLocked,
            password,
            string.Join('\v', user.Certificates)) + "\n";
    }
}
