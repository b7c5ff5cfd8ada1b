namespace Dams.Hosting.Access;

/// <summary>The result of a check of a name and a password.</summary>
/// <param name="Identity">The user, if the password is right; else null.</param>
/// <param name="RetryAfter">The time until another attempt may be made, if this one was not made; else null.</param>
public readonly record struct PasswordVerdict(CallerIdentity? Identity, TimeSpan? RetryAfter)
{
    /// <summary>
    /// The name or the password is wrong, or the user is locked. Nothing tells these apart.
    /// </summary>
    public static PasswordVerdict Wrong => default;

    /// <summary>The password is right.</summary>
    public static PasswordVerdict Right(CallerIdentity identity) => new(identity, null);

    /// <summary>The attempt was not made.</summary>
    public static PasswordVerdict Later(TimeSpan retryAfter) => new(null, retryAfter);
}
