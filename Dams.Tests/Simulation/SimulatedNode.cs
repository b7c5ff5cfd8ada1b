using Dams.Contracts.Engines;
using Dams.FrontEnd.Coordination;
using Dams.Ordering;
using Dams.Ordering.Protocol;
using Dams.Replica.Core;
using Dams.ReplicaManager.Agreement;

namespace Dams.Tests.Simulation;

/// <summary>A data folder as it was at some moment.</summary>
internal sealed record FolderCopy(SimulatedLog Log, SimulatedMark Mark, SnapshotPosition? Snapshot, ManagementSnapshot? Agreed);

/// <summary>A process's part in one group: production cores behind a virtual shell. What takes part in both groups has a twin in the managers'.</summary>
internal sealed class SimulatedNode(NodeId id, GroupId group, SeededRandom random, SimulatedNode? process = null)
{
    private long _pausedUntil;
    private long _wallOffset;

    public NodeId Id { get; } = id;

    public GroupId Group { get; } = group;

    /// <summary>The managers' group has dice of its own, so that a run of the replicas' is the same whatever the managers say.</summary>
    public SeededRandom Random { get; } = random;

    /// <summary>The same process in the managers' group; null for a replica, and for the twin itself.</summary>
    public SimulatedNode? Twin { get; set; }

    /// <summary>The process ends as soon as it is started, until its folder is set aside.</summary>
    public bool CannotStart { get; set; }

    /// <summary>Before this time the process does not come up, whoever starts it: its machine is slow.</summary>
    public long StartsAt { get; set; }

    /// <summary>The version that it runs; some hold native memory.</summary>
    public IAppointmentEngine? Engine { get; private set; }

    /// <summary>How often its version was changed; the first may be a liar.</summary>
    public int VersionTurns { get; set; }

    /// <summary>Until then no replica's answer reaches this manager in time.</summary>
    public long DeafUntil { get; set; }

    /// <summary>When it was last seen up and in reach, and executing what there was to execute.</summary>
    public long WellAt { get; set; }

    /// <summary>How far it had executed then.</summary>
    public long SeenExecuted { get; set; }

    /// <summary>When it was last unwell for as long as a manager must see it to be; 0 if it never was.</summary>
    public long UnwellAt { get; set; }

    public BootId Boot { get; set; }

    public Outbox Outbox { get; set; } = new();

    public IProtocol? Protocol { get; set; }

    public SimulatedLog? Log { get; set; }

    /// <summary>In the folder of the log.</summary>
    public SimulatedMark Mark { get; set; } = new();

    /// <summary>The place of the durable snapshot, if there is one.</summary>
    public SnapshotPosition? Snapshot { get; set; }

    /// <summary>Of a manager: the durable snapshot of what is agreed on, if there is one.</summary>
    public ManagementSnapshot? Agreed { get; set; }

    /// <summary>Copies of the folder that somebody has made, oldest first.</summary>
    public List<FolderCopy> Copies { get; } = [];

    /// <summary>Of folders that were lost or set aside: what they held was on disk when it was acknowledged.</summary>
    public List<SimulatedLog> FormerLogs { get; } = [];

    /// <summary>The JOIN whose snapshot is being fetched.</summary>
    public SequenceNumber? Fetching { get; set; }

    public bool IsUp => Protocol is not null;

    public long PausedUntil
    {
        get => process?.PausedUntil ?? _pausedUntil;
        set => _pausedUntil = value;
    }

    public long WallOffset
    {
        get => process?.WallOffset ?? _wallOffset;
        set => _wallOffset = value;
    }

    /// <summary>For when a timer event is in the queue; long.MaxValue for none.</summary>
    public long WakeAt { get; set; } = long.MaxValue;

    /// <summary>Counts lives, so that events of a former life are recognised.</summary>
    public int Life { get; set; }

    /// <summary>The group member, of whichever group; null for what is none.</summary>
    public GroupMember? Member => Protocol switch
    {
        ReplicaNode replica => replica.Member,
        ManagerProtocol manager => manager.Member,
        _ => null,
    };

    public ManagerProtocol Manager => (ManagerProtocol)Protocol!;

    public ReplicaNode Replica => (ReplicaNode)Protocol!;

    public SequencerProtocol Sequencer => (SequencerProtocol)Protocol!;

    public RequestCoordinator Coordinator => (RequestCoordinator)Protocol!;

    /// <summary>
    /// Whether a stamp that is newer than a copy's has been confirmed since, or another incarnation has followed: then the copy must never
    /// be believed.
    /// </summary>
    public bool IsOutdated(FolderCopy copy) => copy.Log.Record.Incarnation != Log!.Record.Incarnation
        || copy.Log.Record.Stamps.Own.Number + (Log.Record.Stamps.IsConfirmed ? 0 : 1) < Log.Record.Stamps.Own.Number;

    /// <summary>
    /// The incarnation of a copy that was put back after another one had followed it: nobody counts it, whatever it promises, because two of
    /// the others have its LEAVE before its successor votes.
    /// </summary>
    public Incarnation Replaced { get; private set; }

    /// <summary>The folder is what a copy of it was.</summary>
    public void PutBack(FolderCopy copy)
    {
        if (copy.Log.Record.Incarnation != Log!.Record.Incarnation)
            Replaced = copy.Log.Record.Incarnation;
        FormerLogs.Add(Log);
        Log = copy.Log.ToCopy();
        Mark = copy.Mark.ToCopy();
        Snapshot = copy.Snapshot;
        Agreed = copy.Agreed;
    }

    /// <summary>Gives the next life an engine of its own; null for none any more.</summary>
    public IAppointmentEngine? UseEngine(IAppointmentEngine? engine)
    {
        (Engine as IDisposable)?.Dispose();
        return Engine = engine;
    }
}
