using System.Security.Cryptography;
using Dams.Ordering.Protocol;
using Dams.Ordering.Storage;
using Dams.Ordering.Transport;

namespace Dams.Ordering.Driver;

/// <summary>A core that a driver runs for one group. A process in two groups runs two cores on one socket.</summary>
/// <param name="Group">The group that its messages belong to.</param>
/// <param name="Protocol">The core itself.</param>
/// <param name="Outbox">Where the core puts messages to send and its wishes for a flush.</param>
/// <param name="Log">The log to flush; null for a core without a log.</param>
public sealed record DrivenCore(GroupId Group, IProtocol Protocol, Outbox Outbox, IFlushable? Log = null);

/// <summary>How a <see cref="ProtocolDriver"/> runs.</summary>
public sealed record DriverOptions
{
    /// <summary>This node.</summary>
    public required NodeId Self { get; init; }

    /// <summary>The boot of this process: random and never 0.</summary>
    public required BootId Boot { get; init; }

    /// <summary>The cluster's name. Datagrams of another cluster are dropped.</summary>
    public required string Cluster { get; init; }

    /// <summary>
    /// The longest datagram, in bytes: <see cref="DatagramHeader.DatagramBytesMax"/>, or up to
    /// <see cref="DatagramHeader.LoopbackDatagramBytesMax"/> where all nodes are on one machine.
    /// </summary>
    public int DatagramBytesMax { get; init; } = DatagramHeader.DatagramBytesMax;

    /// <summary>
    /// The most datagrams in one batch of a core: enough to share a flush, few enough to answer within about a
    /// millisecond.
    /// </summary>
    public int BatchDatagramsMax { get; init; } = 256;

    /// <summary>How many pieces of work from other threads may wait. More are rejected at once.</summary>
    public int PostedMax { get; init; } = 8_192;

    /// <summary>
    /// The driver reports a turn of its loop that takes longer than this. It is half of the time after which a
    /// sequencer is suspected.
    /// </summary>
    public TimeSpan SlowTurn { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Makes the id of this boot from the system's random numbers.</summary>
    public static BootId NewBoot()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        ulong value;
        do
        {
            RandomNumberGenerator.Fill(bytes);
            value = BitConverter.ToUInt64(bytes);
        }
        while (value == 0);
        return new BootId(value);
    }

    /// <summary>Lists all problems of these options, one sentence each; empty if there are none.</summary>
    public IReadOnlyList<string> Validate()
    {
        List<string> problems = [];
        if (Boot.Value == 0)
            problems.Add("the boot is 0");
        if (Self.Role is < NodeRole.FrontEnd or > NodeRole.Manager)
            problems.Add($"{Self} is not a node");
        if (DatagramBytesMax is < DatagramHeader.DatagramBytesMax or > DatagramHeader.LoopbackDatagramBytesMax)
        {
            problems.Add($"datagrams have {DatagramBytesMax} bytes, "
                + $"but must have {DatagramHeader.DatagramBytesMax} to {DatagramHeader.LoopbackDatagramBytesMax}");
        }

        if (BatchDatagramsMax < 1)
            problems.Add("a batch must allow at least 1 datagram");
        if (PostedMax < 1)
            problems.Add("at least 1 piece of work must be allowed to wait");
        return problems;
    }
}

/// <summary>A snapshot of what a driver has done since it started.</summary>
/// <param name="DatagramsReceived">Datagrams that were opened.</param>
/// <param name="MessagesReceived">Messages given to cores.</param>
/// <param name="Posted">Pieces of work from other threads that were done.</param>
/// <param name="PostedWaiting">Pieces of work that are waiting now.</param>
/// <param name="PostedRefused">Pieces of work that were rejected because too many were waiting.</param>
/// <param name="Flushes">Flushes of logs.</param>
/// <param name="LongestTurn">The longest turn of the loop.</param>
public sealed record DriverStatistics(
    long DatagramsReceived, long MessagesReceived, long Posted, int PostedWaiting, long PostedRefused, long Flushes,
    TimeSpan LongestTurn);

/// <summary>Too much work is waiting for the driver. Try again later, or report this to the caller.</summary>
public sealed class DriverBusyException() : Exception("Too much work is waiting for the loop.");

/// <summary>The driver has ended and does no more work.</summary>
public sealed class DriverStoppedException() : Exception("The loop has ended.");
