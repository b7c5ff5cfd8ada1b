using System.Collections.ObjectModel;
using System.Text.Json;
using Dams.Ordering.Driver;
using Dams.Ordering.Transport;

namespace Dams.Hosting.Status;

/// <summary>
/// The datagrams that a process has received and sent since its start, and how its loop keeps up. It is a part of
/// <see cref="ClusterStatus"/> and of <see cref="ManagerStatus"/>.
/// </summary>
public sealed record TrafficStatus
{
    /// <summary>Datagrams taken from the socket, good or bad.</summary>
    public long Received { get; init; }

    /// <summary>Datagrams that the system dropped because the process took them too slowly; null where the system does not say.</summary>
    public long? BufferDrops { get; init; }

    /// <summary>Datagrams handed to the network.</summary>
    public long Sent { get; init; }

    /// <summary>Datagrams that the system refused to send: no route, or a full buffer.</summary>
    public long SendFailed { get; init; }

    /// <summary>Datagrams to a process without an address.</summary>
    public long Unroutable { get; init; }

    /// <summary>
    /// Datagrams, or parts of them, that were dropped, by a <see cref="DropReason"/> in camel case. Reasons that have not occurred are left
    /// out.
    /// </summary>
    public IReadOnlyDictionary<string, long> Dropped { get; init => field = value ?? ReadOnlyDictionary<string, long>.Empty; } =
        ReadOnlyDictionary<string, long>.Empty;

    /// <summary>Pieces of work of other threads that the loop has rejected because too many were waiting.</summary>
    public long WorkRefused { get; init; }

    /// <summary>The longest turn of the loop, in milliseconds. Nobody is heard or answered during a turn.</summary>
    public long LongestTurnMilliseconds { get; init; }

    /// <summary>Reads the counters of a loop and its socket. For any thread.</summary>
    public static TrafficStatus Of(ProtocolDriver driver)
    {
        var counters = driver.Counters;
        return new TrafficStatus
        {
            Received = counters.Received,
            BufferDrops = driver.ReceiveBufferDrops,
            Sent = counters.Sent,
            SendFailed = counters.SendFailed,
            Unroutable = counters.Unroutable,
            Dropped = Enum.GetValues<DropReason>()
                .Select(reason => (Name: JsonNamingPolicy.CamelCase.ConvertName(reason.ToString()), Count: counters[reason]))
                .Where(drops => drops.Count > 0)
                .ToDictionary(drops => drops.Name, drops => drops.Count),
            WorkRefused = driver.WorkRefused,
            LongestTurnMilliseconds = (long)driver.LongestTurn.TotalMilliseconds,
        };
    }
}
