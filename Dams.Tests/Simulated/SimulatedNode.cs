using Dams.FrontEnd.Coordination;
using Dams.Ordering;
using Dams.Ordering.Protocol;
using Dams.Replica.Core;
using Dams.Replica.Engines;
using Dams.ReplicaManager.Agreement;

namespace Dams.Tests.Simulated;

/// <summary>A data folder as it was at some moment.</summary>
internal sealed record FolderCopy(SimulatedLog Log, SimulatedMark Mark, SnapshotPosition? Snapshot, AgreedSnapshot? Agreed);

/// <summary>
/// A process's part in one group: production cores behind a virtual shell. A process that takes part in both groups has a twin in
/// the managers' group.
/// </summary>
internal sealed class SimulatedNode(NodeId id, GroupId group, SeededRandom random, SimulatedNode? process = null)
{
    private long _pausedUntil;
    private long _wallOffset;

    public NodeId Id { get; } = id;

    public GroupId Group { get; } = group;

    /// <summary>
    /// The generator of the node's group. The managers' group has one of its own, so that what happens in it does not shift the
    /// random numbers of the replicas' group.
    /// </summary>
    public SeededRandom Random { get; } = random;

    /// <summary>The same process in the managers' group; null for a replica, and for the twin itself.</summary>
    public SimulatedNode? Twin { get; set; }

    /// <summary>Whether the process ends as soon as it is started. That lasts until its folder is set aside.</summary>
    public bool CannotStart { get; set; }

    /// <summary>Before this time the process does not come up, whoever starts it: its machine is slow.</summary>
    public long StartsAt { get; set; }

    /// <summary>The engine that it runs. Some engines hold native memory.</summary>
    public IAppointmentEngine? Engine { get; private set; }

    /// <summary>How often its version was changed. The first version may be a liar.</summary>
    public int VersionTurns { get; set; }

    /// <summary>Until this time no other replica's answer reaches this manager in time.</summary>
    public long DeafUntil { get; set; }

    /// <summary>When it was last seen up, and in reach of all others.</summary>
    public long WellAt { get; set; }

    /// <summary>The last entry that it had executed and on disk when it was last observed.</summary>
    public long SeenDone { get; set; }

    /// <summary>When it was last seen to move, or to have done all that there was to do.</summary>
    public long MovedAt { get; set; }

    /// <summary>When it had last been out of reach for long enough that managers may find it dead; 0 if it never was.</summary>
    public long UnwellAt { get; set; }

    public BootId Boot { get; set; }

    public Outbox Outbox { get; set; } = new();

    public IProtocol? Protocol { get; set; }

    public SimulatedLog? Log { get; set; }

    /// <summary>The mark in the folder of the log.</summary>
    public SimulatedMark Mark { get; set; } = new();

    /// <summary>The position of the durable snapshot, if there is one.</summary>
    public SnapshotPosition? Snapshot { get; set; }

    /// <summary>A manager's durable snapshot of the agreed state, if there is one.</summary>
    public AgreedSnapshot? Agreed { get; set; }

    /// <summary>Copies of the folder, oldest first.</summary>
    public List<FolderCopy> Copies { get; } = [];

    /// <summary>The logs of folders that were lost or set aside. Their entries were on disk when they were acknowledged.</summary>
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

    /// <summary>The time of the timer event that is in the queue; long.MaxValue if there is none.</summary>
    public long WakeAt { get; set; } = long.MaxValue;

    /// <summary>Counts starts and ends of the process, so that events of an earlier boot are recognised and dropped.</summary>
    public int BootCount { get; set; }

    /// <summary>The group member, of either group; null for a process that is no member or is down.</summary>
    public GroupMember? Member => Protocol switch
    {
        ReplicaProtocol replica => replica.Member,
        ManagerProtocol manager => manager.Member,
        _ => null,
    };

    public ManagerProtocol Manager => (ManagerProtocol)Protocol!;

    public ReplicaProtocol Replica => (ReplicaProtocol)Protocol!;

    public SequencerProtocol Sequencer => (SequencerProtocol)Protocol!;

    public RequestCoordinator Coordinator => (RequestCoordinator)Protocol!;

    /// <summary>
    /// Whether a newer stamp than the copy's has been confirmed since, or another incarnation has followed. Then the others must
    /// never believe the copy.
    /// </summary>
    public bool IsOutdated(FolderCopy copy) => copy.Log.Record.Incarnation != Log!.Record.Incarnation
        || copy.Log.Record.Stamps.Own.Number + (Log.Record.Stamps.IsConfirmed ? 0 : 1) < Log.Record.Stamps.Own.Number;

    /// <summary>
    /// The incarnation of a copy that was put back after another incarnation had followed it. Nobody counts it, whatever it
    /// promises: two of the others have its LEAVE before its successor votes.
    /// </summary>
    public Incarnation Replaced { get; private set; }

    /// <summary>Replaces the folder by a copy.</summary>
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

    /// <summary>Disposes the engine of the last boot and sets that of the next one; null for none.</summary>
    public IAppointmentEngine? UseEngine(IAppointmentEngine? engine)
    {
        (Engine as IDisposable)?.Dispose();
        return Engine = engine;
    }
}
