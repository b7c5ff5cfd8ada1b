using Dams.Contracts.Management;
using Dams.Ordering;
using Dams.ReplicaManager.Agreement;

namespace Dams.Tests.Simulation;

/// <summary>
/// Holds what the managers agree on: the same at all of them after each report, each incarnation replaced once, by two votes of managers other than its own that knew of
/// its last restart and have given it its time, and one replacement at a time.
/// </summary>
/// <param name="hold">How long a restart holds the votes about its death, from the first manager that hears of it.</param>
/// <param name="onDecided">Looks whether there was a reason.</param>
internal sealed class AgreementChecker(TimeSpan hold, Action<Decision> onDecided)
{
    private readonly Dictionary<long, string> _agreed = [];
    private readonly Dictionary<ulong, HashSet<byte>> _silent = [];
    private readonly Dictionary<ulong, HashSet<byte>> _wrong = [];
    private readonly HashSet<long> _suspicions = [];
    private readonly Dictionary<byte, (int Count, long Number, long At)> _restarts = [];
    private readonly Dictionary<byte, long> _lastRestarts = [];
    private readonly HashSet<ulong> _decided = [];
    private Decision? _active;

    public void OnReport(NodeId manager, long number, long now, Report report, ManagementState state)
    {
        var summary = $"{state.Active} {string.Join(",", state.Queue)} {string.Join(",", state.Cases.Select(open => (open.Number, open.Incarnation, open.Kind, open.Guilty, open.Innocent, open.View, string.Join("+", open.Sequences))))} {state.Replacements} {state.Events.LastOrDefault()}";
        if (_agreed.TryGetValue(number, out var agreed))
        {
            Broken.Unless(agreed == summary, $"{manager} has after report {number}: {summary}; another has {agreed}");
            return;
        }

        _agreed.Add(number, summary);
        Count(number, now, report);
        foreach (var decision in state.Queue.Append(state.Active).OfType<Decision>().Where(decision => decision.Number == number))
            OnDecision(decision, now);
        if (_active is { } before && state.Active?.Number != before.Number)
        {
            var isOver = report.Replica == before.Replica;
            Broken.Unless(isOver, $"{state.Active} has begun before {before} was over");
        }

        _active = state.Active;
    }

    private void Count(long number, long now, Report report)
    {
        switch (report)
        {
            case SuspicionReport:
                _suspicions.Add(number);
                break;
            case VoteReport { IsGuilty: true } vote when vote.Manager != vote.Replica:
                if (!_suspicions.Contains(vote.Case))
                    Of(_wrong, vote.Incarnation).Add(vote.Manager);
                else if (vote.Seen >= _restarts.GetValueOrDefault(vote.Replica).Number)
                    Of(_silent, vote.Incarnation).Add(vote.Manager);
                break;
            case DigestReport digest when digest.Manager != digest.Replica:
                Of(_wrong, digest.Incarnation).Add(digest.Manager);
                break;
            // One that comes again, or too late, is none.
            case RestartReport restart when restart.Restart <= _lastRestarts.GetValueOrDefault(report.Replica):
                break;
            case RestartReport restart:
                _lastRestarts[report.Replica] = restart.Restart;
                if (_restarts.GetValueOrDefault(report.Replica).Count >= 3)
                    break;
                // The first three in ten minutes hold the votes about its death.
                _restarts[report.Replica] = (_restarts.GetValueOrDefault(report.Replica).Count + 1, number, now);
                Of(_silent, report.Incarnation).Clear();
                break;
        }
    }

    private static HashSet<byte> Of(Dictionary<ulong, HashSet<byte>> votes, ulong incarnation)
    {
        if (!votes.TryGetValue(incarnation, out var managers))
            votes.Add(incarnation, managers = []);
        return managers;
    }

    private void OnDecision(Decision decision, long now)
    {
        Broken.Unless(_decided.Add(decision.Incarnation), $"{decision}: it was agreed on before");
        var seen = Of(decision.IsCrash ? _silent : _wrong, decision.Incarnation).Count;
        Broken.Unless(decision.Cause == ReplacementCause.Lost || seen >= 2, $"{decision}: {seen} managers other than its own have seen it");
        if (decision.Cause == ReplacementCause.Dead && _restarts.TryGetValue(decision.Replica, out var restart))
            Broken.Unless(now - restart.At >= hold.Ticks, $"{decision}: it was just being started again");
        onDecided(decision);
    }
}
