using Dams.Contracts.Reports;
using Dams.Ordering;

namespace Dams.FrontEnd.Coordination;

/// <summary>
/// A fault of the lab: decides when this front end reports a healthy replica as wrong and silent. It pauses as a true suspicion does.
/// Pure and single-threaded.
/// </summary>
/// <param name="frontEnd">The number of the front end that accuses.</param>
/// <param name="boot">The boot of that front end.</param>
/// <param name="sink">Takes the accusations.</param>
internal sealed class FalseAccuser(CoordinatorOptions options, byte frontEnd, BootId boot, IReportSink sink)
{
    private Instant _pausedUntil;

    /// <summary>Accuses a replica, unless the last accusation is too recent, the replica is not active or nothing was judged yet.</summary>
    /// <param name="judged">The numbers that were judged last, in ascending order.</param>
    /// <returns>Whether it has accused.</returns>
    public bool TryAccuse(byte replica, View view, IReadOnlyCollection<long> judged, Instant now)
    {
        if (now < _pausedUntil || !view.TryGet(replica, out var member) || !member.Votes || judged.Count == 0)
            return false;
        _pausedUntil = now + options.SuspicionPause;
        long[] sequences = [.. judged];
        sink.OnReport(new VerdictReport(replica, member.Incarnation.Value, frontEnd, boot.Value, sequences), now);
        sink.OnReport(new SuspicionReport(replica, member.Incarnation.Value, SuspicionCause.Silent, sequences[^1]), now);
        return true;
    }
}
