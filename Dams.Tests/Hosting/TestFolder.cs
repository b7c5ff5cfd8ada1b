using System.Diagnostics;
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

    /// <summary>Copies a folder as an operator would: links stay links, and files that are held are copied, too.</summary>
    public static void Copy(string from, string to)
    {
        using var copy = Process.Start("cp", ["-a", from, to]);
        copy.WaitForExit();
        if (copy.ExitCode != 0)
            throw new IOException($"cp -a {from} {to} has ended with {copy.ExitCode}");
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
