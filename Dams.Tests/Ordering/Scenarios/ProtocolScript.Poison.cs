using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Tests.Simulated;

namespace Dams.Tests.Ordering.Scenarios;

/// <content>A request that kills members that execute it, and an operator's skip.</content>
internal sealed partial class ProtocolScript
{
    private SequenceNumber _poison;
    private byte[] _poisoned = [];

    /// <summary>The entry of this number kills these members.</summary>
    public void Poison(long seq, params byte[] members) => (_poison, _poisoned) = (new SequenceNumber(seq), members);

    /// <summary>Starts members that have died again, as their managers do, until they wait before the entry.</summary>
    public void RestartUntilWaiting(params byte[] members)
    {
        for (var lives = 0; lives < 4; lives++)
        {
            foreach (var id in members.Where(id => !IsUp(NodeId.Replica(id))))
                Start(NodeId.Replica(id));
            // The next SYNC tells every member what is committed.
            Wait(60);
        }
    }

    /// <summary>An operator wants an entry skipped. A manager repeats that to the sequencer for a while.</summary>
    public void AskForSkip(long seq, byte sequencer = 1)
    {
        for (var i = 0; i < 3; i++)
        {
            Inject(NodeId.Manager(1), NodeId.Sequencer(sequencer), new SkipReq(new SequenceNumber(seq)), boot: new BootId(0xAA));
            Wait(110);
        }

        Inject(NodeId.Manager(1), NodeId.Sequencer(sequencer), new SkipReq(new SequenceNumber(seq)), boot: new BootId(0xAA));
    }

    /// <summary>The last status of the skip that a sequencer has sent.</summary>
    public SkipStatus? SkipStatus { get; private set; }

    private bool IsPoison(SimulatedNode node, Entry entry) => entry.Seq == _poison && _poisoned.Contains(node.Id.Number);

    private bool IsSurvived(SimulatedNode node, Action input)
    {
        try
        {
            input();
            return true;
        }
        catch (PoisonedException)
        {
            _effects.Add($"dies of #{_poison}");
            Crash(node.Id);
            return false;
        }
    }
}
