using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;
using Dams.Replica.Engines;
using Dams.Tests.Engines.Differential;
using Dams.Tests.Engines.Model;
using Dams.Tests.Engines.Script;

namespace Dams.Tests.Engines;

/// <summary>An exception leaves the state as it was, so that the replica can answer with an internal error and go on.</summary>
[TestFixtureSource(typeof(EngineVersions), nameof(EngineVersions.All))]
[Category("Engines")]
public sealed class FailureTests(string version)
{
    private const int Sequences = 20;

    [Test]
    public void A_command_that_fails_when_it_announces_a_change_has_changed_nothing()
    {
        for (var seed = 1; seed <= Sequences; seed++)
        {
            var (engine, copy) = (EngineVersions.Create(version), EngineVersions.Create(version));
            var model = new ReferenceModel();
            foreach (var command in RandomSequence.OfSeed(seed))
            {
                for (var announcement = 1; Fails(engine, copy, command, announcement); announcement++)
                    AssertEqual(engine, model, command);
                Assert.That(
                    ReplyCodec.Encode(engine.Execute(command, new FailingObserver(0))),
                    Is.EqualTo(ReplyCodec.Encode(model.Execute(command))),
                    ScriptText.Of(command));
            }

            (engine as IDisposable)?.Dispose();
            (copy as IDisposable)?.Dispose();
        }
    }

    [Test]
    public void An_unknown_command_is_refused_and_changes_nothing()
    {
        var engine = EngineVersions.Create(version);
        engine.Execute(ScriptParser.Parse("MTLA0001 adds Dental MTLM010125 x1").Command!, new FailingObserver(0));
        Assert.That(() => engine.Execute(new UnknownCommand(), new FailingObserver(0)), Throws.Exception);
        Assert.That(engine.BucketKeys(), Has.Count.EqualTo(1));
    }

    [Test]
    public void A_restore_whose_source_throws_changes_nothing()
    {
        var engine = EngineVersions.Create(version);
        engine.Execute(ScriptParser.Parse("MTLA0001 adds Dental MTLM010125 x1").Command!, new FailingObserver(0));
        var before = engine.ReadBucket(new BucketKey(Hospital.MTL, new DateOnly(2025, 1, 1)));
        Assert.That(() => engine.Restore(FailingAfter(before with { Slots = [] })), Throws.InvalidOperationException);
        Assert.That(engine.BucketKeys(), Is.EqualTo(new[] { before.Key }));
        Assert.That(engine.ReadBucket(before.Key), Is.EqualTo(before));
    }

    private static IEnumerable<Bucket> FailingAfter(Bucket bucket)
    {
        yield return bucket;
        throw new InvalidOperationException("on purpose");
    }

    /// <returns>Whether the command announces that many changes.</returns>
    private static bool Fails(IAppointmentEngine engine, IAppointmentEngine copy, Command command, int announcement)
    {
        // The copy goes first: a command that announces fewer changes succeeds, and must not take effect on the engine yet.
        copy.Restore(engine.BucketKeys().Select(engine.ReadBucket).ToList());
        try
        {
            copy.Execute(command, new FailingObserver(announcement));
            return false;
        }
        catch (InvalidOperationException)
        {
            Assert.That(() => engine.Execute(command, new FailingObserver(announcement)), Throws.InvalidOperationException);
            return true;
        }
    }

    private static void AssertEqual(IAppointmentEngine engine, ReferenceModel model, Command command)
    {
        Assert.That(engine.BucketKeys(), Is.EqualTo(model.BucketKeys()), ScriptText.Of(command));
        foreach (var key in model.BucketKeys())
            Assert.That(engine.ReadBucket(key), Is.EqualTo(model.ReadBucket(key)), ScriptText.Of(command));
    }

    private sealed record UnknownCommand() : WriteCommand<RefusedReply>(default(CallerId));

    private sealed class FailingObserver(int failsAt) : IBucketObserver
    {
        private int _announcements;

        public void BeforeChange(BucketKey key)
        {
            if (++_announcements == failsAt)
                throw new InvalidOperationException("on purpose");
        }
    }
}
