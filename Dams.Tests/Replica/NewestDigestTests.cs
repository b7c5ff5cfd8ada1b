using Dams.Contracts.Domain;
using Dams.Ordering;
using Dams.Replica.Core;
using Dams.Tests.Engines.Differential;
using Dams.Tests.Engines.Model;

namespace Dams.Tests.Replica;

/// <summary>Polling a busy replica costs its loop nothing. An idle replica reports the exact digest of what it holds.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class NewestDigestTests
{
    private static readonly ReplicaCoreOptions s_options = new() { CheckpointEntries = 50, CheckpointMilliseconds = long.MaxValue };

    private readonly ReadCounter _engine = new(new ReferenceModel());
    private readonly EntrySource _entries = new(1);
    private readonly Queue<Command> _commands = new(Enumerable.Range(1, 10).SelectMany(RandomSequence.OfSeed));
    private long _ticks;

    private Instant Now => new(_ticks, 0);

    [Test]
    public void A_busy_replica_reports_its_last_checkpoints_digest_without_reading_its_state()
    {
        var core = CoreOf();
        Execute(core, 120);
        var reads = _engine.Reads;
        for (var poll = 0; poll < 100; poll++)
        {
            Assert.That(core.NewestDigest(Now), Is.SameAs(core.Checkpoints.Last()));
            Wait(s_options.DigestWhenQuietFor / 200);
        }

        Assert.That((core.NewestDigest(Now).Seq.Value, core.Executed.Value, _engine.Reads), Is.EqualTo((100L, 120L, reads)));
    }

    [Test]
    public void An_idle_replica_computes_the_digest_of_its_last_entry_once()
    {
        var core = CoreOf();
        Execute(core, 120);
        Wait(s_options.DigestWhenQuietFor);
        var newest = core.NewestDigest(Now);
        Assert.That(newest.Seq, Is.EqualTo(core.Executed));
        Assert.That(newest.Digest, Is.EqualTo(core.Digest()));
        Assert.That(core.NewestDigest(Now), Is.SameAs(newest));
        Assert.That(
            core.Checkpoints.Select(checkpoint => checkpoint.Seq.Value), Is.EqualTo(new[] { 50, 100 }), "a poll makes no checkpoint");
    }

    [Test]
    public void A_reported_digest_belongs_to_the_entry_that_is_reported_with_it()
    {
        var (core, digests) = (CoreOf(), new Dictionary<SequenceNumber, byte[]> { [SequenceNumber.Zero] = CoreOf().Digest() });
        for (var i = 0; i < 300; i++)
        {
            Execute(core, 1);
            digests[core.Executed] = core.Digest();
            Wait(s_options.DigestWhenQuietFor / 4 * (i % 6));
            var newest = core.NewestDigest(Now);
            Assert.That(newest.Digest, Is.EqualTo(digests[newest.Seq]), $"entry {newest.Seq}, reported at {core.Executed}");
        }
    }

    private ReplicaCore CoreOf() => new(_engine, s_options, new Replies());

    private void Execute(ReplicaCore core, int entries)
    {
        for (var i = 0; i < entries; i++)
            core.OnDelivered(_entries.Next(_commands.Dequeue()), Now);
    }

    private void Wait(TimeSpan duration) => _ticks += duration.Ticks;
}
