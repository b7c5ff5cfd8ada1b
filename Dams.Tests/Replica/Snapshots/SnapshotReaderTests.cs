using Dams.Contracts.Domain;
using Dams.Ordering;
using Dams.Ordering.Protocol;
using Dams.Replica.Core;
using Dams.Replica.Engines;
using Dams.Replica.State.Sessions;
using Dams.Replica.State.Snapshots;
using Dams.Tests.Engines.Differential;
using Dams.Tests.Engines.Model;

namespace Dams.Tests.Replica.Snapshots;

/// <summary>Any bytes give either a content or a rejection. Nothing of a rejected snapshot is used.</summary>
public sealed class SnapshotReaderTests
{
    private static readonly DateOnly Monday = new(2025, 1, 6);
    private static readonly PatientId Patient = new(Hospital.MTL, 1);
    private static readonly byte[] Whole = MakeWhole();

    [Test]
    public void A_snapshot_is_read_as_it_was_written()
    {
        Assert.That(SnapshotBytes.Read(Whole, out var content), Is.Null);
        Assert.That(content!.Header.Seq, Is.EqualTo(new SequenceNumber(200)));
        Assert.That(content.Header.Position.Epoch, Is.EqualTo(Epoch.Of(1, 1)), "the epoch that ordered the entries");
        Assert.That(content.Bytes, Is.EqualTo(Whole.Length));
        Assert.That(content.Buckets, Is.Not.Empty);
        Assert.That(content.Sessions.Rows, Is.GreaterThan(20));
    }

    [Test]
    public void A_snapshot_that_is_cut_off_anywhere_is_rejected()
    {
        for (var length = 0; length < Whole.Length; length++)
        {
            var refused = SnapshotBytes.Read(Whole[..length], out var content);
            Assert.That(
                refused?.Problem, Is.EqualTo(length < 10 ? SnapshotProblem.NotASnapshot : SnapshotProblem.Truncated), $"{length} bytes");
            Assert.That(refused!.Offset, Is.LessThanOrEqualTo(length));
            Assert.That(content, Is.Null);
        }
    }

    [Test]
    public void A_snapshot_with_a_flipped_bit_in_any_byte_is_rejected()
    {
        for (var at = 0; at < Whole.Length; at++)
        {
            var bytes = Whole.ToArray();
            bytes[at] ^= (byte)(1 << at % 8);
            Assert.That(SnapshotBytes.Read(bytes, out _), Is.Not.Null, $"byte {at}");
        }
    }

    [Test]
    public void Random_damage_is_rejected_and_throws_nothing()
    {
        var random = new SeededRandom(5);
        for (var run = 0; run < 3_000; run++)
        {
            var bytes = Whole.ToArray().AsSpan();
            for (var damage = random.Below(6); damage >= 0; damage--)
            {
                var at = random.Below(bytes.Length);
                var span = bytes[at..Math.Min(bytes.Length, at + 1 + random.Below(40))];
                for (var i = 0; i < span.Length; i++)
                    span[i] = (byte)random.Next();
            }

            Assert.That(SnapshotBytes.Read(bytes.ToArray(), out _), Is.Not.Null, $"run {run}");
        }
    }

    [Test]
    public void A_snapshot_with_a_byte_after_its_end_is_rejected() =>
        Assert.That(Problem([.. Whole, 0]), Is.EqualTo(SnapshotProblem.TooLong));

    [Test]
    public void Another_format_is_refused()
    {
        var bytes = Whole.ToArray();
        bytes[8]++;
        Assert.That(Problem(bytes), Is.EqualTo(SnapshotProblem.UnknownFormat));
    }

    // Bug: snapshot without its number.
    [Test]
    public void A_right_snapshot_of_another_number_is_refused()
    {
        Assert.That(Problem(Whole, SnapshotBytes.AnyState with { Seq = new SequenceNumber(200) }), Is.Null);
        Assert.That(
            Problem(Whole, SnapshotBytes.AnyState with { Seq = new SequenceNumber(199) }), Is.EqualTo(SnapshotProblem.NotAsExpected));
    }

    [Test]
    public void A_snapshot_over_the_length_limit_is_rejected_at_the_limit()
    {
        Assert.That(SnapshotBytes.Read(Whole, out _, SnapshotBytes.AnyState with { BytesMax = Whole.Length }), Is.Null);
        var refused = SnapshotBytes.Read(Whole, out _, SnapshotBytes.AnyState with { BytesMax = 500 });
        Assert.That(refused!.Problem, Is.EqualTo(SnapshotProblem.TooLong));
        Assert.That(refused.Offset, Is.LessThanOrEqualTo(500));
    }

