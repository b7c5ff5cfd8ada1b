using System.Security.Cryptography;
using Dams.Contracts.Domain;
using Dams.Replica.Engines;
using Dams.Replica.State;
using Dams.Tests.Engines.Model;
using Dams.Tests.Engines.Script;

namespace Dams.Tests.Replica;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class StateDigesterTests
{
    private readonly StateDigester _digester = new();
    private readonly ReadCounter _engine = new(new ReferenceModel());

    [Test]
    public void The_digest_of_an_empty_state_is_that_of_no_bytes() =>
        Assert.That(_digester.Digest(_engine, []), Is.EqualTo(SHA256.HashData([])));

    [Test]
    public void The_digest_is_made_of_keys_and_bucket_digests_in_canonical_order()
    {
        Run("QUEA0001 adds Dental QUEM010125 x2");
        Run("MTLA0001 adds Dental MTLM020125 x2");
        Run("MTLP0001 books Dental QUEM010125");
        List<byte> expected = [];
        foreach (var key in new BucketKey[] { new(Hospital.MTL, new DateOnly(2025, 1, 2)), new(Hospital.QUE, new DateOnly(2025, 1, 1)) })
        {
            var bytes = BucketCodec.Encode(_engine.ReadBucket(key));
            expected.AddRange([.. bytes[..BucketCodec.KeySize], .. SHA256.HashData(bytes)]);
        }

        Assert.That(_digester.Digest(_engine, []), Is.EqualTo(SHA256.HashData([.. expected])));
    }

    [Test]
    public void Only_buckets_that_were_touched_are_read_again()
    {
        Run("MTLA0001 adds Dental MTLM010125 x2");
        Run("MTLA0001 adds Dental MTLM020125 x2");
        _digester.Digest(_engine, []);
        _engine.Reads = 0;
        _digester.BeforeChange(new BucketKey(Hospital.MTL, new DateOnly(2025, 1, 1)));
        _digester.BeforeChange(new BucketKey(Hospital.MTL, new DateOnly(2025, 1, 1)));
        _digester.Digest(_engine, []);
        _digester.Digest(_engine, []);
        Assert.That(_engine.Reads, Is.EqualTo(1));
    }

    [Test]
    public void A_bucket_that_has_lost_its_last_slot_is_absent()
    {
        Run("MTLA0001 adds Dental MTLM010125 x2");
        var before = _digester.Digest(_engine, []);
        Run("MTLA0001 adds Dental MTLM020125 x2");
        Assert.That(_digester.Digest(_engine, []), Is.Not.EqualTo(before));
        Run("MTLA0001 removes Dental MTLM020125");
        Assert.That(_digester.Digest(_engine, []), Is.EqualTo(before));
    }

    [Test]
    public void The_booking_order_is_part_of_the_digest()
    {
        Run("MTLA0001 adds Dental MTLM010125 x2");
        Run("MTLP0001 books Dental MTLM010125");
        Run("MTLP0002 books Dental MTLM010125");
        var before = _digester.Digest(_engine, []);
        Run("MTLP0001 cancels MTLM010125");
        Run("MTLP0001 books Dental MTLM010125");
        Assert.That(_digester.Digest(_engine, []), Is.Not.EqualTo(before));
    }

    [Test]
    public void After_a_reset_everything_is_read()
    {
        Run("MTLA0001 adds Dental MTLM010125 x2");
        var grown = _digester.Digest(_engine, []);
        var restored = new StateDigester();
        restored.BeforeChange(new BucketKey(Hospital.SHE, new DateOnly(2025, 1, 1)));
        restored.Reset(_engine);
        Assert.That(restored.Digest(_engine, []), Is.EqualTo(grown));
    }

    [Test]
    public void The_digest_covers_the_name_content_and_order_of_sections()
    {
        Run("MTLA0001 adds Dental MTLM010125 x2");
        StateSection a = new("sessions/0", SHA256.HashData([1])), b = new("sessions/1", SHA256.HashData([2]));
        byte[][] digests =
        [
            _digester.Digest(_engine, []), _digester.Digest(_engine, [a]), _digester.Digest(_engine, [b]),
            _digester.Digest(_engine, [a, b]), _digester.Digest(_engine, [b, a]),
            _digester.Digest(_engine, [a with { Name = "sessions/2" }]),
        ];
        Assert.That(digests.Select(Convert.ToHexString), Is.Unique);
        Assert.That(_digester.Digest(_engine, [a]), Is.EqualTo(digests[1]));
    }

    [Test]
    public void A_section_without_a_proper_name_or_digest_is_refused()
    {
        Assert.That(() => _digester.Digest(_engine, [new StateSection("", new byte[32])]), Throws.ArgumentException);
        Assert.That(() => _digester.Digest(_engine, [new StateSection("é", new byte[32])]), Throws.ArgumentException);
        Assert.That(() => _digester.Digest(_engine, [new StateSection("sessions", new byte[31])]), Throws.ArgumentException);
    }

    private void Run(string line) => _engine.Execute(ScriptParser.Parse(line).Command!, _digester);
}
