using Dams.Soap.Security;

namespace Dams.Tests.Soap.Security;

/// <summary>The times of a message, to the second.</summary>
public sealed class MessageLifetimeTests
{
    private static readonly DateTimeOffset s_now = new(2026, 4, 21, 9, 30, 0, TimeSpan.Zero);

    [TestCase(0, null, null, TestName = "A message of this moment")]
    [TestCase(300, null, null, TestName = "A clock that is five minutes fast")]
    [TestCase(301, null, "InvalidSecurity", TestName = "A clock that is faster")]
    [TestCase(-600, null, null, TestName = "A message at the end of its validity of a clock that is five minutes slow")]
    [TestCase(-601, null, "MessageExpired", TestName = "A message that is older")]
    [TestCase(-400, -300, null, TestName = "An end that a clock five minutes slow has not reached")]
    [TestCase(-400, -301, "MessageExpired", TestName = "An end that is passed by any clock")]
    [TestCase(-601, 3600, "MessageExpired", TestName = "A message that would be valid for an hour")]
    [TestCase(10, 9, "InvalidSecurity", TestName = "An end before the beginning")]
    [TestCase(10, 10, null, TestName = "An end at the beginning")]
    public void Times_are_seconds_from_now(int created, int? expires, string? code)
    {
        var refusal = MessageLifetime.Check(
            "Timestamp", s_now.AddSeconds(created), expires is { } end ? s_now.AddSeconds(end) : null, s_now);
        Assert.That(refusal?.Code?.Name, Is.EqualTo(code));
    }
}
