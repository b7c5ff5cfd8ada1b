using System.Net;

namespace Dams.Tests.Network;

/// <summary>Gives each test a loopback address of its own, so that no test depends on a free port.</summary>
internal static class TestAddresses
{
    private static int _count;

    // Test runs of several clones may share a machine. The process number keeps their addresses apart.
    public static IPAddress Next() => new(
    [
        127, (byte)(10 + Environment.ProcessId % 240), (byte)(Environment.ProcessId / 240 % 256),
        (byte)((uint)Interlocked.Increment(ref _count) % 254 + 1),
    ]);
}
