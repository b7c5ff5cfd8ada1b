using Dams.Contracts.Domain;
using Dams.Contracts.Engines;
using Dams.FrontEnd.Coordination;
using Dams.Ordering;
using Dams.Ordering.Protocol;
using Dams.Replica.Core;
using Dams.Replica.Versions.Ledger;

namespace Dams.Tests.Simulation;

/// <summary>A process of the simulation: production cores behind a virtual shell.</summary>
internal sealed class SimulatedNode(NodeId id)
{
    public NodeId Id { get; } = id;

    public BootId Boot { get; set; }

    public Outbox Outbox { get; set; } = new();

    public IProtocol? Protocol { get; set; }

    public SimulatedLog? Log { get; set; }

    /// <summary>In the folder of the log.</summary>
    public SimulatedMark Mark { get; set; } = new();

    /// <summary>The place of the durable snapshot, if there is one.</summary>
    public SnapshotPosition? Snapshot { get; set; }

    /// <summary>Of folders that were lost or set aside: what they held was on disk when it was acknowledged.</summary>
    public List<SimulatedLog> FormerLogs { get; } = [];

    /// <summary>The incarnation that was lost with its folder, until it has been ordered out.</summary>
    public Incarnation? Lost { get; set; }

    /// <summary>The JOIN whose snapshot is being fetched.</summary>
    public SequenceNumber? Fetching { get; set; }

    public bool IsUp => Protocol is not null;

    public long PausedUntil { get; set; }

    public long WallOffset { get; set; }

    /// <summary>For when a timer event is in the queue; long.MaxValue for none.</summary>
    public long WakeAt { get; set; } = long.MaxValue;

    /// <summary>Counts lives, so that events of a former life are recognised.</summary>
    public int Life { get; set; }

    public ReplicaNode Replica => (ReplicaNode)Protocol!;

    public SequencerProtocol Sequencer => (SequencerProtocol)Protocol!;

    public RequestCoordinator Coordinator => (RequestCoordinator)Protocol!;
}

/// <summary>A version that answers wrongly now and then: it says the opposite of booked, and keeps its state right.</summary>
internal sealed class LyingLedger(SeededRandom random) : IAppointmentEngine
{
    private readonly LedgerEngine _ledger = new();

    public string Version => _ledger.Version;

    public Reply Execute(Command command, IBucketObserver observer)
    {
        var reply = _ledger.Execute(command, observer);
        if (!random.Chance(500))
            return reply;
        return reply switch
        {
            BookReply book => new BookReply(book.Outcome == BookOutcome.Booked ? BookOutcome.Full : BookOutcome.Booked),
            AddReply add => new AddReply(add.Outcome == AddOutcome.Added ? AddOutcome.AlreadyExists : AddOutcome.Added),
            ScheduleReply => new ScheduleReply([]),
            _ => reply,
        };
    }

    public IReadOnlyList<BucketKey> BucketKeys() => _ledger.BucketKeys();

    public Bucket ReadBucket(BucketKey key) => _ledger.ReadBucket(key);

    public void Restore(IEnumerable<Bucket> buckets) => _ledger.Restore(buckets);
}
