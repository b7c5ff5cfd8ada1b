using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;
using Dams.Ordering;
using Dams.Replica.Core;
using Dams.Replica.Engines;
using Dams.Replica.State.Sessions;
using Dams.Replica.State.Snapshots;
using Dams.Tests.Engines;

namespace Dams.Tests.Replica.Snapshots;

/// <summary>
/// Measures what a snapshot costs, and how long one step of it blocks the loop. Every test run measures a small state. For a full
/// one set <c>DAMS_COST_BOOKINGS=1000000</c> and <c>DAMS_COST_SESSIONS=1000000</c>.
/// </summary>
[Category("Engines")]
public sealed class SnapshotCostTests
{
    private const int Patients = 30_000;
    private const int StepBytes = 16 * 1024;
    private static readonly DateOnly FirstDay = new(2025, 1, 6);

    private static int Bookings { get; } = Setting("DAMS_COST_BOOKINGS", 20_000);

    private static int Sessions { get; } = Setting("DAMS_COST_SESSIONS", 20_000);

    /// <summary>
    /// Whether all bookings are cancelled and made again in a random order. Then no version's memory is in the order of the snapshot.
    /// </summary>
    private static bool IsAged { get; } = Setting("DAMS_COST_AGED", 0) != 0;

    private static readonly int Days = Math.Max(2, Bookings / Patients + 1);

    [TestCaseSource(typeof(EngineVersions), nameof(EngineVersions.All))]
    public void The_cost_of_a_snapshot_is_printed(string version)
    {
        SnapshotContent? content = null;
        var forged = SnapshotBytes.Forge(Fill, new SnapshotHeader(new SequenceNumber(Sessions), 1, default, 1, ReadOnlyMemory<byte>.Empty));
        Time($"read {forged.Length / 1e6:F1} MB", () => Assert.That(SnapshotBytes.Read(forged, out content), Is.Null));
        var options = new ReplicaCoreOptions
        {
            CheckpointEntries = int.MaxValue,
            RepliesKept = int.MaxValue,
            CheckpointMilliseconds = long.MaxValue,
        };
        var core = new ReplicaCore(EngineVersions.Create(version), options, new Nobody());
        using var ownership = core.Engine as IDisposable;
        Time("restored, with its digest", () => Assert.That(core.Restore(content!), Is.Null));

        if (IsAged)
            Time("booked again in no order", () => Age(core));
        Touch(core, 1, number: 1);
        Time("digest, 1 bucket touched", () => core.Digest());
        Touch(core, int.MaxValue, number: 2);
        Time("digest, all buckets touched", () => core.Digest());

        SnapshotExport export = null!;
        Time("export begun", () => export = core.KeepSnapshot());
        var digest = core.Digest();
        Time("change of a bucket meanwhile", () => Touch(core, 1, number: 3));
        var (slice, steps) = (new ArrayBufferWriter<byte>(), new List<double>());
        for (var isLast = false; !isLast;)
        {
            slice.ResetWrittenCount();
            var start = Stopwatch.GetTimestamp();
            isLast = core.StepSnapshot(export, StepBytes, slice);
            steps.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        Print(version, $"exported {export.Bytes / 1e6:F1} MB, {steps.Count} steps", steps.Sum());
        Print(version, "longest step", steps.Max());
        Assert.That(export.StateDigest, Is.EqualTo(digest));

        void Time(string what, Action work)
        {
            GC.Collect();
            var start = Stopwatch.GetTimestamp();
            work();
            Print(version, what, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
    }

    private static void Print(string version, string what, double milliseconds) =>
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{version,-10} {what,-32} {milliseconds,9:F1} ms"));

    /// <summary>
    /// Fills the state. Patients book a physician at home for the morning of each day, until there are enough bookings. The sessions
    /// follow.
    /// </summary>
    private static void Fill(SnapshotBytes.Forger forger)
    {
        var perSlot = Bookings / (3 * Days);
        for (var hospital = Hospital.MTL; hospital <= Hospital.SHE; hospital++)
        {
            for (var day = 0; day < Days; day++)
            {
                var key = new BucketKey(hospital, FirstDay.AddDays(day));
                var holders = Enumerable.Range(0, perSlot).Select(number => new PatientId(key.Hospital, (ushort)number));
                forger.Bucket(new Bucket(key, [new SlotState(SlotOf(key), Patients, [.. holders])]));
            }
        }

        forger.FrontEnds();
        for (var seq = 1; seq <= Sessions; seq++)
            forger.Row(new SessionRow(new RequestKey(0, 1, (ulong)seq), default, new SequenceNumber(seq), [4, 0]));
    }

    private static void Age(ReplicaCore core)
    {
        var bookings = core.Engine.BucketKeys()
            .SelectMany(key => Enumerable.Range(0, Bookings / (3 * Days)).Select(number => (key, Number: (ushort)number)))
            .ToArray();
        new Random(1).Shuffle(bookings);
        core.Digest();
        foreach (var (key, number) in bookings)
        {
            var (patient, slot) = (new PatientId(key.Hospital, number), SlotOf(key));
            Deliver(core, new CancelAppointment(default, patient, slot.Id));
            Deliver(core, new BookAppointment(default, patient, slot));
        }
    }

    /// <summary>Lets one patient cancel a booking in each of the first buckets.</summary>
    private static void Touch(ReplicaCore core, int buckets, ushort number)
    {
        foreach (var key in core.Engine.BucketKeys().Take(buckets))
            Deliver(core, new CancelAppointment(default, new PatientId(key.Hospital, number), SlotOf(key).Id));
    }

    private static void Deliver(ReplicaCore core, Command command)
    {
        var payload = CommandCodec.Encode(command);
        var opcode = CommandCodec.OpcodeOf(command);
        var key = new RequestKey(0, 2, (ulong)core.Executed.Value);
        var request = new Request(key, 1, new BootId(1), 1, opcode, Request.DigestOf(opcode, payload), payload);
        core.OnDelivered(new Entry(core.Executed.Next, Epoch.Of(1, 1), 1, EntryKind.Operation, core.ExecutedChain, request), default);
    }

    private static Slot SlotOf(BucketKey key) =>
        new(new AppointmentId(key.Hospital, key.Date, TimeOfDay.Morning), AppointmentType.Physician);

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : otherwise;

    private sealed class Nobody : IReplySink
    {
        public void OnReply(StoredReply reply, byte frontEnd)
        {
        }
    }
}
