using System.Collections.Immutable;
using Dams.FrontEnd.Events;
using Dams.Hosting.Topology;
using Dams.Ordering;

namespace Dams.FrontEnd.Status;

/// <summary>Says which calls are refused because the replicas' disks are full.</summary>
internal enum StorageState
{
    /// <summary>No call is refused, and no replica lacks room.</summary>
    Open = 0,

    /// <summary>No call is refused yet, but a replica can't get the next segment of its log.</summary>
    Short,

    /// <summary>Writes are refused, and reads are answered.</summary>
    NoWrites,

    /// <summary>All calls are refused: reads are entries, too, and the room that is left is for the group itself.</summary>
    NoCalls,
}

/// <summary>
/// Refuses calls before full disks stop the replicas. A new epoch must always fit, so calls are refused while there is still room in
/// the logs: first writes, later reads. Calls are refused only if the replicas with room are too few for an epoch's quorum. So one
/// replica alone stops nothing, whether it lies about its disk or its disk is really full. The poller's task writes; any thread
/// reads.
/// </summary>
/// <param name="frontEnd">The id of this front end, which its events carry.</param>
/// <param name="topology">Names the replicas and their folders.</param>
/// <param name="journal">Takes the events.</param>
/// <param name="alarms">Takes the alarm.</param>
internal sealed class StorageGate(NodeId frontEnd, ClusterTopology topology, ClusterEventJournal journal, StandingAlarms alarms)
{
    /// <summary>
    /// Writes are taken while a log without a next segment has this much room left. A replica tries to get the next segment when its
    /// log is half full, so at least 4 MiB are left then. Between two polls at most 1.3 MiB come in (5,000 writes a second, of 250
    /// bytes).
    /// </summary>
    public const long WritesBytesMin = 3L * 1024 * 1024;

    /// <summary>Reads are taken while such a log has this much room left: at 1.5 MiB a replica takes no more entries at all.</summary>
    public const long ReadsBytesMin = 2L * 1024 * 1024;

    private readonly int _shortMax = topology.Replicas.Length - View.EpochQuorumOf(topology.Replicas.Length);

    // The last report of each replica that lacks room. A replica that does not answer at the moment has not got room by that.
    private readonly SortedDictionary<int, long> _left = [];
    private volatile StorageState _state;
    private volatile ImmutableHashSet<int> _short = [];

    /// <summary>The calls that are refused now.</summary>
    internal StorageState State => _state;

    /// <summary>Whether a call is refused.</summary>
    public bool Refuses(bool isWrite) => _state >= (isWrite ? StorageState.NoWrites : StorageState.NoCalls);

    /// <summary>
    /// Whether a replica said in the last poll that its disk is full. Then its missing replies are no news, and no other incarnation
    /// would do better on that disk. A replica that does not answer the poll is not excused by an earlier answer.
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
        var ids = _left.Keys.Select(replica => NodeId.Replica((byte)replica));
        var who = string.Join(", ", ids.Select(id => $"{id} ({topology.FolderOf(id)})"));
        var what = _state switch
        {
            StorageState.NoCalls => "writes and reads are refused until there is room",
            StorageState.NoWrites => "writes are refused until there is room; reads are answered",
            _ => _left.Count > _shortMax ? "writes are refused soon" : "writes go on without it",
        };
        return $"the disk has no room for the log of {who}: {what}; make room";
    }
}
