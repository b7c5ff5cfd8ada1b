namespace Dams.Hosting.Topology;

/// <summary>Says whether callers must be known.</summary>
public enum AccessRule
{
    /// <summary>Beyond loopback, every caller is a user.</summary>
    Users = 0,

    /// <summary>Anybody may call, from everywhere. That is an alarm for as long as it lasts.</summary>
    Open,
}

/// <summary>The users of a cluster, and the ways in which they authenticate. All paths are absolute.</summary>
/// <param name="File">The user file.</param>
public sealed record UserSettings(string File)
{
    /// <summary>The default name of the user file.</summary>
    public const string FileName = "users.json";

    /// <summary>Whether <c>/health</c> from another machine needs an operator, too.</summary>
    public bool ProtectsHealth { get; init; }

    /// <summary>The tokens of an identity provider; null if none are accepted.</summary>
    public JwtSettings? Jwt { get; init; }

    /// <summary>Client certificates; null if none are asked for.</summary>
    public ClientCertificateSettings? Certificates { get; init; }
}

/// <summary>The JWT bearer tokens that are accepted. Either <paramref name="Authority"/> or <paramref name="KeyFile"/> is given.</summary>
/// <param name="Authority">The identity provider, whose keys and issuer are read from its metadata.</param>
/// <param name="KeyFile">A public key as PEM, RSA or elliptic curve.</param>
/// <param name="Issuer">The issuer of the tokens; null for the one that the authority names.</param>
/// <param name="Audience">The audience that the tokens must name.</param>
/// <param name="Claim">The claim that has the caller id, or the name of a service user.</param>
public sealed record JwtSettings(Uri? Authority, string? KeyFile, string? Issuer, string Audience, string Claim)
{
    /// <summary>The default claim.</summary>
    public const string ClaimDefault = "dams_id";

    /// <summary>The default audience.</summary>
    public const string AudienceDefault = "dams";
}

/// <summary>The client certificates that are accepted. The user file says which user a certificate stands for.</summary>
/// <param name="AuthorityFile">
/// The authorities that issue certificates to clients, as PEM. Null if only self-signed certificates count, which users name by thumbprint.
/// </param>
public sealed record ClientCertificateSettings(string? AuthorityFile);
