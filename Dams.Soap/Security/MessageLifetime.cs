using System.Globalization;

namespace Dams.Soap.Security;

/// <summary>
/// The time within which a message is accepted, by its own times. It is the rule of WCF with its defaults: a message is valid for five
/// minutes at most, and the clocks of client and service may differ by five minutes. Pure.
/// </summary>
internal static class MessageLifetime
{
    /// <summary>The most by which the clock of a client may be fast or slow.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    /// <summary>The longest validity of a message; also of one without an end, or with a later end.</summary>
    public static readonly TimeSpan ValidityMax = TimeSpan.FromMinutes(5);

    /// <summary>After this time, no message is accepted any more.</summary>
    public static readonly TimeSpan AgeMax = ValidityMax + ClockTolerance;

    /// <summary>Checks the times of a Timestamp or of a token; returns the refusal, or null.</summary>
    /// <param name="element">The element that has the times, for the text.</param>
    /// <param name="created">The time at which the client made it.</param>
    /// <param name="expires">The time at which it ends to be valid, or null.</param>
    /// <param name="now">The time here.</param>
    public static SoapRefusal? Check(string element, DateTimeOffset created, DateTimeOffset? expires, DateTimeOffset now)
    {
        if (expires < created)
        {
            return Invalid(
                element, $"The {element} expires at {Text(expires.Value)}, before it was created at {Text(created)}.");
        }

        if (created - now > ClockTolerance)
            return Invalid(element, $"The {element} was created at {Text(created)}, but the clock here shows {Text(now)}. {Remedy}");

        // The difference of two times never overflows; the sum of a time and a span may.
        var isTooOld = now - created > AgeMax;
        if (!isTooOld && !(now - expires > ClockTolerance))
            return null;
        var when = isTooOld ? $"was created at {Text(created)}" : $"expired at {Text(expires!.Value)}";
        return new SoapRefusal(
            SoapFaultSide.Sender, $"The {element} {when}; the clock here shows {Text(now)}. {Remedy}", element)
        {
            Code = SecurityNames.MessageExpired,
        };
    }

    private static string Remedy => string.Create(
        CultureInfo.InvariantCulture, $"Set the clock of the client: {ClockTolerance.TotalMinutes} minutes more or less are accepted.");

    private static SoapRefusal Invalid(string element, string reason) =>
        SoapRefusal.Invalid(reason, element) with { Code = SecurityNames.InvalidSecurity };

    private static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
