using System.Collections.Concurrent;

namespace Dams.FrontEnd.Events;

/// <summary>The causes of the alarms that a front end raises by itself. An operator must decide what to do.</summary>
internal enum AlarmCause
{
    /// <summary>
    /// The replies to a request had two majorities, or none. The alarm stands until the process ends, because only an operator knows
    /// what was right.
    /// </summary>
    RepliesDivided = 0,

    /// <summary>
    /// The replicas have different states after the same entry, and no majority. The alarm stands until a majority is seen again.
    /// </summary>
    StatesDivided,

    /// <summary>The session windows are so short that a request which a client repeats is soon taken for a new one.</summary>
    SessionWindowShort,

    /// <summary>The disks of replicas have no room for the next segments of their logs. The alarm stands until they have.</summary>
    StorageShort,

    /// <summary>A certificate of this host ends soon, has ended, or can't be changed.</summary>
    Certificates,

    /// <summary>
    /// Anybody may call from beyond loopback, because the configuration says so. The alarm stands until the process ends.
    /// </summary>
    AccessOpen,

    /// <summary>The user file can't be used, so the users before stay in use. The alarm stands until the file can be used.</summary>
    UsersUnusable,

    /// <summary>Foreign processes have locked the folders of replicas, which can't run. The alarm stands until they run again.</summary>
    ReplicasBlocked,
}

/// <summary>The alarms of this front end, one sentence for each cause. The managers have alarms of their own. For any thread.</summary>
internal sealed class StandingAlarms
{
    private readonly ConcurrentDictionary<AlarmCause, string> _standing = new();

    /// <summary>The sentences, in the order of the causes.</summary>
    public IReadOnlyList<string> Texts => [.. _standing.OrderBy(alarm => alarm.Key).Select(alarm => alarm.Value)];

    /// <summary>Raises an alarm. Its text replaces an earlier one with the same cause.</summary>
    /// <returns>Whether there was no alarm with this cause before.</returns>
    public bool Raise(AlarmCause cause, string text)
    {
        var isNew = !_standing.ContainsKey(cause);
        _standing[cause] = text;
        return isNew;
    }

    /// <summary>Ends the alarm, because its cause is gone.</summary>
    public void Settle(AlarmCause cause) => _standing.TryRemove(cause, out _);
}
