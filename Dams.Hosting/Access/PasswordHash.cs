using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Dams.Hosting.Access;

/// <summary>
/// Hashes of passwords, by the hasher of ASP.NET Core Identity: PBKDF2 with a salt of its own for each. One takes some tens of milliseconds
/// of processor time. Thread-safe.
/// </summary>
public static class PasswordHash
{
    // The longest hash of today has 84 characters.
    private const int LengthMax = 512;

    // The hasher passes its user to overrides only.
    private static readonly object s_user = new();
    private static readonly PasswordHasher<object> s_hasher = new(Options.Create(new PasswordHasherOptions()));

    /// <summary>Makes a hash.</summary>
    public static string Of(string password) => s_hasher.HashPassword(s_user, password);

    /// <summary>Whether a password fits a hash, and whether the hash should be made anew because it is weaker than those of today.</summary>
    public static PasswordVerificationResult Verify(string hash, string password) => s_hasher.VerifyHashedPassword(s_user, hash, password);

    /// <summary>Whether a text may be a hash. Otherwise a check would throw.</summary>
    internal static bool IsHash(string text)
    {
        Span<byte> bytes = stackalloc byte[LengthMax];
        return text.Length is > 0 and <= LengthMax && Convert.TryFromBase64String(text, bytes, out var count) && count > 16 && bytes[0] is 0 or 1;
    }
}
