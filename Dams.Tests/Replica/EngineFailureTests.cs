using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;
using Dams.Ordering;
using Dams.Replica.Core;
using Dams.Replica.Engines;
using Dams.Tests.Engines;
using Dams.Tests.Engines.Differential;
using Dams.Tests.Engines.Model;

namespace Dams.Tests.Replica;

/// <summary>A request at which the engine throws gets an internal error, always the same one, and the replica goes on.</summary>
public sealed class EngineFailureTests
{
    private static readonly BookAppointment Book = new(
        default, default, new Slot(new AppointmentId(Hospital.MTL, new DateOnly(2025, 1, 1), TimeOfDay.Morning), AppointmentType.Dental));

    private static readonly byte[] InternalError = ReplyCodec.Encode(new RefusedReply(Refusal.InternalError));

    [TestCaseSource(typeof(EngineVersions), nameof(EngineVersions.AllAndModel))]
    public void A_version_that_throws_when_it_announces_a_change_has_changed_nothing(string version)
    {
        var all = 0L;
        for (var seed = 1; seed <= 20; seed++)
        {
            using var faulty = new ThrowingEngine(EngineVersions.Create(version));
            var core = CoreOf(faulty, out var replies);
            var (entries, failures) = (new EntrySource((ulong)seed), 0);
            foreach (var command in RandomSequence.OfSeed(seed))
            {
                var before = BusinessOf(faulty);
                var entry = entries.Next(command);
                faulty.ThrowsAtAnnouncement = entry.Seq.Value % 3 == 0 ? 1 + (int)(entry.Seq.Value % 2) : 0;
                core.OnDelivered(entry, default);
                if (core.EngineFailures == failures)
                    continue;
                failures++;
                Assert.That(replies.All[^1].Result, Is.EqualTo(InternalError));
                Assert.That(BusinessOf(faulty), Is.EqualTo(before), $"seed {seed}, entry {entry.Seq}");
            }

            Assert.That(BusinessOf(faulty), Is.Not.Empty);
            all += failures;
        }

        Assert.That(all, Is.GreaterThan(100), "the sequences give the version too few chances to throw");
    }

    [TestCase(true)]
    [TestCase(false)]
    public void A_failure_is_counted_and_kept_and_a_repeat_is_answered_from_the_session_table(bool before)
    {
        var engine = new BrokenEngine(before);
        var core = CoreOf(engine, out var replies);
        var request = RequestOf(Book, 1);
        Deliver(core, request);
        Deliver(core, request);
        Assert.That(replies.All.Select(reply => reply.Result), Is.All.EqualTo(InternalError));
        Assert.That(
            replies.All.Select(reply => reply.Seq.Value), Is.EqualTo(new[] { 1L, 1L }), "the repeat is answered without another attempt");
        Assert.That(engine.Calls, Is.EqualTo(1));
        Assert.That(core.EngineFailures, Is.EqualTo(1));
        Assert.That(core.LastEngineFailure!.Seq, Is.EqualTo(new SequenceNumber(1)));
        Assert.That(core.LastEngineFailure.Command, Is.TypeOf<BookAppointment>());
        Assert.That(core.LastEngineFailure.Exception.Message, Is.EqualTo("on purpose"));
    }

    [Test]
    public void Two_replicas_of_a_version_that_throws_hold_the_same_state()
    {
        var (one, two) = (CoreOf(new BrokenEngine(before: false), out _), CoreOf(new BrokenEngine(before: false), out _));
        foreach (var core in new[] { one, two })
        {
            Deliver(core, RequestOf(Book, 1));
            Deliver(core, RequestOf(new CancelAppointment(default, default, Book.Slot.Id), 2));
        }

        Assert.That(one.Digest(), Is.EqualTo(two.Digest()));
    }

