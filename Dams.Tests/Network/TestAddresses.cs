using System.Net;

namespace Dams.Tests.Network;

/// <summary>Gives each test cluster a loopback address of its own, 127.x.y.1, so that no test depends on a port being free.</summary>
internal static class TestAddresses
{
    private static int _next;

    public static IPAddress Next() =>
        new([127, (byte)(64 + (Environment.ProcessId % 128)), (byte)(Interlocked.Increment(ref _next) % 250), 1]);
}
