using System.Collections.Immutable;
using Dams.Contracts.Topology;
using Dams.FrontEnd.Events;
using Dams.Ordering;
using NodeId = Dams.Contracts.Topology.NodeId;
using NodeRole = Dams.Contracts.Topology.NodeRole;

namespace Dams.FrontEnd.Status;

/// <summary>The calls that are refused because the replicas' disks are full.</summary>
internal enum StorageState
{
    /// <summary>Nothing, and nobody lacks room.</summary>
    Open = 0,

    /// <summary>Nothing yet: a replica can't have the next segment of its log.</summary>
    Short,

    /// <summary>Writes. Reads are answered.</summary>
    NoWrites,

    /// <summary>Everything: reads are entries, too, and what is left is for the group itself.</summary>
    NoCalls,
}

/// <summary>
/// Refuses calls before a full disk stops the replicas. A new epoch must always fit, so calls end while there is still room in
/// the logs: first writes, later reads. A replica's word counts only together with others': calls are refused
/// when too few for an epoch's quorum are left that don't lack room. So neither one that lies about its disk nor one that stands on a full
/// one alone stops anybody. The poller's task writes, any thread reads.
/// </summary>
/// <param name="frontEnd">Who looks.</param>
/// <param name="topology">Whose logs.</param>
/// <param name="journal">Where events go.</param>
/// <param name="alarms">Where alarms go.</param>
internal sealed class StorageGate(NodeId frontEnd, ClusterTopology topology, EventJournal journal, StandingAlarms alarms)
{
    /// <summary>
    /// Writes are taken while so much is left in a log that can't go on. A log is half full when the next segment is tried, so 4 MiB are
    /// left at least; and between two polls come 1.3 MiB at most (5,000 writes a second, of 250 bytes).
    /// </summary>
    public const long WritesBytesMin = 3L * 1024 * 1024;

    /// <summary>Reads are taken while so much is left: a replica takes no more entries at all at 1.5 MiB.</summary>
    public const long ReadsBytesMin = 2L * 1024 * 1024;

    private readonly int _shortMax = topology.Replicas.Length - View.EpochQuorumOf(topology.Replicas.Length);

    // As each has said last: one that does not answer at the moment has got no room by that.
    private readonly SortedDictionary<int, long> _left = [];
    private volatile StorageState _state;
    private volatile ImmutableHashSet<int> _short = [];

    /// <summary>The calls that are refused now.</summary>
    public StorageState State => _state;

    /// <summary>Whether a call is refused.</summary>
    public bool Refuses(bool isWrite) => _state >= (isWrite ? StorageState.NoWrites : StorageState.NoCalls);

    /// <summary>
    /// Whether a replica, asked just now, says that its disk is full: then its silence to calls is no news, and no other incarnation would do
    /// better on that disk. One that does not answer at all may be excused by nothing that it has said before.
    /// </summary>
    public bool IsShort(int replica) => _short.Contains(replica);

    /// <summary>A round of polls is over.</summary>
    public void OnPolled(ClusterReports reports)
    {
        foreach (var (replica, report) in reports.Replicas)
        {
            if (report.LogBytesLeftSpecified)
                _left[replica] = report.LogBytesLeft;
            else
                _left.Remove(replica);
        }

        var shortNow = reports.Replicas.Where(replica => replica.Value.LogBytesLeftSpecified).Select(replica => replica.Key).ToList();
        if (!_short.SetEquals(shortNow))
            _short = [.. shortNow];
        var before = _state;
        _state = StateNow();
        if (_state == StorageState.Open)
        {
            alarms.Settle(AlarmCause.StorageShort);
            if (before != StorageState.Open)
                journal.Write(ClusterEventKind.AlarmSettled, frontEnd.ToString(),
                    "the disks of all replicas have room again; writes and reads are taken");
            return;
        }

        var text = Sentence();
        alarms.Raise(AlarmCause.StorageShort, text);
        if (_state != before)
            journal.Write(ClusterEventKind.Alarm, frontEnd.ToString(), text);
    }

    private StorageState StateNow()
    {
        if (_left.Values.Count(left => left < ReadsBytesMin) > _shortMax)
            return StorageState.NoCalls;
        if (_left.Values.Count(left => left < WritesBytesMin) > _shortMax)
            return StorageState.NoWrites;
        return _left.Count > 0 ? StorageState.Short : StorageState.Open;
    }

    private string Sentence()
    {
        var ids = _left.Keys.Select(replica => new NodeId(NodeRole.Replica, replica));
        var who = string.Join(", ", ids.Select(id => $"{id} ({topology.FolderOf(id)})"));
        var what = _state switch
        {
            StorageState.NoCalls => "writes and reads are refused until there is",
            StorageState.NoWrites => "writes are refused until there is; reads are answered",
            _ => _left.Count > _shortMax ? "writes are refused soon" : "writes go on without it",
        };
        return $"the disk has no room for the log of {who}: {what}; make room";
    }
}
