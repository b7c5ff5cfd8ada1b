using System.Diagnostics;
using System.Net;
using Dams.Tests.Network;

namespace Dams.Tests.Hosting;

/// <summary>A folder and a loopback address that no other test has.</summary>
internal sealed class TestFolder : IDisposable
{
    private bool _isDisk;

    public TestFolder()
    {
        Address = TestAddresses.Next();
        Path = Directory.CreateTempSubdirectory("dams-test-").FullName;
    }

    public string Path { get; }

    public IPAddress Address { get; }

    /// <summary>Makes the folder a disk of its own, in memory. If that is impossible here, the test is ignored.</summary>
    public void BecomeDisk(int mebibytes)
    {
        if (!OperatingSystem.IsLinux() || !Mount("-t", "tmpfs", "-o", $"size={mebibytes}m,mode=700", "tmpfs"))
            Assert.Ignore("a disk of a test's own needs Linux and the right to mount");
        _isDisk = true;
    }

    /// <summary>Gives the folder's disk another size.</summary>
    public void ResizeDisk(int mebibytes) => Assert.That(Mount("-o", $"remount,size={mebibytes}m,mode=700"));

    public string File(params string[] names) => System.IO.Path.Combine([Path, .. names]);

    /// <summary>Copies a folder as an operator would: links stay links, and locked files are copied, too.</summary>
    public static void Copy(string from, string to)
    {
        using var copy = Process.Start("cp", ["-a", from, to]);
        copy.WaitForExit();
        if (copy.ExitCode != 0)
            throw new IOException($"cp -a {from} {to} has exited with {copy.ExitCode}");
    }

    public void Dispose()
    {
        if (_isDisk)
            Run("umount", "-l", Path);
        Directory.Delete(Path, recursive: true);
    }

    private bool Mount(params string[] options) => Run("mount", [.. options, Path]);

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
