using System.Diagnostics;

namespace Dams.Tests.Processes.Drill;

/// <summary>A replica's folder is a mount of its own. While the replica runs, the mount is lost or becomes read-only.</summary>
[Explicit("mounts file systems, which takes root")]
[Category("Processes")]
internal sealed class LostMountTests
{
    private static readonly TimeSpan s_backWithin = TimeSpan.FromSeconds(90);

    [Test]
    public async Task Replicas_recover_from_a_lost_mount_and_from_a_read_only_mount()
    {
        await using var cluster = TestCluster.Unstarted();
        using var gone = Mount.OfMemory(cluster.FolderOf("replica2"));
        using var spoilt = Mount.OfDisk(cluster.FolderOf("replica3"), cluster.File("replica3.img"));
        if ((gone.Problem ?? spoilt.Problem) is { } problem)
            Assert.Ignore(problem);
        try
        {
            await cluster.UpAgainAsync();
            var clients = await BookingClients.StartAsync(cluster, 4, seed: 1);
            await clients.AnsweredAsync(100);
            var before = await cluster.StatusAsync();

            gone.Unmount();
            await clients.AnsweredAsync(50);
            await cluster.StatusAsync(
                status => status.Replicas[1] is { State: "active" } now && now.Incarnation != before.Replicas[1].Incarnation, s_backWithin);

            spoilt.BecomeReadOnly();
            await clients.AnsweredAsync(50);
            await cluster.StatusAsync(status => status.Replicas[2].State != "active", s_backWithin);
            await clients.AnsweredAsync(50);
            // An operator repairs the file system. No process works on it meanwhile.
            cluster.Pause("manager3");
            if (cluster.Find("replica3") is not null)
                cluster.Kill("replica3");
            spoilt.BecomeWritable();
            cluster.Resume();
            await cluster.StatusAsync(status => status.Replicas[2] is { State: "active" }, s_backWithin);
            await clients.AnsweredAsync(50);
            await clients.CheckAsync();
            Assert.That(clients.History.Calls.Where(call => call.Attempts > 1), Is.Empty, "calls that failed");
            await cluster.IsWholeAsync();
            cluster.WriteLogs(TestContext.Out);
        }
        catch
        {
            cluster.WriteLogs(TestContext.Out);
            throw;
        }
        finally
        {
            await cluster.StopAsync();
        }
    }

    /// <summary>A file system that is mounted over a folder until the end of the test.</summary>
    private sealed class Mount : IDisposable
    {
        private readonly string _folder;
        private bool _isMounted;

        private Mount(string folder, params string[][] commands)
        {
            _folder = folder;
            Directory.CreateDirectory(folder);
            foreach (var command in commands)
            {
                if (Run(command) is { } problem)
                {
                    Problem = $"{string.Join(' ', command)}: {problem}";
                    return;
                }
            }

            _isMounted = true;
        }

        /// <summary>Why the mount failed, for example for lack of rights; null if it succeeded.</summary>
        public string? Problem { get; }

        public static Mount OfMemory(string folder) => new(folder, ["mount", "-t", "tmpfs", "-o", "size=64m,mode=700", "tmpfs", folder]);

        public static Mount OfDisk(string folder, string image) => new(folder,
            ["truncate", "-s", "96M", image], ["mkfs.ext4", "-q", image],
            ["mount", "-o", "loop,errors=remount-ro", image, folder], ["test", "-e", "/sys/fs/ext4"]);

        public void Unmount()
        {
            if (_isMounted)
                Run("umount", "-l", _folder);
            _isMounted = false;
        }

        /// <summary>Triggers an error of the file system, so that it becomes read-only as after a disk error.</summary>
        public void BecomeReadOnly()
        {
            var device = Path.GetFileName(Output("findmnt", "-no", "SOURCE", _folder).Trim());
            File.WriteAllText($"/sys/fs/ext4/{device}/trigger_fs_error", "1");
        }

        public void BecomeWritable()
        {
            Assert.That(Run("umount", "-l", _folder), Is.Null);
            // Its exit code is 1, because it has repaired something; so the code is not checked.
            Run("e2fsck", "-fy", _folder + ".img");
            Assert.That(Run("mount", "-o", "loop", _folder + ".img", _folder), Is.Null);
        }

        public void Dispose() => Unmount();

        private static string? Run(params string[] command)
        {
            try
            {
                using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true })!;
                var said = process.StandardError.ReadToEnd();
                process.WaitForExit();
                return process.ExitCode == 0 ? null : $"exit code {process.ExitCode}: {said.Trim()}";
            }
            catch (System.ComponentModel.Win32Exception absent)
            {
                return absent.Message;
            }
        }

        private static string Output(params string[] command)
        {
            using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true })!;
            return process.StandardOutput.ReadToEnd();
        }
    }
}
