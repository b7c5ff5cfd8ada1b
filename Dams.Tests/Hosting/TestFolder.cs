using System.Globalization;
using System.Net;

namespace Dams.Tests.Hosting;

/// <summary>A folder and a loopback address that no other test has.</summary>
internal sealed class TestFolder : IDisposable
{
    private static int _count;

    public TestFolder()
    {
        var number = Interlocked.Increment(ref _count);
        // Test runs of several clones go on side by side on one machine: the process number keeps their addresses apart.
        Address = IPAddress.Parse(string.Create(CultureInfo.InvariantCulture,
            $"127.{10 + (Environment.ProcessId % 240)}.{Environment.ProcessId / 240 % 256}.{number % 254 + 1}"));
        Path = Directory.CreateTempSubdirectory("dams-test-").FullName;
    }

    public string Path { get; }

    public IPAddress Address { get; }

    public string File(params string[] names) => System.IO.Path.Combine([Path, .. names]);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
