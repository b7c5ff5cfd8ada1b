using System.Net;
using Dams.Tests.Network;

namespace Dams.Tests.Hosting;

/// <summary>A folder and a loopback address that no other test has.</summary>
internal sealed class TestFolder : IDisposable
{
    public TestFolder()
    {
        Address = TestAddresses.Next();
        Path = Directory.CreateTempSubdirectory("dams-test-").FullName;
    }

    public string Path { get; }

    public IPAddress Address { get; }

    public string File(params string[] names) => System.IO.Path.Combine([Path, .. names]);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
