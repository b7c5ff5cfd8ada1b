using Dams.Contracts.Engines;
using Dams.Hosting.Lab;
using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.Replica.Versions;

namespace Dams.Tests.Simulation;

/// <content>Which version a replica runs, and how the liar among them lies.</content>
internal sealed partial class Simulation
{
    /// <summary>The version whose turn it is in the slot.</summary>
    private IAppointmentEngine EngineOf(SimulatedNode replica)
    {
        var versions = VersionCatalog.All;
        var create = versions[(replica.Id.Number - 1 + replica.VersionTurns) % versions.Count].Create;
        return IsLiar(replica) && _knobs.LieKind is LieKind.Outcome or LieKind.Field or LieKind.Stale or LieKind.Late
            ? new LyingEngine(_knobs.LieKind, create, new SeededRandom(_random.Next()), _knobs.LiesPerMille)
            : create();
    }

    /// <summary>A liar that was replaced comes back as another version, which is right.</summary>
    private bool IsLiar(SimulatedNode replica) => _knobs.Liar == replica.Id.Number && replica.VersionTurns == 0;

    /// <summary>What a liar says otherwise than its state and its stored replies have it.</summary>
    private Message AsTold(SimulatedNode from, Message message)
    {
        if (message is not ReplyMessage reply || !IsLiar(from) || _knobs.LieKind != LieKind.TwoFaced || !_managersRandom.Chance(_knobs.LiesPerMille))
            return message;
        var lie = new byte[] { 0 };
        return reply with { Result = lie, ResultDigest = Digest.Of(lie), HasResult = true };
    }
}
