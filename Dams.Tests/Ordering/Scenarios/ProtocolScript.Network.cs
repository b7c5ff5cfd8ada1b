using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.Replica.Core;
using Dams.Replica.Versions.Ledger;
using Dams.Tests.Simulated;

namespace Dams.Tests.Ordering.Scenarios;

/// <content>The network, and the shell around each core.</content>
internal sealed partial class ProtocolScript
{
    private readonly List<Flight> _lost = [];

    private readonly record struct Flight(Envelope Envelope, NodeId To, Message Message);

    private Instant InstantOf(SimulatedNode node) => new(_now, WallStart + (_now / TimeSpan.TicksPerMillisecond) + node.WallOffset);

    private void StartUp(SimulatedNode node)
    {
        node.Boot = new BootId(++_boots);
        node.Outbox = new Outbox();
        node.BootCount++;
        node.PausedUntil = 0;
        switch (node.Id.Role)
        {
            case NodeRole.Sequencer:
                var sequencer = new SequencerProtocol(Options, node.Id.Number, node.Boot, node.Outbox);
                node.Protocol = sequencer;
                sequencer.Start(InstantOf(node));
                break;
            case NodeRole.Manager:
                node.Protocol = new LeaveRequester(Options, node.Outbox);
                break;
            default:
                var replica = new ReplicaProtocol(
                    Options, node.Id.Number, node.Log!, node.Outbox, new LedgerEngine(), 0, new ReplicaCoreOptions(), _boots,
                    core => new Consumer(this, node, core), restored: node.Snapshot, mark: node.Mark);
                node.Protocol = replica;
                if (node.Snapshot is { } snapshot)
                    _checker.Restore(node, snapshot.Seq);
                if (!IsSurvived(node, () => replica.Start(InstantOf(node))))
                    return;
                break;
        }

        Settle(node);
        _effects.Clear();
    }

    private void Run()
    {
        while (_flights.TryDequeue(out var flight))
            Deliver(flight);
    }

    private void Release(Func<Flight, bool> isChosen)
    {
        foreach (var flight in _held.Where(isChosen).ToList())
        {
            _held.Remove(flight);
            _flights.Enqueue(flight);
        }

        Run();
    }

    private void Deliver(Flight flight)
    {
        var (envelope, to, message) = flight;
        if (to.Role == NodeRole.FrontEnd)
        {
            FrontEnd.Add((envelope.From, message));
            Note(envelope.From, "->", to, message);
            return;
        }

        if (message is SkipStatus status)
            SkipStatus = status;
        if (!_nodes.TryGetValue(to, out var node) || !node.IsUp)
            return;
        if (node.PausedUntil > 0)
        {
            _held.Add(flight);
            return;
        }

        Step(node, () => node.Protocol!.OnMessage(envelope, message, InstantOf(node)));
        Note(envelope.From, "->", to, message);
    }

    /// <summary>Gives a core one input, and then does what the shell does.</summary>
    private void Step(SimulatedNode node, Action input)
    {
        var before = StateOf(node);
        if (!IsSurvived(node, input))
            return;
        Settle(node);
        if (StateOf(node) is var after && after != before)
            _effects.Add($"becomes {after}");
    }

    private void Settle(SimulatedNode node)
    {
        node.Protocol!.OnBatchEnd(InstantOf(node));
        if (IsChecked)
            _checker.OnStep(node);
        SendAll(node);
        if (_unflushed.Contains(node.Id) || node.Outbox.TakeFlush() is not (> 0 and var write))
            return;
        node.Log!.Sync(write);
        node.Protocol.OnFlushed(write, InstantOf(node));
        Settle(node);
    }

    private void SendAll(SimulatedNode node)
    {
        foreach (var outgoing in node.Outbox.Messages)
        {
            var flight = new Flight(new Envelope(node.Id, node.Boot, outgoing.Epoch), outgoing.To, outgoing.Message);
            var rule = _rules.Find(candidate => candidate.TryApply(node.Id, outgoing.To, outgoing.Message));
            switch (rule?.Delivery)
            {
                case Delivery.Drop:
                    _lost.Add(flight);
                    break;
                case Delivery.Hold:
                    _held.Add(flight);
                    _lost.Add(flight);
                    break;
                case Delivery.Duplicate:
                    _flights.Enqueue(flight);
                    _flights.Enqueue(flight);
                    break;
                default:
                    _flights.Enqueue(flight);
                    break;
            }
        }

        node.Outbox.ClearMessages();
    }

