using System.Globalization;
using Dams.Ordering;

namespace Dams.FrontEnd.Events;

/// <summary>
/// Where a reader of events is: the id of the last one that it has seen. Each life of a front end numbers its events from 1, so that an id names the life: <c>5f3a09c1d27b8e46-40</c>.
/// </summary>
/// <param name="Boot">The life.</param>
/// <param name="Number">The event's number in it; 0 before the first.</param>
internal readonly record struct EventPlace(BootId Boot, long Number)
{
    /// <summary>What is expected, for messages.</summary>
    public const string Expected = "the id of an event, such as 5f3a09c1d27b8e46-40, or a whole number, which is one of this front end's life: 0 for all that are kept";

    /// <summary>Reads one.</summary>
    /// <param name="text">An id, or a number alone.</param>
    /// <param name="boot">The life that is meant when none is named.</param>
    /// <param name="place">It.</param>
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
