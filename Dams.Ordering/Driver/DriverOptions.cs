using System.Security.Cryptography;
using Dams.Ordering.Protocol;
using Dams.Ordering.Storage;
using Dams.Ordering.Transport;

namespace Dams.Ordering.Driver;

/// <summary>A core that a driver runs, in one group. A process that takes part in two groups has two of them on one socket.</summary>
/// <param name="Group">The group its messages are of.</param>
/// <param name="Protocol">The core.</param>
/// <param name="Outbox">Where the core puts what is to be sent and flushed.</param>
/// <param name="Log">What is flushed; null for a core without a log.</param>
public sealed record DrivenCore(GroupId Group, IProtocol Protocol, Outbox Outbox, IFlushable? Log = null);

/// <summary>How a <see cref="ProtocolDriver"/> runs.</summary>
public sealed record DriverOptions
{
    /// <summary>This node.</summary>
    public required NodeId Self { get; init; }

    /// <summary>This life of it: random and never 0.</summary>
    public required BootId Boot { get; init; }

    /// <summary>The cluster's name; nodes of another one are not heard.</summary>
    public required string Cluster { get; init; }

    /// <summary>
    /// The longest datagram, in bytes: <see cref="DatagramHeader.DatagramBytesMax"/>, or up to <see cref="DatagramHeader.LoopbackDatagramBytesMax"/> where
    /// all nodes are on one machine.
    /// </summary>
    public int DatagramBytesMax { get; init; } = DatagramHeader.DatagramBytesMax;

    /// <summary>Datagrams taken before the core's batch ends: enough to share a flush, few enough to answer within a millisecond or so.</summary>
    public int BatchDatagramsMax { get; init; } = 256;

    /// <summary>Work of other threads that may wait; more is refused at once.</summary>
    public int PostedMax { get; init; } = 8_192;

    /// <summary>A turn of the loop that takes longer is reported: half of the time after which a sequencer is suspected.</summary>
    public TimeSpan SlowTurn { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>A boot for this start of the process, from the system's random numbers.</summary>
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

    /// <summary>All that is wrong with these options, one sentence each; empty if nothing is.</summary>
    public IReadOnlyList<string> Validate()
    {
        List<string> problems = [];
        if (Boot.Value == 0)
            problems.Add("the boot is 0");
        if (Self.Role is < NodeRole.FrontEnd or > NodeRole.Manager)
            problems.Add($"{Self} is not a node");
        if (DatagramBytesMax is < DatagramHeader.DatagramBytesMax or > DatagramHeader.LoopbackDatagramBytesMax)
            problems.Add($"datagrams have {DatagramBytesMax} bytes, but must have {DatagramHeader.DatagramBytesMax} to {DatagramHeader.LoopbackDatagramBytesMax}");
        if (BatchDatagramsMax < 1)
            problems.Add("a batch has at least 1 datagram");
        if (PostedMax < 1)
            problems.Add("at least 1 piece of work must be able to wait");
        return problems;
    }
}

/// <summary>What a driver has done since it started; a snapshot.</summary>
/// <param name="Turns">Turns of the loop that had something to do.</param>
/// <param name="DatagramsReceived">Datagrams that were opened.</param>
/// <param name="MessagesReceived">Messages given to cores.</param>
/// <param name="MessagesSent">Messages taken from outboxes.</param>
/// <param name="Posted">Pieces of work of other threads that were done.</param>
/// <param name="PostedWaiting">Pieces of work that wait now.</param>
/// <param name="PostedRefused">Pieces of work that were refused, because too many waited.</param>
/// <param name="TimerCalls">Calls of timers.</param>
/// <param name="Flushes">Flushes of logs.</param>
/// <param name="FlushTime">The time in them.</param>
/// <param name="LongestFlush">The longest of them.</param>
/// <param name="LongestTurn">The longest turn of the loop.</param>
/// <param name="LargestBatch">The most datagrams in one turn.</param>
public sealed record DriverStatistics(
    long Turns, long DatagramsReceived, long MessagesReceived, long MessagesSent, long Posted, int PostedWaiting, long PostedRefused, long TimerCalls,
    long Flushes, TimeSpan FlushTime, TimeSpan LongestFlush, TimeSpan LongestTurn, int LargestBatch);

/// <summary>The driver has too much work waiting; try again later, or say so to whoever asked.</summary>
public sealed class DriverBusyException() : Exception("Too much work waits for the loop.");

/// <summary>The driver has ended, so nothing is done any more.</summary>
public sealed class DriverStoppedException() : Exception("The loop has ended.");