    [Test]
    public void A_skipped_request_never_reaches_the_engine_and_otherwise_counts_as_failed()
    {
        var engine = new BrokenEngine(before: true);
        var (skipping, failing) = (CoreOf(engine, out var replies), CoreOf(new BrokenEngine(before: true), out _));
        var request = RequestOf(Book, 1);
        var entry = new Entry(skipping.Executed.Next, Epoch.Of(1, 1), 1, EntryKind.Operation, Chain.Genesis, request);
        skipping.OnSkipped(entry, default);
        failing.OnDelivered(entry, default);
        Assert.That(engine.Calls, Is.Zero);
        Assert.That(skipping.Digest(), Is.EqualTo(failing.Digest()));
        Deliver(skipping, request);
        Assert.That(
            replies.All.Select(reply => (reply.Seq.Value, Convert.ToHexString(reply.Result))),
            Is.All.EqualTo((1L, Convert.ToHexString(InternalError))));
        Assert.That(engine.Calls, Is.Zero, "the repeat gets the answer of the skipped request");
    }

    [Test]
    public void An_unordered_read_that_throws_gives_an_internal_error()
    {
        var core = CoreOf(new BrokenEngine(before: true), out _);
        Assert.That(core.Read(new GetAppointmentSchedule(default, default)), Is.EqualTo(new RefusedReply(Refusal.InternalError)));
        Assert.That(core.EngineFailures, Is.EqualTo(1));
    }

    [TestCase(typeof(OutOfMemoryException))]
    [TestCase(typeof(InvariantBrokenException))]
    public void An_exception_that_must_end_the_process_is_not_caught(Type exception)
    {
        var core = CoreOf(new BrokenEngine(before: true) { Throws = (Exception)Activator.CreateInstance(exception, "broken")! }, out _);
        Assert.That(() => Deliver(core, RequestOf(Book, 1)), Throws.InstanceOf(exception));
    }

    private static ReplicaCore CoreOf(IAppointmentEngine engine, out Replies replies)
    {
        replies = new Replies();
        return new ReplicaCore(engine, new ReplicaCoreOptions(), replies);
    }

    private static string BusinessOf(IAppointmentEngine engine) =>
        string.Concat(engine.BucketKeys().Select(key => Convert.ToHexString(BucketCodec.Encode(engine.ReadBucket(key)))));

    private static Request RequestOf(Command command, ulong number)
    {
        var (opcode, payload) = (CommandCodec.OpcodeOf(command), CommandCodec.Encode(command));
        return new Request(new RequestKey(1, 5, number), 1, new BootId(5), 1, opcode, Request.DigestOf(opcode, payload), payload);
    }

    private static void Deliver(ReplicaCore core, Request request) =>
        core.OnDelivered(new Entry(core.Executed.Next, Epoch.Of(1, 1), 1, EntryKind.Operation, core.ExecutedChain, request), default);

    /// <summary>Throws out of the observer, as a defect of an observer or of the engine itself would.</summary>
    private sealed class ThrowingEngine(IAppointmentEngine engine) : IAppointmentEngine, IBucketObserver, IDisposable
    {
        private IBucketObserver? _observer;
        private int _announcements;

        public int ThrowsAtAnnouncement { get; set; }

        public string Version => engine.Version;

        public Reply Execute(Command command, IBucketObserver observer)
        {
            (_observer, _announcements) = (observer, 0);
            return engine.Execute(command, this);
        }

        public IReadOnlyList<BucketKey> BucketKeys() => engine.BucketKeys();

        public Bucket ReadBucket(BucketKey key) => engine.ReadBucket(key);

        public void Restore(IEnumerable<Bucket> buckets) => engine.Restore(buckets);

        public void BeforeChange(BucketKey key)
        {
            _observer!.BeforeChange(key);
            if (++_announcements == ThrowsAtAnnouncement)
                throw new FormatException("on purpose");
        }

        public void Dispose() => (engine as IDisposable)?.Dispose();
    }

    private sealed class BrokenEngine(bool before) : IAppointmentEngine
    {
        private readonly ReferenceModel _model = new();

        public int Calls { get; private set; }

        public Exception Throws { get; init; } = new FormatException("on purpose");

        public string Version => "Broken";

        public Reply Execute(Command command, IBucketObserver observer)
        {
            Calls++;
            if (!before)
                observer.BeforeChange(new BucketKey(Hospital.MTL, new DateOnly(2025, 1, 1)));
            throw Throws;
        }

        public IReadOnlyList<BucketKey> BucketKeys() => _model.BucketKeys();

        public Bucket ReadBucket(BucketKey key) => _model.ReadBucket(key);

        public void Restore(IEnumerable<Bucket> buckets) => _model.Restore(buckets);
    }
}
