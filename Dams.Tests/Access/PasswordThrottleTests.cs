using Dams.Hosting.Access;
using Dams.Ordering;

namespace Dams.Tests.Access;

public sealed class PasswordThrottleTests
{
    private PasswordThrottle _throttle = null!;
    private Instant _now;

    [SetUp]
    public void Begin() => (_throttle, _now) = (new PasswordThrottle(), new Instant(1, 1));

    [Test]
    public void Five_wrong_passwords_for_a_user_are_free_and_the_next_ones_wait_ever_longer_up_to_a_minute()
    {
        var waits = new List<double>();
        for (var i = 0; i < 14; i++)
        {
            // A new address each time, so that only the user counts.
            Guess("MTLP1234", $"10.0.0.{i}");
            var wait = _throttle.WaitOf(_now, "MTLP1234", "10.1.1.1");
            waits.Add(wait.TotalSeconds);
            _now += wait;
        }

        Assert.That(waits, Is.EqualTo(new double[] { 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60 }));
    }

    [Test]
    public void Five_wrong_passwords_from_an_address_slow_it_down_for_every_user()
    {
        for (var i = 0; i < 5; i++)
            Guess($"MTLP000{i}", "10.0.0.1");
        Assert.That(_throttle.WaitOf(_now, "MTLP7777", "10.0.0.1"), Is.EqualTo(TimeSpan.FromSeconds(1)));
        Assert.That(_throttle.WaitOf(_now, "MTLP7777", "10.0.0.2"), Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public void A_stranger_can_not_lock_a_user_out_of_a_place_where_the_user_works()
    {
        Succeed("MTLP1234", "10.0.0.1");
        for (var i = 0; i < 50; i++)
        {
            Guess("MTLP1234", $"10.9.0.{i}");
            _now += _throttle.WaitOf(_now, "MTLP1234", "10.8.0.1");
        }

        Guess("MTLP1234", "10.8.0.1");
        Assert.That(_throttle.WaitOf(_now, "MTLP1234", "10.8.0.2"), Is.EqualTo(TimeSpan.FromMinutes(1)), "elsewhere");
        Assert.That(_throttle.WaitOf(_now, "MTLP1234", "10.0.0.1"), Is.EqualTo(TimeSpan.Zero), "at work");
    }

    [Test]
    public void A_colleague_who_guesses_at_a_known_place_waits_too()
    {
        Succeed("MTLP1234", "10.0.0.1");
        for (var i = 0; i < 5; i++)
            Guess("MTLP1234", "10.0.0.1");
        Assert.That(_throttle.WaitOf(_now, "MTLP1234", "10.0.0.1"), Is.EqualTo(TimeSpan.FromSeconds(1)));
    }

    [Test]
    public void A_right_password_does_not_give_the_guesser_of_the_same_address_new_attempts()
    {
        for (var i = 0; i < 4; i++)
            Guess("MTLA1234", "10.0.0.1");
        Succeed("QUEP1111", "10.0.0.1");
        Guess("MTLA1234", "10.0.0.1");
        Assert.That(_throttle.WaitOf(_now, "MTLA1234", "10.0.0.1"), Is.EqualTo(TimeSpan.FromSeconds(1)));
    }

    [Test]
    public void Many_attempts_at_once_are_no_more_than_the_free_ones()
    {
        var begun = Enumerable.Range(0, 20).Count(_ => _throttle.Begin(_now, "MTLP1234", "10.0.0.1") == TimeSpan.Zero);
        Assert.That(begun, Is.EqualTo(PasswordThrottle.FreeMax));
    }

    [Test]
    public void A_counter_starts_again_after_its_memory()
    {
        for (var i = 0; i < 5; i++)
            Guess("MTLP1234", "10.0.0.1");
        _now = _now + PasswordThrottle.AddressMemory + TimeSpan.FromSeconds(1);
        Guess("MTLP9999", "10.0.0.1");
        Assert.That(_throttle.WaitOf(_now, "MTLP9999", "10.0.0.1"), Is.EqualTo(TimeSpan.Zero), "the address");
        _now += PasswordThrottle.UserMemory;
        Guess("MTLP1234", "10.0.0.2");
        Assert.That(_throttle.WaitOf(_now, "MTLP1234", "10.0.0.3"), Is.EqualTo(TimeSpan.Zero), "the user");
    }

    [Test]
    public void Attempts_that_have_to_wait_make_no_wait_longer()
    {
        for (var i = 0; i < 5; i++)
            Guess("MTLP1234", "10.0.0.1");
        for (var i = 0; i < 100; i++)
            Assert.That(_throttle.Begin(_now, "MTLP1234", "10.0.0.1"), Is.EqualTo(TimeSpan.FromSeconds(1)));
        _now += TimeSpan.FromSeconds(1);
        Assert.That(_throttle.Begin(_now, "MTLP1234", "10.0.0.1"), Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public void Memory_is_bounded_whatever_names_and_addresses_are_tried()
    {
        for (var i = 0; i < 70_000; i++)
        {
            Guess($"nobody{i}", $"10.0.{i / 256}.{i % 256}");
            Succeed($"somebody{i}", "10.0.0.1");
        }

        Assert.That(_throttle.Sizes, Is.EqualTo((PasswordThrottle.CountersMax, PasswordThrottle.PlacesMax)));
    }

    private void Guess(string user, string address)
    {
        _throttle.Begin(_now, user, address);
        _throttle.Wrong(_now, user, address);
    }

    private void Succeed(string user, string address)
    {
        _throttle.Begin(_now, user, address);
        _throttle.Right(_now, user, address);
    }
}
