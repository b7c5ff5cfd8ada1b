using System.Globalization;
using System.Text.RegularExpressions;
using Dams.Contracts.Engines;
using Dams.Contracts.Soap;
using Dams.Ordering;
using Dams.Ordering.Protocol;

namespace Dams.FrontEnd.Status;

/// <summary>
/// What a replica says of itself is shown to people and read by tools, and a wrong one may say anything. Only what can be meant is passed on: names that are known,
/// numbers that are numbers, in the one form that each has.
/// </summary>
internal static partial class ReportedStatus
{
    private static readonly HashSet<string> s_states = [.. Enum.GetNames<MemberState>(), "Waiting"];
    private static readonly HashSet<string> s_engines = [.. EngineVersions.Names];

    /// <summary>The same status, where what can't be meant is empty, or 0.</summary>
    public static GetStatusResult Clean(GetStatusResult said)
    {
        said.Engine = s_engines.Contains(said.Engine) ? said.Engine : "";
        said.State = s_states.Contains(said.State) ? said.State : "";
        said.Incarnation = Incarnation.TryParse(said.Incarnation, out var incarnation) ? incarnation.ToString() : "";
        said.BlockedBy = said.BlockedBy is not null && Incarnation.TryParse(said.BlockedBy, out var blocker) ? blocker.ToString() : null;
        said.Boot = ulong.TryParse(said.Boot, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var boot) ? new BootId(boot).ToString() : "";
        said.Epoch = Epoch().IsMatch(said.Epoch ?? "") ? said.Epoch! : "";
        said.StateDigest = Digest.TryParse(said.StateDigest, out var digest) ? digest.ToString() : "";
        said.LogBytesLeft = Math.Max(said.LogBytesLeft, 0);
        return said;
    }

    [GeneratedRegex(@"\A(none|[0-9]{1,20}\.[0-9]{1,3})\z")]
    private static partial Regex Epoch();
}
