using System.Globalization;
using Dams.Ordering;

namespace Dams.FrontEnd.Events;

/// <summary>
/// A reader's position in the events: the id of the last one that it has seen. Each boot of a front end numbers its events from 1, so
/// an id names the boot, too: <c>5f3a09c1d27b8e46-40</c>.
/// </summary>
/// <param name="Boot">The boot of the front end that numbered the event.</param>
/// <param name="Number">The event's number in that boot; 0 before the first.</param>
internal readonly record struct EventPlace(BootId Boot, long Number)
{
    /// <summary>Describes a valid text, for error messages.</summary>
    public const string Expected = "the id of an event, such as 5f3a09c1d27b8e46-40, or the number of an event since this front end "
        + "started (0 for all that are kept)";

    /// <summary>Reads a place.</summary>
    /// <param name="text">An id, or a number alone.</param>
    /// <param name="boot">The boot that is meant if the text names none.</param>
    /// <param name="place">The place, if the text is valid.</param>
    public static bool TryParse(string text, BootId boot, out EventPlace place)
    {
        place = default;
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        if (dash >= 0)
        {
            if (!ulong.TryParse(text.AsSpan(0, dash), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var named))
                return false;
            boot = new BootId(named);
        }

        if (!long.TryParse(text.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return false;
        place = new EventPlace(boot, number);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Boot}-{Number}");
}
