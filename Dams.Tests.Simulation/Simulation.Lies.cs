using System.Collections.Immutable;
using Dams.Hosting.Topology;
using Dams.Lab;
using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.Replica.Engines;
using Dams.Replica.Versions;
using Dams.Tests.Simulated;

namespace Dams.Tests.Simulation;

/// <content>The versions that replicas run, and the lies of the liar among them.</content>
internal sealed partial class Simulation
{
    private int _stateLies;

    /// <summary>The list of versions of a seat. Each seat's begins with the next one, in turn.</summary>
    private ImmutableArray<string> VersionsOf(byte seat) =>
        ClusterTopology.Turned([.. Enumerable.Range(0, _knobs.Versions).Select(i => ((char)('A' + i)).ToString())], seat);

    /// <summary>Makes an engine of the version whose turn it is in the seat.</summary>
    private IAppointmentEngine EngineOf(SimulatedNode replica)
    {
        var names = VersionsOf(replica.Id.Number);
        var version = names[replica.VersionTurns % names.Length];
        // There may be more versions than engines: an engine may have several names.
        var create = VersionCatalog.All[(version[0] - 'A') % VersionCatalog.All.Count].Create;
        return IsLiar(replica) && _knobs.LieKind is LieKind.Outcome or LieKind.Field or LieKind.Stale or LieKind.Late
            ? new LyingEngine(_knobs.LieKind, create, new SeededRandom(_random.Next()), _knobs.LiesPerMille, () => _now >= _liesFrom)
            : create();
    }

    /// <summary>Whether the replica lies. A liar that was replaced comes back as another version, which tells the truth.</summary>
    private bool IsLiar(SimulatedNode replica) => _knobs.Liar == replica.Id.Number && replica.VersionTurns == 0;

    /// <summary>
    /// Whether the liar gives a wrong digest to the manager that asks just now. It does not lie to each manager, and in some runs
    /// it does not lie for long.
    /// </summary>
    private bool IsStateFalse(SimulatedNode replica)
    {
        if (!IsLiar(replica) || _knobs.LieKind != LieKind.State || _stateLies >= _knobs.StateLiesMax
            || !_managersRandom.Chance(_knobs.LiesPerMille))
            return false;
        _stateLies++;
        return true;
    }

    /// <summary>The messages that are sent for this one: a liar's may differ from its state and its stored replies.</summary>
    private IReadOnlyList<Message> AsTold(SimulatedNode from, Message message)
    {
        if (message is not ReplyMessage reply || !IsLiar(from) || LieKinds.IsFoundByManagers(_knobs.LieKind)
            || !_managersRandom.Chance(_knobs.LiesPerMille))
            return [message];
        if (_knobs.LieKind == LieKind.Number)
            return [.. Enumerable.Range(0, 1 + _managersRandom.Below(6)).Select(_ => reply with { Seq = MadeUp(reply.Seq) })];
        var lie = new byte[] { 0 };
        return [reply with { Result = lie, ResultDigest = Digest.Of(lie), HasResult = true }];
    }

    /// <summary>Makes up a number: most often near the right one, where other requests are, else anywhere above it.</summary>
    private SequenceNumber MadeUp(SequenceNumber right) => SequenceNumber.Max(
        new SequenceNumber(1),
        right + (_managersRandom.Chance(700) ? _managersRandom.Below(9) - 4 : _managersRandom.Below(1_000_000)));
}
