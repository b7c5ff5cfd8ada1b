using Dams.Ordering;
using Dams.Tests.Simulated;

namespace Dams.Tests.Simulation;

/// <content>
/// A fault of one replica that lasts for seconds; see <see cref="Glitch"/>. Its datagrams may be cut while it answers managers over HTTP.
/// Then it must catch up, and must not be replaced. If it never moves again, it must be replaced in the end.
/// </content>
internal sealed partial class Simulation
{
    // The sequencer says every 50 ms what is committed, and managers look every 250 ms.
    private static readonly TimeSpan s_standstillSlack = TimeSpan.FromSeconds(2);

    /// <summary>
    /// A replica that answers and never moves is replaced within this time under load: suspected after two seconds, watched for 30 with a
    /// few watches that begin again, and replaced in five.
    /// </summary>
    private static readonly TimeSpan s_stuckMax = TimeSpan.FromSeconds(45);

    private (NodeId Node, ulong Incarnation, GlitchKind Kind)? _glitched;
    private long _glitchBegan;
    private long _glitchEnded;

    /// <summary>How long the replica needed after the glitch until it had executed all that was ordered; null if it has not.</summary>
    public TimeSpan? CaughtUpAfter { get; private set; }

    /// <summary>How long it took from the begin of the glitch until another incarnation voted in the seat; null if none does.</summary>
    public TimeSpan? ReplacedAfter { get; private set; }

    private void ScheduleGlitch()
    {
        if (_knobs.Glitch is { } glitch)
            At(glitch.At.Ticks, () => Begin(glitch));
    }

    private void Begin(Glitch glitch)
    {
        // A second replica that can't do its part is more than the cluster promises to survive.
        if (_healed || !AllVote())
            return;
        var replica = _replicas[glitch.Replica - 1];
        var incarnation = replica.Log!.Record.Incarnation.Value;
        Trace($"{replica.Id} has a glitch: {glitch.Kind} for {glitch.Length}");
        _glitched = (replica.Id, incarnation, glitch.Kind);
        (_glitchBegan, _glitchEnded) = (_now, 0);
        switch (glitch.Kind)
        {
            case GlitchKind.Hung:
                replica.PausedUntil = long.MaxValue / 2;
                break;
            case GlitchKind.Killed:
                replica.CannotStart = true;
                _accused.Add(incarnation);
                Stop(replica);
                At(_now + Milliseconds(100), () => Restart(replica));
                break;
        }

        if (glitch.IsForGood)
            return;
        At(_now + glitch.Length.Ticks, EndGlitch);
        if (glitch.Times > 1)
            At(_now + 2 * glitch.Length.Ticks, () => Begin(glitch with { Times = glitch.Times - 1 }));
    }

    private void EndGlitch()
    {
        if (_glitched is not { } glitched || _glitchEnded > 0)
            return;
        Trace($"the glitch of {glitched.Node} is over");
        _glitchEnded = _now;
    }

    private bool IsGlitched(NodeId from, NodeId to)
    {
        if (_glitchEnded > 0 || _glitched is not { } glitched || glitched.Kind > GlitchKind.Stuck)
            return false;
        var isOut = from == glitched.Node && glitched.Kind != GlitchKind.Deaf;
        var isIn = to == glitched.Node && glitched.Kind != GlitchKind.Mute;
        // A process that is stuck is no fault of its successor.
        return (isOut || isIn) && (glitched.Kind != GlitchKind.Stuck
            || _nodes[glitched.Node].Log!.Record.Incarnation.Value == glitched.Incarnation);
    }

    /// <summary>Notes when a replica that had a glitch has caught up or was replaced.</summary>
    private void ObserveGlitch(SimulatedNode replica)
    {
        if (_glitched is not { } glitched || glitched.Node != replica.Id || !replica.IsUp || replica.PausedUntil > _now)
            return;
        var member = replica.Replica.Member;
        if (_glitchEnded > 0 && CaughtUpAfter is null && member.Executed.Value == _checker.Order.Count)
            CaughtUpAfter = TimeSpan.FromTicks(_now - _glitchEnded);
        if (ReplacedAfter is null && member.Incarnation.Value != glitched.Incarnation && member.IsVoter)
            ReplacedAfter = TimeSpan.FromTicks(_now - _glitchBegan);
    }

    /// <summary>A replica that answers and never moves must be replaced in the end.</summary>
    private void CheckGlitch()
    {
        if (_glitched is { Kind: GlitchKind.Stuck } stuck && _now - _glitchBegan >= s_stuckMax.Ticks)
            Broken.Unless(ReplacedAfter is not null, $"{stuck.Node} has answered for {s_stuckMax}, but never moved, and is not replaced");
    }

    /// <summary>
    /// Whether managers may have found a replica dead: it was out of reach for long enough just now, or it has stood still for as long as
    /// they are patient.
    /// </summary>
    private bool MayBeDead(SimulatedNode replica) =>
        (replica.UnwellAt > 0 && _now - replica.UnwellAt < TimeSpan.FromSeconds(8).Ticks)
        || _now - replica.MovedAt >= (ManagerOptions.StandstillPatience - s_standstillSlack).Ticks;
}
