using System.Collections.Concurrent;

namespace Dams.FrontEnd.Events;

/// <summary>What a front end sees by itself that an operator must decide.</summary>
internal enum AlarmCause
{
    /// <summary>The replies to a request had two majorities, or none. It stands as long as the process: nobody but an operator knows what was right.</summary>
    RepliesDivided = 0,

    /// <summary>The replicas have different states after the same entry, and no majority. It stands until a majority is seen again.</summary>
    StatesDivided,

    /// <summary>Requests that clients repeat are soon taken for new ones.</summary>
    SessionWindowShort,

    /// <summary>The disks of replicas have no room for their logs to go on. It stands until they have.</summary>
    StorageShort,
}

/// <summary>The alarms of this front end, one sentence for each cause; the managers have their own. Written and read by any thread.</summary>
internal sealed class StandingAlarms
{
    private readonly ConcurrentDictionary<AlarmCause, string> _standing = new();

    /// <summary>The sentences, in the order of the causes.</summary>
    public IReadOnlyList<string> Texts => [.. _standing.OrderBy(alarm => alarm.Key).Select(alarm => alarm.Value)];

    /// <summary>Says that something must be decided, instead of what was said of this cause before.</summary>
    /// <returns>Whether nothing was said of it before.</returns>
    public bool Raise(AlarmCause cause, string text)
    {
        var isNew = !_standing.ContainsKey(cause);
        _standing[cause] = text;
        return isNew;
    }

    /// <summary>There is nothing to decide any more.</summary>
    public void Settle(AlarmCause cause) => _standing.TryRemove(cause, out _);
}
