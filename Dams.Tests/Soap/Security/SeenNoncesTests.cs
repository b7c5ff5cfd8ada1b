using Dams.Soap.Security;

namespace Dams.Tests.Soap.Security;

/// <summary>No replay is accepted, whatever fills the memory of nonces.</summary>
public sealed class SeenNoncesTests
{
    private static readonly DateTimeOffset s_now = new(2026, 4, 21, 9, 30, 0, TimeSpan.Zero);

    [Test]
    public void A_nonce_is_accepted_once_for_each_user()
    {
        var nonces = new SeenNonces(10);
        Assert.That(nonces.Look("a", "n", s_now, s_now), Is.EqualTo(NonceVerdict.Fresh));
        Assert.That(nonces.Look("a", "n", s_now, s_now), Is.EqualTo(NonceVerdict.Replayed));
        Assert.That(nonces.Look("b", "n", s_now, s_now), Is.EqualTo(NonceVerdict.Fresh));
        Assert.That(nonces.Look("an", "", s_now, s_now), Is.EqualTo(NonceVerdict.Fresh), "the border between user and nonce counts");
    }

    [Test]
    public void A_nonce_is_remembered_until_its_token_is_too_old_and_not_longer()
    {
        var nonces = new SeenNonces(10);
        var created = s_now.AddMinutes(5);
        nonces.Look("a", "n", created, s_now);
        var last = created + MessageLifetime.AgeMax;
        Assert.That(MessageLifetime.Check("x", created, null, last), Is.Null, "a token of this age is accepted");
        Assert.That(nonces.Look("a", "n", created, last), Is.EqualTo(NonceVerdict.Replayed));
        nonces.Look("a", "other", last, last.AddTicks(1));
        Assert.That(nonces.Count, Is.EqualTo(1));
    }

    [Test]
    public void A_full_memory_forgets_the_oldest_token_and_refuses_all_that_are_as_old()
    {
        var nonces = new SeenNonces(3);
        for (var i = 0; i < 4; i++)
            Assert.That(nonces.Look("a", $"{i}", s_now.AddSeconds(i), s_now.AddSeconds(3)), Is.EqualTo(NonceVerdict.Fresh));
        Assert.That(nonces.Count, Is.EqualTo(3));
        Assert.That(nonces.Look("a", "0", s_now, s_now.AddSeconds(3)), Is.EqualTo(NonceVerdict.BeforeMemory));
        Assert.That(nonces.Look("b", "new", s_now, s_now.AddSeconds(3)), Is.EqualTo(NonceVerdict.BeforeMemory));
        Assert.That(nonces.Look("a", "1", s_now.AddSeconds(1), s_now.AddSeconds(3)), Is.EqualTo(NonceVerdict.Replayed));
        Assert.That(nonces.Look("a", "new", s_now.AddSeconds(2), s_now.AddSeconds(3)), Is.EqualTo(NonceVerdict.Fresh));
    }

    [Test]
    public void Whatever_order_tokens_come_in_none_is_accepted_twice()
    {
        const int seed = 7;
        var random = new Random(seed);
        var nonces = new SeenNonces(50);
        var accepted = new HashSet<(int, int)>();
        var now = s_now;
        for (var i = 0; i < 20_000; i++)
        {
            now = now.AddMilliseconds(random.Next(400));
            var token = (Nonce: random.Next(200), Age: random.Next(-300, 600));
            var created = s_now.AddSeconds(Math.Floor((now - s_now).TotalSeconds) - token.Age);
            if (MessageLifetime.Check("x", created, null, now) is not null)
                continue;
            var key = (token.Nonce, (int)(created - s_now).TotalSeconds);
            // A nonce may come again with another time only after the first is forgotten. The pair must never be accepted twice.
            if (nonces.Look("a", $"{key}", created, now) == NonceVerdict.Fresh)
                Assert.That(accepted.Add(key), Is.True, $"seed {seed}, step {i}");
            Assert.That(nonces.Count, Is.LessThanOrEqualTo(50));
        }

        Assert.That(accepted, Has.Count.GreaterThan(1000));
    }
}
