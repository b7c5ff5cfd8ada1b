using System.Globalization;
using Dams.Contracts.Soap;

namespace Dams.Hosting.Access;

/// <summary>
/// The rules for a new password, those of NIST SP 800-63B-4, section 3.1.1: a length that makes guessing hopeless where the password is the
/// only factor, no rules about kinds of characters, no expiry, and no password that everybody tries first.
/// </summary>
public static class PasswordRules
{
    /// <summary>The shortest password.</summary>
    public const int LengthMin = 15;

    // A password of fewer is a repetition.
    private const int DifferentMin = 5;

    /// <summary>The problem of a new password, as a sentence; null if it is good.</summary>
    /// <param name="name">The name of the user, which the password must not contain.</param>
    /// <param name="password">The new password.</param>
    public static string? ProblemOf(string name, string password)
    {
        if (password.Length < LengthMin)
            return string.Create(CultureInfo.InvariantCulture,
                $"The password has {password.Length} characters; expected at least {LengthMin}, such as four or five words.");
        if (password.Length > PasswordCheck.PasswordLengthMax)
        {
            return string.Create(CultureInfo.InvariantCulture,
                $"The password has {password.Length} characters; expected at most {PasswordCheck.PasswordLengthMax}.");
        }

        if (password.Any(char.IsControl) || !XmlText.IsAllowed(password))
            return "The password contains a control character, which clients can't send.";
        if (password.Contains(name, StringComparison.OrdinalIgnoreCase))
            return "The password contains the name of the user: choose another one.";
        return password.Distinct().Count() < DifferentMin || IsRow(password)
            ? "The password is a repetition or a row of characters: choose another one."
            : null;
    }

    // 123456789012345, abcdefghijklmno: each character follows the one before it, or begins the row again.
    private static bool IsRow(string password)
    {
        var steps = 0;
        for (var i = 1; i < password.Length; i++)
        {
            if (Math.Abs(password[i] - password[i - 1]) == 1)
                steps++;
        }

        return steps >= password.Length - 1 - (password.Length / 10);
    }
}
