using System.Buffers;
using Dams.Contracts.Domain;
using Dams.Ordering;
using Dams.Ordering.Protocol;
using Dams.Replica.Core;
using Dams.Replica.Engines;
using Dams.Replica.State.Snapshots;
using Dams.Tests.Engines;
using Dams.Tests.Engines.Differential;
using Dams.Tests.Engines.Model;

namespace Dams.Tests.Replica.Snapshots;

/// <summary>A snapshot holds exactly the state at its number, whichever version writes it and whatever is executed meanwhile.</summary>
[TestFixtureSource(typeof(EngineVersions), nameof(EngineVersions.All))]
[Category("Engines")]
public sealed class SnapshotExportTests(string version)
{
    private const int Sequences = 60;
    private static readonly ReplicaCoreOptions Options = new() { ClientSessionsMax = 25, CheckpointEntries = 50 };
    private static readonly SnapshotExpectation Expectation = new() { ClientSessionsMax = Options.ClientSessionsMax };

    [Test]
    public void Executions_during_an_export_change_nothing_and_all_versions_write_the_same_bytes()
    {
        for (var seed = 1; seed <= Sequences; seed++)
        {
            var random = new SeededRandom((ulong)seed);
            using var subject = new Subject(EngineVersions.Create(version), (ulong)seed);
            using var model = new Subject(new ReferenceModel(), (ulong)seed);
            var at = 20 + random.Below(150);
            var expected = Array.Empty<byte>();
            SnapshotExport? export = null;
            var written = new ArrayBufferWriter<byte>();
            foreach (var command in RandomSequence.OfSeed(seed))
            {
                subject.Execute(command);
                model.Execute(command);
                if (subject.Core.Executed.Value == at)
                {
                    expected = SnapshotBytes.Of(model.Core);
                    export = subject.Core.KeepSnapshot();
                }

                if (export is { IsComplete: false } && random.Chance(300))
                    subject.Core.StepSnapshot(export, 1 + random.Below(200), written);
            }

            while (!subject.Core.StepSnapshot(export!, 64, written))
            {
            }

            Assert.That(written.WrittenSpan.SequenceEqual(expected), Is.True, $"seed {seed}");
            Assert.That(export!.Bytes, Is.EqualTo(expected.Length));
            Assert.That(export.CopiedBytes, Is.Zero);
            Assert.That(subject.Core.Digest(), Is.EqualTo(model.Core.Digest()), "the core's own state has gone on");
        }
    }

    [Test]
    public void A_restored_core_behaves_like_its_donor()
    {
        var joined = new HashSet<string>();
        for (var seed = 1; seed <= Sequences; seed++)
        {
            using var donor = new Subject(EngineVersions.Create(version), (ulong)seed);
            var commands = RandomSequence.OfSeed(seed);
            foreach (var command in commands.Take(100))
                donor.Execute(command);
            Assert.That(SnapshotBytes.Read(SnapshotBytes.Of(donor.Core), out var content, Expectation), Is.Null);
            Assert.That(content!.StateDigest, Is.EqualTo(donor.Core.Digest()));
            using var joiner = new Subject(EngineVersions.Create(EngineVersions.OtherThan(version, seed)), 0);
            joined.Add(joiner.Core.Engine.Version);
            Assert.That(joiner.Core.Restore(content), Is.Null);
            Assert.That((joiner.Core.Executed, joiner.Core.ExecutedTime, joiner.Core.ExecutedChain),
                Is.EqualTo((donor.Core.Executed, donor.Core.ExecutedTime, donor.Core.ExecutedChain)));
            donor.Replies.All.Clear();
            foreach (var command in commands.Skip(100))
                joiner.Core.OnDelivered(donor.Execute(command), default);
            Assert.That(joiner.Replies.All.Select(ReplyText), Is.EqualTo(donor.Replies.All.Select(ReplyText)), $"seed {seed}");
            Assert.That(joiner.Core.Digest(), Is.EqualTo(donor.Core.Digest()), $"seed {seed}");
            Assert.That(
                SnapshotBytes.Of(joiner.Core), Is.EqualTo(SnapshotBytes.Of(donor.Core)),
                $"seed {seed}, with the time of the next checkpoint");
            Assert.That(joiner.Core.Checkpoints.Select(ToText), Is.SubsetOf(donor.Core.Checkpoints.Select(ToText)));
        }

        Assert.That(
            joined, Is.EquivalentTo(EngineVersions.All.Where(other => other != version)), "every other version has gone on from this one");

        static string ReplyText(StoredReply reply) => $"{reply.Seq} {reply.Key} {reply.ResultDigest}";
        static string ToText(Checkpoint checkpoint) => $"{checkpoint.Seq} {Convert.ToHexString(checkpoint.Digest)}";
    }

    [Test]
    public void Changed_state_is_copied_once_and_only_until_it_is_written()
    {
        using var subject = new Subject(EngineVersions.Create(version), 3);
        foreach (var command in RandomSequence.OfSeed(3))
            subject.Execute(command);
        var export = subject.Core.KeepSnapshot();
        var most = 0L;
        foreach (var command in RandomSequence.OfSeed(3).Reverse())
        {
            subject.Execute(command);
            most = Math.Max(most, export.CopiedBytes);
        }

        var bytes = SnapshotBytes.Of(subject.Core, export, 32);
        Assert.That(most, Is.GreaterThan(0).And.LessThan(bytes.Length), "the copies are never larger than the snapshot");
        Assert.That(export.CopiedBytes, Is.Zero);
    }

    private sealed class Subject : IDisposable
    {
        private readonly EntrySource _entries;

        public Subject(IAppointmentEngine engine, ulong seed)
        {
            Core = new ReplicaCore(engine, Options, Replies);
            _entries = new EntrySource(seed);
        }

        public Replies Replies { get; } = new();

        public ReplicaCore Core { get; }

        public Entry Execute(Command command)
        {
            var entry = _entries.Next(command);
            Core.OnDelivered(entry, default);
            return entry;
        }

        public void Dispose() => (Core.Engine as IDisposable)?.Dispose();
    }
}
