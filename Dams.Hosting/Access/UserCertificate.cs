using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Dams.Hosting.Access;

/// <summary>The texts by which the user file names client certificates.</summary>
public static class UserCertificate
{
    /// <summary>The accepted forms, for messages.</summary>
    public const string Expected = "a SHA-256 thumbprint of 64 hexadecimal digits, or a subject such as CN=booking, O=Clinic";

    private const int ThumbprintLength = 64;

    /// <summary>The one form of a thumbprint or subject; null if the text is neither.</summary>
    public static string? CanonicalOf(string text)
    {
        var digits = text.Replace(":", "", StringComparison.Ordinal);
        if (digits.Length == ThumbprintLength && digits.All(char.IsAsciiHexDigit))
            return digits.ToLowerInvariant();
        try
        {
            return text.Contains('=', StringComparison.Ordinal) ? new X500DistinguishedName(text).Name : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
