using Dams.Contracts.Management;
using Dams.Ordering;
using Dams.ReplicaManager.Agreement;

namespace Dams.Tests.Simulation;

/// <summary>
/// Holds what the managers agree on: the same at all of them after each report, each incarnation replaced once, by two votes of managers other than its own that knew of
/// its last restart, and one replacement at a time.
/// </summary>
/// <param name="onDecided">Looks whether there was a reason.</param>
internal sealed class AgreementChecker(Action<Decision> onDecided)
{
    private readonly Dictionary<long, string> _agreed = [];
    private readonly Dictionary<ulong, HashSet<byte>> _guilty = [];
    private readonly Dictionary<byte, (int Count, long Number)> _restarts = [];
    private readonly HashSet<ulong> _decided = [];
    private Decision? _active;

    public void OnReport(NodeId manager, long number, Report report, ManagementState state)
    {
        var summary = $"{state.Active} {string.Join(",", state.Queue)} {string.Join(",", state.Cases)} {state.Replacements} {state.Events.LastOrDefault()}";
        if (_agreed.TryGetValue(number, out var agreed))
        {
            Broken.Unless(agreed == summary, $"{manager} has after report {number}: {summary}; another has {agreed}");
            return;
        }

        _agreed.Add(number, summary);
        Count(number, report);
        foreach (var decision in state.Queue.Append(state.Active).OfType<Decision>().Where(decision => decision.Number == number))
            OnDecision(decision);
        if (_active is { } before && state.Active?.Number != before.Number)
        {
            var isOver = report.Replica == before.Replica;
            Broken.Unless(isOver, $"{state.Active} has begun before {before} was over");
        }

        _active = state.Active;
    }

    private void Count(long number, Report report)
    {
        if (!_guilty.TryGetValue(report.Incarnation, out var guilty))
            _guilty.Add(report.Incarnation, guilty = []);
        switch (report)
        {
            case VoteReport { IsGuilty: true } vote when vote.Manager != vote.Replica && vote.Seen >= _restarts.GetValueOrDefault(vote.Replica).Number:
                guilty.Add(vote.Manager);
                break;
            case DigestReport digest when digest.Manager != digest.Replica:
                guilty.Add(digest.Manager);
                break;
            case RestartReport when _restarts.GetValueOrDefault(report.Replica).Count < 3:
                // The first three in ten minutes hold the votes about its death.
                _restarts[report.Replica] = (_restarts.GetValueOrDefault(report.Replica).Count + 1, number);
                guilty.Clear();
                break;
        }
    }

    private void OnDecision(Decision decision)
    {
        Broken.Unless(_decided.Add(decision.Incarnation), $"{decision}: it was agreed on before");
        Broken.Unless(decision.Cause == ReplacementCause.Lost || _guilty[decision.Incarnation].Count >= 2,
            $"{decision}: {_guilty[decision.Incarnation].Count} managers other than its own have seen it");
        onDecided(decision);
    }
}
