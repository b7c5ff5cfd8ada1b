using System.Net;

namespace Dams.Tests.Network;

/// <summary>Gives each test a loopback address of its own, so that none depends on a port being free.</summary>
internal static class TestAddresses
{
    private static int _count;

    // Test runs of several clones go on side by side on one machine: the process number keeps their addresses apart.
    public static IPAddress Next() => new(
    [
        127, (byte)(10 + Environment.ProcessId % 240), (byte)(Environment.ProcessId / 240 % 256), (byte)((uint)Interlocked.Increment(ref _count) % 254 + 1),
    ]);
}
