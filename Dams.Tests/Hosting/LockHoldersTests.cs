using System.Diagnostics;
using Dams.Hosting.Processes;
using Dams.Ordering.Storage;

namespace Dams.Tests.Hosting;

/// <summary>A lock that a foreign process holds is told as such.</summary>
internal sealed class LockHoldersTests
{
    [TestCase("1: FLOCK  ADVISORY  READ 1234 08:01:5678 0 EOF", "1234")]
    [TestCase("1: FLOCK  ADVISORY  WRITE 1234 08:01:5678 0 EOF|2: FLOCK ADVISORY READ 12 08:01:5678 0 EOF", "1234 12")]
    [TestCase("1: -> FLOCK  ADVISORY  WRITE 1234 08:01:5678 0 EOF", "", Description = "it waits for the lock")]
    [TestCase("1: POSIX  ADVISORY  READ 1234 08:01:5678 0 EOF", "", Description = "another kind of lock")]
    [TestCase("1: FLOCK  ADVISORY  READ 1234 08:02:5678 0 EOF", "")]
    [TestCase("1: FLOCK  ADVISORY  READ 1234 08:01:567 0 EOF", "")]
    [TestCase("1: FLOCK  ADVISORY  READ 0 08:01:5678 0 EOF", "", Description = "a process of another container")]
    [TestCase("1: FLOCK", "")]
    [TestCase("", "")]
    public void The_holders_are_read_from_the_list_of_locks(string lines, string holders) => Assert.That(
        string.Join(' ', LockHolders.Find(lines.Split('|'), (8UL << 32) | 1, 5678)), Is.EqualTo(holders));

    // Earlier, "replica1 already runs on …", although none did.
    [Test]
    [Platform("Linux")]
    public async Task A_lock_of_a_foreign_process_is_told_with_its_number()
    {
        using var folder = new TestFolder();
        PidFile.TryHold(folder.Path, "replica1")!.Dispose();
        using var foreign = Process.Start("flock", ["-s", "--no-fork", folder.File("replica1.lock"), "sleep", "1000"]);
        try
        {
            await Eventually.IsTrueAsync(() =>
            {
                using var held = FolderLock.TryTake(folder.File("replica1.lock"));
                return held is null;
            });
            Assert.That(PidFile.TryHold(folder.Path, "replica1"), Is.Null);
            Assert.That(PidFile.WhyNotHeld(folder.Path, "replica1"), Is.EqualTo(
                $"{folder.File("replica1.lock")} is locked by process {foreign.Id}, and no replica1 runs on that folder: "
                + $"end the process that has locked the file (fuser {folder.File("replica1.lock")} shows it), and start again"));
        }
        finally
        {
            foreign.Kill();
        }
    }
}
