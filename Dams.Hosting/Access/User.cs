using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Dams.Contracts.Domain;

namespace Dams.Hosting.Access;

/// <summary>A user of the user file. Immutable.</summary>
public sealed partial record User
{
    /// <summary>The most scopes of a service user.</summary>
    public const int ScopesMax = 1_000;

    /// <summary>The most client certificates of a user: an old and a new one on several machines.</summary>
    public const int CertificatesMax = 16;

    /// <summary>The form of a name, for messages.</summary>
    public const string NameExpected =
        "a caller id such as MTLA1234, or a service user's name of 2 to 64 lower-case letters, digits, dots, hyphens and underscores";

    /// <summary>A caller id, or the name of a service user.</summary>
    public required string Name { get; init; }

    /// <summary>The callers that a service user may speak for. Empty for a caller, who speaks for himself.</summary>
    public ImmutableArray<CallerScope> SpeaksFor { get; init; } = [];

    /// <summary>The user's roles.</summary>
    public ImmutableArray<UserRole> Roles { get; init; } = [];

    /// <summary>Whether the user is kept out, whatever it shows.</summary>
    public bool IsLocked { get; init; }

    /// <summary>The hash of the password, as <see cref="PasswordHash"/> makes it; null for a user without one.</summary>
    public string? Password { get; init; }

    /// <summary>The time at which the password was set. It stays when only the hash is made anew.</summary>
    public DateTimeOffset? PasswordSet { get; init; }

    /// <summary>The client certificates that stand for this user: SHA-256 thumbprints and subjects.</summary>
    public ImmutableArray<string> Certificates { get; init; } = [];

    /// <summary>The caller whose name this is; null for a service user.</summary>
    public CallerId? Caller => CallerId.TryParse(Name, out var caller) ? caller : null;

    /// <summary>The rights of this user once it is authenticated.</summary>
    public CallerIdentity ToIdentity() => new(Name, Caller is { } caller ? [CallerScope.Of(caller)] : SpeaksFor, Roles);

    /// <summary>Whether a text is a valid name. A service user's name must not look like a caller id in another letter case.</summary>
    public static bool IsName(string text) => CallerId.TryParse(text, out _)
        || (ServiceName().IsMatch(text) && !CallerId.TryParse(text.ToUpperInvariant(), out _));

    [GeneratedRegex(@"^[a-z][a-z0-9._-]{1,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ServiceName();
}
