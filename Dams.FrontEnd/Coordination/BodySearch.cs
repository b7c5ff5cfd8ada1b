using Dams.Ordering;

namespace Dams.FrontEnd.Coordination;

/// <summary>The state of the search for a body.</summary>
internal enum BodySearchState
{
    /// <summary>No replica was asked yet.</summary>
    Idle,

    /// <summary>A replica was asked, and has some time to give the body.</summary>
    Asking,

    /// <summary>Every replica of the majority was asked, and none had the body. After a pause all are asked again.</summary>
    InVain,
}

/// <summary>
/// The search for a result that did not fit a datagram. Decides which replica of the majority is asked next, and when. Pure and
/// single-threaded.
/// </summary>
internal sealed class BodySearch
{
    private ulong _asked;

    public BodySearchState State { get; private set; }

    /// <summary>When the next replica is asked; <see cref="Instant.Never"/> while the search is idle.</summary>
    public Instant NextDeadline { get; private set; } = Instant.Never;

    /// <summary>Whether a replica of the majority was not asked yet.</summary>
    public bool HasNext(ReplyVoter vote) => NextOf(vote) is not null;

    /// <summary>Whether the search is to begin, or to go on because another replica has joined the majority.</summary>
    public bool IsDue(ReplyVoter vote) => State == BodySearchState.Idle || (State == BodySearchState.InVain && HasNext(vote));

    /// <summary>Chooses the replica that is asked now. When all were asked, it begins again with the first.</summary>
    /// <param name="vote">The vote whose result is wanted.</param>
    /// <param name="until">When the next replica is asked, if this one has not given the body.</param>
    /// <returns>Null if every replica of the majority was caught lying.</returns>
    public byte? AskNext(ReplyVoter vote, Instant until)
    {
        BecomeAsking(until);
        if (!HasNext(vote))
            _asked = 0;
        var next = NextOf(vote);
        if (next is { } replica)
            _asked |= 1UL << replica;
        return next;
    }

    /// <summary>The decision has changed, so the next question begins a new search.</summary>
    public void BecomeIdle() => (State, NextDeadline, _asked) = (BodySearchState.Idle, Instant.Never, 0);

    /// <summary>The last replica did not give the body either.</summary>
    /// <param name="until">When all replicas are asked again.</param>
    public void BecomeInVain(Instant until) => (State, NextDeadline) = (BodySearchState.InVain, until);

    // The deadline moves even if nobody can be asked: a timer that is left in the past would elapse for ever.
    private void BecomeAsking(Instant until) => (State, NextDeadline) = (BodySearchState.Asking, until);

    private byte? NextOf(ReplyVoter vote)
    {
        foreach (var id in vote.MajorityReplicas())
        {
            if ((_asked & (1UL << id)) == 0)
                return id;
        }

        return null;
    }
}
