using System.Collections.Immutable;
using Dams.Contracts.Reports;
using Dams.Ordering;
using Dams.ReplicaManager.Agreement;
using Dams.Tests.Simulated;

namespace Dams.Tests.Simulation;

/// <summary>
/// Holds the rules of the managers' agreement. After each report all managers have the same state. Each incarnation is replaced
/// once, by two votes of managers other than its own. These managers knew of its last restart and have given it its time. One
/// replacement happens at a time.
/// </summary>
/// <param name="hold">How long a restart holds back the votes about the replica's death, from the first manager that hears of it.</param>
/// <param name="versions">The list of versions of each seat.</param>
/// <param name="onDecided">Checks that a decision has a reason.</param>
internal sealed class AgreementChecker(
    TimeSpan hold, IReadOnlyDictionary<byte, ImmutableArray<string>> versions, Action<Decision> onDecided)
{
    private readonly Dictionary<long, string> _agreed = [];
    private readonly Dictionary<ulong, HashSet<byte>> _silent = [];
    private readonly Dictionary<ulong, HashSet<byte>> _wrong = [];
    private readonly HashSet<long> _suspicions = [];
    private readonly Dictionary<byte, (int Count, long Number, long At)> _restarts = [];
    private readonly Dictionary<byte, long> _lastRestarts = [];
    private readonly HashSet<ulong> _decided = [];
    private Decision? _active;

    public void OnReport(NodeId manager, long number, long now, Report report, AgreedState state)
    {
        var cases = state.Cases.Select(open =>
            (open.Number, open.Incarnation, open.Kind, open.Guilty, open.Innocent, open.View, string.Join("+", open.Sequences)));
        var summary = $"{state.Active} {string.Join(",", state.Queue)} {string.Join(",", cases)} "
            + $"{state.Replacements} {state.Events.LastOrDefault()} {string.Join(",", versions.Keys.Select(state.VersionTurns))}";
        if (_agreed.TryGetValue(number, out var agreed))
        {
            Broken.Unless(agreed == summary, $"after report {number}, {manager} has {summary}, but another manager has {agreed}");
            return;
        }

        _agreed.Add(number, summary);
        Count(number, now, report);
        foreach (var decision in state.Queue.Append(state.Active).OfType<Decision>().Where(decision => decision.Number == number))
            OnDecision(decision, now);
        if (state.Active is { } begun && begun.Number != _active?.Number)
            OnBegun(begun, state);
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
            // A restart report that comes again, or too late, does not count.
            case RestartReport restart when restart.Restart <= _lastRestarts.GetValueOrDefault(report.Replica):
                break;
            case RestartReport restart:
                _lastRestarts[report.Replica] = restart.Restart;
                if (_restarts.GetValueOrDefault(report.Replica).Count >= 3)
                    break;
                // The first three restarts in ten minutes hold back the votes about the replica's death.
                _restarts[report.Replica] = (_restarts.GetValueOrDefault(report.Replica).Count + 1, number, now);
                Of(_silent, report.Incarnation).Clear();
                break;
        }
    }

    /// <summary>Holds that the next incarnation runs a version that no other seat has, if its list has such a version.</summary>
    private void OnBegun(Decision begun, AgreedState state)
    {
        string VersionOf(byte seat) => versions[seat][state.VersionTurns(seat) % versions[seat].Length];

        var others = versions.Keys.Where(seat => seat != begun.Replica).Select(VersionOf).ToHashSet();
        var free = versions[begun.Replica].Where(version => !others.Contains(version)).ToList();
        Broken.Unless(
            free.Count == 0 || free.Contains(VersionOf(begun.Replica)),
            $"{begun}: the next incarnation runs {VersionOf(begun.Replica)}, as another does, "
            + $"although {string.Join(" and ", free)} is free");
    }

    private static HashSet<byte> Of(Dictionary<ulong, HashSet<byte>> votes, ulong incarnation)
    {
        if (!votes.TryGetValue(incarnation, out var managers))
            votes.Add(incarnation, managers = []);
        return managers;
    }

    private void OnDecision(Decision decision, long now)
    {
        Broken.Unless(_decided.Add(decision.Incarnation), $"{decision}: its replacement was agreed on before");
        var seen = Of(decision.IsCrash ? _silent : _wrong, decision.Incarnation).Count;
        Broken.Unless(
            decision.Cause == ReplacementCause.Lost || seen >= 2, $"{decision}: only {seen} managers other than its own have seen it");
        if (decision.Cause == ReplacementCause.Dead && _restarts.TryGetValue(decision.Replica, out var restart))
            Broken.Unless(now - restart.At >= hold.Ticks, $"{decision}: the replica was just being restarted");
        onDecided(decision);
    }
}
