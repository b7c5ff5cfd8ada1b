using System.Globalization;
using System.Net;

namespace Dams.Tests.Network;

/// <summary>The datagrams that wait in the kernel for the owner of a UDP port.</summary>
/// <param name="WaitingBytes">The bytes that were received and not yet read.</param>
/// <param name="Drops">How many datagrams were dropped because the queue was full.</param>
internal readonly record struct ReceiveQueue(long WaitingBytes, long Drops);

/// <summary>The receive queues of UDP ports, as Linux shows them in <c>/proc/net/udp</c>.</summary>
internal static class ReceiveQueues
{
    /// <summary>The queues of those ports that a process has opened.</summary>
    public static Dictionary<IPEndPoint, ReceiveQueue> Of(IEnumerable<IPEndPoint> ports)
    {
        var byText = ports.ToDictionary(TextOf);
        return File.ReadLines("/proc/net/udp").Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(columns => byText.ContainsKey(columns[1]))
            .ToDictionary(columns => byText[columns[1]], columns => new ReceiveQueue(
                long.Parse(columns[4].Split(':')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture),
                long.Parse(columns[12], CultureInfo.InvariantCulture)));
    }

    // The kernel prints the address as a number in this machine's byte order, which is little-endian wherever this runs.
    private static string TextOf(IPEndPoint port) =>
        string.Create(CultureInfo.InvariantCulture, $"{BitConverter.ToUInt32(port.Address.GetAddressBytes()):X8}:{port.Port:X4}");
}
