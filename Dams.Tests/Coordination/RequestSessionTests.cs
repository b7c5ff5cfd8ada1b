using Dams.FrontEnd.Coordination;
using Dams.Ordering;
using Dams.Ordering.Protocol;

namespace Dams.Tests.Coordination;

/// <summary>The numbers of a front end's requests, and the sessions that they belong to.</summary>
internal sealed class RequestSessionTests
{
    private static readonly BootId s_boot = new(77);

    [Test]
    public void The_lowest_outstanding_number_is_that_of_the_oldest_request_without_a_result()
    {
        var session = NewSession();
        Assert.That(session.LowestOutstanding, Is.EqualTo(1));
        var (one, two) = (Begin(session), Begin(session));
        Assert.That((one.LowestOutstanding, two.LowestOutstanding), Is.EqualTo((1UL, 1UL)));
        session.End(two);
        Assert.That(session.LowestOutstanding, Is.EqualTo(1));
        session.End(one);
        Assert.That(session.LowestOutstanding, Is.EqualTo(3));
    }

    [Test]
    public void A_request_with_an_id_of_its_client_has_no_number()
    {
        var session = NewSession();
        var request = session.Begin(RequestKey.OfClient([1]), 1, default, default);
        Assert.That((session.LowestOutstanding, request.FrontEndBoot), Is.EqualTo((1UL, s_boot)));
        session.End(request);
        Assert.That(session.LowestOutstanding, Is.EqualTo(1));
    }

    [Test]
    public void One_session_that_has_ended_is_followed_by_one_new_session()
    {
        var session = NewSession();
        var (one, two) = (Begin(session), Begin(session));
        session.OnRetired(one);
        var three = Begin(session);
        Assert.That((three.FrontEndBoot == s_boot, three.Key.High == three.FrontEndBoot.Value), Is.EqualTo((false, true)));
        session.OnRetired(two);
        Assert.That(Begin(session).FrontEndBoot, Is.EqualTo(three.FrontEndBoot), "the second refusal is of the earlier session");
    }

    private static RequestSession NewSession() => new(1, s_boot, new SeededRandom(1));

    private static Request Begin(RequestSession session) => session.Begin(session.NextKey(), 1, default, default);
}
