using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <summary>
/// One attempt of a sequencer to lead an epoch. It collects promises, chooses a log, fetches its tail, and has the
/// members install it. It decides whether the attempt is stuck. It lasts as long as the epoch, because some members
/// install late. A higher epoch is another candidacy.
/// </summary>
internal sealed class Candidacy(GroupOptions options, Outbox outbox, Claim claim, HistoryBuffer history, Instant begunAt)
{
    private readonly PromiseCollector _promises = new(options);
    private TailFetch? _tail;
    private InstallRound? _installation;
    private Instant _since = begunAt;

    /// <summary>The claim that members promise to.</summary>
    public Claim Claim => claim;

    /// <summary>The chosen log, if its tail has been fetched; else null.</summary>
    public LogChoice? FetchedLog => _tail is { IsComplete: true } tail ? tail.Choice : null;

    /// <summary>Entries held beyond a gap while the tail is fetched.</summary>
    public int EarlyCount => _tail?.EarlyCount ?? 0;

    private InstallRound InstallRound =>
        _installation ?? throw new InvariantBrokenException("only an installing or active sequencer has a view to tell");

    public bool HasPromiseOf(byte member) => _promises.Has(member);

    /// <summary>
    /// Whether a new attempt with a higher epoch can help. It helps only if enough members have answered and something
    /// else is stuck. It does not help a candidate that waits for the members of a first start.
    /// </summary>
    public bool IsStuck(Instant now) => _tail is not null && now - _since > options.CandidatePatience;

    /// <summary>Asks the members that have not promised.</summary>
    public void SendPrepare()
    {
        foreach (var member in options.Members)
        {
            if (!_promises.Has(member))
                outbox.Send(options.Member(member), claim.Epoch, new Prepare(claim));
        }
    }

    /// <summary>Sends again whatever still lacks an answer.</summary>
    public void Repeat(View view)
    {
        if (_installation is not null)
        {
            _installation.Send(view);
            return;
        }

        SendPrepare();
        _tail?.Ask();
    }

    /// <summary>A member has promised. A promise that comes after the choice of a log does not change the choice.</summary>
    public void OnPromise(byte member, Promise promise)
    {
        _promises.Add(member, promise);
        if (_tail is not null || _promises.Choose() is not { } choice)
            return;
        _tail = new TailFetch(options, outbox, claim.Epoch, choice, history);
        if (!_tail.IsComplete)
            _tail.Ask();
    }

    public void OnFetched(Fetched fetched) => _tail?.OnFetched(fetched);

    /// <summary>Begins to install the fetched log.</summary>
    public void Install(LogChoice log, Instant now)
    {
        _since = now;
        var newView = new NewView(claim, log.Last, log.Chain, log.CommitSeq, log.Time, log.Source, log.View);
        _installation = new InstallRound(options, outbox, newView);
        _installation.Send(log.View);
    }

    /// <summary>Sends NEWVIEW to a member that asks for it.</summary>
    public void SendNewView(NodeId member) => InstallRound.SendTo(member);

    /// <summary>A member says that it has installed the epoch. False if its disk lacks a part of the log.</summary>
    public bool OnInstalled(byte member, SequenceNumber durable) => InstallRound.TryAdd(member, durable);

    /// <summary>Whether enough members have installed the epoch for it to begin.</summary>
    public bool IsInstalledIn(View view) => InstallRound.IsEnough(view);
}
