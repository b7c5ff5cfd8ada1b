using System.ServiceModel;
using System.Text.RegularExpressions;
using Dams.Contracts.Domain;
using Dams.Contracts.Soap;
using Dams.Ordering;
using Dams.Ordering.Storage;

namespace Dams.Tests.Processes;

/// <summary>A disk that fills up while the cluster runs.</summary>
[Parallelizable]
internal sealed class FullDiskTests
{
    // The next segment (64 MiB) has no room on this disk.
    private const int DiskMebibytes = 100;
    private const int RoomyMebibytes = 800;

    // A half-full segment of this size has more room than reads need, and less than writes need.
    private const int FirstSegmentBytes = 5 * 1024 * 1024;
    private const int BytesBeforeHalf = 100 * 1024;

    [Test]
    public async Task A_full_disk_stops_writes_with_a_fault_and_an_alarm_until_there_is_room()
    {
        await using var cluster = await TestCluster.UpAsync(prepare: PutOnSmallDisk);
        var before = cluster.Running();
        var clients = await BookingClients.StartAsync(cluster, 32, isHasty: true);
        await cluster.StatusAsync(status => status.Alarms.Any(alarm => alarm.Contains("are refused until", StringComparison.Ordinal)));
        FillDisk(cluster.File("ballast"));
        var refusal = await Assert.ThrowsAsync<FaultException<DamsFault>>(
            () => cluster.Client().AddAppointmentAsync("MTLA0001", "MTLE010131", AppointmentType.Dental, 1));
        var fault = refusal!.Detail;
        Assert.That((fault.Code, fault.Execution), Is.EqualTo((DamsFaultCode.InsufficientReplicas, ExecutionState.NotExecuted)));
        Assert.That(fault.Reason, Does.StartWith("Too few replicas have room on their disks."));
        var full = await cluster.StatusAsync();
        var read = await cluster.Client().GetAppointmentScheduleAsync("MTLP0001", "MTLP0001");
        Assert.That(read.Sequence, Is.Positive, "the number of an answered read");
        Assert.That(full.Alarms, Has.Count.EqualTo(1), string.Join('\n', full.Alarms));
        // The alarm names at least two replicas. It leaves out the one that got the last segment, and any that needed no further segment
        // before the writes stopped.
        var folder = Regex.Escape(cluster.Folder.Path);
        Assert.That(full.Alarms[0], Does.Match(
            $@"^the disk has no room for the log of (replica(\d) \({folder}/replica\2\)(, |: )){{2,}}writes"));

        File.Delete(cluster.File("ballast"));
        cluster.Folder.ResizeDisk(RoomyMebibytes);
        await cluster.StatusAsync(status => status.Alarms.Count == 0);
        await clients.AnsweredAsync(200);
        await clients.CheckAsync();
        await cluster.IsWholeAsync();
        Assert.That(cluster.Running(), Is.EquivalentTo(before), "the same processes as before");
        AssertLogsAreShort(cluster.Topology.Log.Folder);
    }

    /// <summary>Makes the replicas' logs in advance, almost half full of records without effect.</summary>
    private static void PutOnSmallDisk(TestCluster cluster)
    {
        cluster.Folder.BecomeDisk(DiskMebibytes);
        foreach (var replica in cluster.Topology.Replicas)
        {
            var folder = Path.Combine(cluster.Topology.FolderOf(replica.Id), "log");
            using var log = DurableLog.Open(new DurableLogOptions { Folder = folder, FirstSegmentBytes = FirstSegmentBytes });
            while (log.End.Offset < (FirstSegmentBytes / 2) - BytesBeforeHalf)
                log.Write(new LogBatch(null, [], log.Record, SequenceNumber.Zero));
        }
    }

    private static void FillDisk(string file)
    {
        using var ballast = File.OpenHandle(file, FileMode.CreateNew, FileAccess.Write);
        var bytes = new byte[64 * 1024];
        var at = 0L;
        Assert.That(() =>
        {
            for (; ; at += bytes.Length)
                RandomAccess.Write(ballast, bytes, at);
        }, Throws.InstanceOf<IOException>().With.Matches<IOException>(DiskRoom.IsCauseOf));
    }

    /// <summary>Each process logs once what it lacks, and no stack trace.</summary>
    private static void AssertLogsAreShort(string folder)
    {
        foreach (var file in Directory.GetFiles(folder, "*.log"))
        {
            var lines = File.ReadAllLines(file);
            Assert.That(lines.Where(line => line.StartsWith("   at ", StringComparison.Ordinal)), Is.Empty, file);
            var errors = lines.Count(line => line.Contains(" ERROR ", StringComparison.Ordinal));
            Assert.That(errors, Is.LessThanOrEqualTo(2), string.Join('\n', lines));
        }
    }
}