    [Test]
    public void A_length_that_is_only_claimed_takes_no_memory()
    {
        var header = SnapshotBytes.Forge(forger => forger.FrontEnds())[..SnapshotFormat.HeaderFixedSize];
        Assert.That(Problem([.. header, 3, 0xFF, 0xFF, 0xFF, 0x7F]), Is.EqualTo(SnapshotProblem.TooLong));
        Assert.That(Problem([.. header, 3, 0xFF, 0xFF, 0xFF, 0xFF]), Is.EqualTo(SnapshotProblem.TooLong));
        Assert.That(Problem([.. header, 9, 0, 0, 0, 0]), Is.EqualTo(SnapshotProblem.Malformed));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(Problem([.. header, 3, 0, 0, 0x10, 0]), Is.EqualTo(SnapshotProblem.Truncated));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(512 * 1024));
    }

    [Test]
    public void A_stream_that_fails_gives_a_rejection()
    {
        var refused = SnapshotReader.Read(new FailingStream(Whole.AsSpan(0, 300).ToArray()), SnapshotBytes.AnyState, out _);
        Assert.That(refused!.Problem, Is.EqualTo(SnapshotProblem.Unreadable));
        Assert.That(refused.Detail, Does.Contain("on purpose"));
    }

    [Test]
    public void An_empty_state_is_a_snapshot_too()
    {
        Assert.That(SnapshotBytes.Read(SnapshotBytes.Forge(forger => forger.FrontEnds()), out var content), Is.Null);
        Assert.That(content!.Buckets, Is.Empty);
    }

    /// <summary>All of these have right digests, because somebody forged them on purpose.</summary>
    [TestCaseSource(nameof(Forgeries))]
    public void A_forgery_is_refused(byte[] bytes, int problem)
    {
        var refused = SnapshotBytes.Read(bytes, out _);
        Assert.That(refused?.Problem, Is.EqualTo((SnapshotProblem)problem), refused?.Detail);
    }

    [Test]
    public void An_engine_that_restores_another_state_is_emptied_again()
    {
        Assert.That(SnapshotBytes.Read(Whole, out var content), Is.Null);
        var core = new ReplicaCore(new ForgetfulEngine(), new ReplicaCoreOptions(), new Replies());
        var empty = core.Digest();
        Assert.That(core.Restore(content!)!.Problem, Is.EqualTo(SnapshotProblem.EngineDiffers));
        Assert.That(core.Digest(), Is.EqualTo(empty));
        Assert.That(core.Executed, Is.EqualTo(SequenceNumber.Zero));
        Assert.That(core.Sessions.Rows, Is.Zero);
    }

    private static IEnumerable<TestCaseData> Forgeries()
    {
        var mtl = Slot(Hospital.MTL, TimeOfDay.Morning, AppointmentType.Physician, 1);
        yield return Forgery(
            "Buckets out of order", f => f.Bucket(Of(mtl, day: 1)).Bucket(Of(mtl)).FrontEnds(), SnapshotProblem.OutOfOrder);
        yield return Forgery("The same bucket twice", f => f.Bucket(Of(mtl)).Bucket(Of(mtl)).FrontEnds(), SnapshotProblem.OutOfOrder);
        yield return Forgery("A bucket after the front ends", f => f.FrontEnds().Bucket(Of(mtl)), SnapshotProblem.OutOfOrder);
        yield return Forgery("No front ends", f => f.Bucket(Of(mtl)), SnapshotProblem.OutOfOrder);
        yield return Forgery("Front ends twice", f => f.FrontEnds().FrontEnds(), SnapshotProblem.OutOfOrder);
        yield return Forgery("A session before the front ends", f => f.Row(Row(1)).FrontEnds(), SnapshotProblem.OutOfOrder);
        yield return Forgery("Sessions out of order", f => f.FrontEnds().Row(Row(2)).Row(Row(1)), SnapshotProblem.OutOfOrder);
        yield return Forgery("A session above the snapshot's number", f => f.FrontEnds().Row(Row(1_001)), SnapshotProblem.OutOfOrder);
        yield return Forgery("A session without a reply", f => f.FrontEnds().Row(Row(1) with { Reply = [] }), SnapshotProblem.Malformed);
        yield return Forgery(
            "A session of a read", f => f.FrontEnds().Row(Row(1) with { Reply = [5, 0, 0, 0, 0] }), SnapshotProblem.Malformed);
        yield return Forgery(
            "Two sessions of one id", f => f.FrontEnds().Row(Row(1)).Row(Row(2) with { Key = Row(1).Key }), SnapshotProblem.Inconsistent);
        yield return Forgery(
            "A session of an unknown front end", f => f.FrontEnds().Row(Row(1) with { Key = new RequestKey(1, 1, 1) }),
            SnapshotProblem.Inconsistent);
        yield return Forgery("Front ends out of order", f => f.FrontEnds(FrontEnd(2), FrontEnd(1)), SnapshotProblem.Inconsistent);
        byte[] monday = BitConverter.GetBytes(Monday.DayNumber);
        yield return Forgery(
            "More holders than the capacity", f => f.Bucket([0, .. monday, 1, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 1, 0, 0, 2, 0]).FrontEnds(),
            SnapshotProblem.Malformed);
        yield return Forgery(
            "A holder twice", f => f.Bucket([0, .. monday, 1, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 0, 1, 0, 0, 1, 0]).FrontEnds(),
            SnapshotProblem.Malformed);
        yield return Forgery(
            "An unknown hospital", f => f.Bucket([3, .. monday, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]).FrontEnds(), SnapshotProblem.Malformed);
        var sameTime = Slot(Hospital.QUE, TimeOfDay.Morning, AppointmentType.Dental, 1);
        yield return Forgery(
            "Two slots of a patient at one time", f => f.Bucket(Of(mtl)).Bucket(Of(sameTime)).FrontEnds(), SnapshotProblem.Inconsistent);
        var sameType = Slot(Hospital.QUE, TimeOfDay.Evening, AppointmentType.Physician, 1);
        yield return Forgery(
            "One type twice a day", f => f.Bucket(Of(mtl)).Bucket(Of(sameType)).FrontEnds(), SnapshotProblem.Inconsistent);
        yield return Forgery("Four bookings outside home in a week", f => Outside(f, 4).FrontEnds(), SnapshotProblem.Inconsistent);
        yield return Forgery("A number before the first entry", f => f.FrontEnds(), SnapshotProblem.Malformed, 0);
        yield return new TestCaseData(WithWrongStateDigest(), (int)SnapshotProblem.Damaged)
            .SetArgDisplayNames("A digest of another state");
    }

    [Test]
    public void Three_bookings_outside_home_in_a_week_are_accepted() =>
        Assert.That(Problem(SnapshotBytes.Forge(forger => Outside(forger, 3).FrontEnds())), Is.Null);

    private static SnapshotBytes.Forger Outside(SnapshotBytes.Forger forger, int days)
    {
        for (var day = 0; day < days; day++)
            forger.Bucket(Of(Slot(Hospital.SHE, TimeOfDay.Morning, AppointmentType.Dental, 1), day));
        return forger;
    }

    private static byte[] WithWrongStateDigest()
    {
        var bytes = SnapshotBytes.Forge(forger => forger.FrontEnds());
        bytes[^SnapshotFormat.EndSize] ^= 1;
        System.Security.Cryptography.SHA256.HashData(bytes.AsSpan(..^SnapshotFormat.FileDigestSize))
            .CopyTo(bytes, bytes.Length - SnapshotFormat.FileDigestSize);
        return bytes;
    }

    private static TestCaseData Forgery(string name, Action<SnapshotBytes.Forger> fill, SnapshotProblem problem, long seq = 1_000)
    {
        var header = new SnapshotHeader(new SequenceNumber(seq), 1, default, 1, ReadOnlyMemory<byte>.Empty);
        return new TestCaseData(SnapshotBytes.Forge(fill, header), (int)problem).SetArgDisplayNames(name);
    }

    private static SlotState Slot(Hospital hospital, TimeOfDay time, AppointmentType type, int capacity) =>
        new(new Slot(new AppointmentId(hospital, Monday, time), type), capacity, [Patient]);

    private static Bucket Of(SlotState state, int day = 0)
    {
        var id = new AppointmentId(state.Slot.Id.Hospital, Monday.AddDays(day), state.Slot.Id.Time);
        return new Bucket(new BucketKey(id.Hospital, id.Date), [state with { Slot = state.Slot with { Id = id } }]);
    }

    private static SessionRow Row(long seq) => new(new RequestKey(0, 0, (ulong)seq), default, new SequenceNumber(seq), [1, 0]);

    private static FrontEndState FrontEnd(byte id) => new(id, new BootId(1), 0, []);

    private static SnapshotProblem? Problem(byte[] bytes, SnapshotExpectation? expectation = null) =>
        SnapshotBytes.Read(bytes, out _, expectation)?.Problem;

    private static byte[] MakeWhole()
    {
        var core = new ReplicaCore(new ReferenceModel(), new ReplicaCoreOptions(), new Replies());
        var entries = new EntrySource(3);
        foreach (var command in RandomSequence.OfSeed(3))
            core.OnDelivered(entries.Next(command), default);
        return SnapshotBytes.Of(core);
    }

    private sealed class FailingStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer)
        {
            var read = base.Read(buffer);
            return read > 0 ? read : throw new IOException("on purpose");
        }
    }

    private sealed class ForgetfulEngine : IAppointmentEngine
    {
        private readonly ReferenceModel _model = new();

        public string Version => "Forgetful";

        public Reply Execute(Command command, IBucketObserver observer) => _model.Execute(command, observer);

        public IReadOnlyList<BucketKey> BucketKeys() => _model.BucketKeys();

        public Bucket ReadBucket(BucketKey key) => _model.ReadBucket(key);

        public void Restore(IEnumerable<Bucket> buckets) => _model.Restore(buckets.SkipLast(1));
    }
}
