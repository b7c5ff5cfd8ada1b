using System.Globalization;
using System.Text.RegularExpressions;
using Dams.Contracts.Soap;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.Ordering.Protocol;

namespace Dams.FrontEnd.Status;

/// <summary>
/// Cleans a replica's report about itself. People see the report and tools read it, but a wrong replica may report anything. Only
/// known names and valid numbers pass, each in its one form.
/// </summary>
internal static partial class ReportedStatus
{
    private static readonly HashSet<string> s_states = [.. Enum.GetNames<MemberState>(), "Waiting"];
    private static readonly HashSet<string> s_engines = [.. KnownVersions.Names];

    /// <summary>Replaces each impossible value by an empty text, null or 0, and returns the same object.</summary>
    public static GetStatusResult Clean(GetStatusResult said)
    {
        said.Engine = s_engines.Contains(said.Engine) ? said.Engine : "";
        said.State = s_states.Contains(said.State) ? said.State : "";
        said.Incarnation = Incarnation.TryParse(said.Incarnation, out var incarnation) ? incarnation.ToString() : "";
        said.BlockedBy = said.BlockedBy is not null && Incarnation.TryParse(said.BlockedBy, out var blocker) ? blocker.ToString() : null;
        said.Boot = ulong.TryParse(said.Boot, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var boot)
            ? new BootId(boot).ToString()
            : "";
        said.Epoch = Epoch().IsMatch(said.Epoch ?? "") ? said.Epoch! : "";
        said.StateDigest = Digest.TryParse(said.StateDigest, out var digest) ? digest.ToString() : "";
        said.LogBytesLeft = Math.Max(said.LogBytesLeft, 0);
        return said;
    }

    [GeneratedRegex(@"\A(none|[0-9]{1,20}\.[0-9]{1,3})\z")]
    private static partial Regex Epoch();
}