    private void Note(NodeId from, string arrow, NodeId to, Message message)
    {
        var effects = string.Join(", ", TakeEffects());
        if (effects.Length > 0 || IsShown(message))
            Trace.Add(from.Short(), arrow, to.Short(), MessageText.Of(message), effects);
        NoteLost();
    }

    /// <summary>Adds messages that were sent in a step and do not arrive to the trace, after the step.</summary>
    private void NoteLost()
    {
        foreach (var flight in _lost)
        {
            if (!IsShown(flight.Message))
                continue;
            var arrow = _held.Contains(flight) ? "-|" : "-x";
            Trace.Add(flight.Envelope.From.Short(), arrow, flight.To.Short(), MessageText.Of(flight.Message), "");
        }

        _lost.Clear();
    }

    private bool IsShown(Message message) => !s_quiet.Contains(MessageText.TypeOf(message)) || _shown.Contains(MessageText.TypeOf(message));

    private List<string> TakeEffects()
    {
        var taken = _effects.ToList();
        _effects.Clear();
        return taken;
    }

    private static string StateOf(SimulatedNode node) => node.Protocol switch
    {
        SequencerProtocol { State: SequencerState.Standby } => "Standby",
        SequencerProtocol sequencer => $"{sequencer.State} e{sequencer.Epoch}",
        ReplicaProtocol { Member: { State: MemberState.Halted } member } => $"Halted ({member.HaltReason})",
        ReplicaProtocol { Member: { State: MemberState.Following } member } =>
            $"{(member.IsVoter ? "Following" : "Following without a vote")} e{member.Installed.Epoch}",
        ReplicaProtocol { Member: { State: MemberState.Promised } member } => $"Promised e{member.Promised.Epoch}",
        ReplicaProtocol replica => replica.Member.State.ToString(),
        LeaveRequester requester => requester.Leaving is { } leaving ? $"asking {leaving} out" : "content",
        _ => "",
    };

    /// <summary>Adds the state of every process to the trace, a line each.</summary>
    public void TellStatus()
    {
        foreach (var node in _nodes.Values.Where(node => node.Id.Role != NodeRole.Manager))
        {
            var place = node.Protocol switch
            {
                SequencerProtocol { State: SequencerState.Active } sequencer =>
                    $", last #{sequencer.MaxSeq} committed #{sequencer.CommitSeq} {sequencer.View}",
                ReplicaProtocol { Member: var member } =>
                    $", log to #{member.Contiguous} executed #{member.Executed}"
                    + (member.WaitingBefore is { } seq ? $", waits before #{seq}" : ""),
                _ => "",
            };
            Trace.Add($"{node.Id.Short()}: {(node.IsUp ? StateOf(node) : "down")}{place}");
        }
    }

    /// <summary>Adds the members that the active sequencers report as laggards to the trace.</summary>
    public void TellLaggards()
    {
        foreach (var node in _nodes.Values.Where(node => node.Protocol is SequencerProtocol { State: SequencerState.Active }))
        {
            var laggards = node.Sequencer.LaggardsAt(InstantOf(node)).Select(id => NodeId.Replica(id).Short());
            Trace.Add($"{node.Id.Short()} reports {string.Join(" ", laggards.DefaultIfEmpty("nobody"))}");
        }
    }

    private sealed class Consumer(ProtocolScript script, SimulatedNode node, ReplicaCore core) : IEntryConsumer
    {
        public void OnDelivered(Entry entry, Instant now)
        {
            if (script.IsPoison(node, entry))
                throw new PoisonedException(node);
            if (script.IsChecked)
                script._checker.OnDelivered(node, entry, script._replicas);
            script._effects.Add($"executes #{entry.Seq}");
            core.OnDelivered(entry, now);
        }

        public void OnSkipped(Entry entry, Instant now)
        {
            if (script.IsChecked)
                script._checker.OnSkipped(node, entry, script._replicas);
            script._effects.Add($"skips #{entry.Seq}");
            core.OnSkipped(entry, now);
        }
    }
}
