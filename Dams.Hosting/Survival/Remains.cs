using System.Collections.Immutable;
using Dams.Ordering;

namespace Dams.Hosting.Survival;

/// <summary>The rest of a cluster after a loss of hosts. It decides what the rest is enough for. Pure.</summary>
internal sealed class Remains
{
    private readonly Placement _placement;
    private readonly int _frontEnds;
    private readonly ImmutableArray<string> _lost;

    public Remains(Placement placement, ImmutableArray<string> lost)
    {
        (_placement, _lost) = (placement, lost);
        Sequencers = [.. Left(NodeRole.Sequencer)];
        _frontEnds = Left(NodeRole.FrontEnd).Count();
    }

    /// <summary>The sequencers that are left, in the order of preference.</summary>
    public ImmutableArray<NodeId> Sequencers { get; }

    /// <summary>The rest of a group.</summary>
    /// <param name="role">The role of its members.</param>
    /// <param name="isLed">Whether its leader is left.</param>
    public SurvivingGroup GroupOf(NodeRole role, bool isLed) => new(
        [.. _placement.Of(role).Select(node => node.Id.Number)], Left(role).Select(id => id.Number).ToHashSet(),
        isLed, Sequencers.Length);

    /// <summary>Whether calls are answered: somebody takes them, they are committed, and enough replicas reply.</summary>
    public bool Answers(SurvivingGroup replicas) =>
        _frontEnds > 0 && replicas.Commits && replicas.Live >= VotingRules.AnswerQuorum;

    public StopReason ReasonFor(SurvivingGroup replicas) =>
        _frontEnds == 0 ? StopReason.NoFrontEnd
        : Sequencers.Length == 0 ? StopReason.NoSequencer
        : replicas.Live < Math.Max(VotingRules.AnswerQuorum, replicas.View.CommitQuorum) ? StopReason.TooFewReplicas
        : StopReason.TooFewPromises;

    /// <summary>Whether one wrong reply is outvoted: the others still give an answer without it.</summary>
    public bool OutvotesWrong(SurvivingGroup replicas) => Answers(replicas) && replicas.Live - 1 >= VotingRules.AnswerQuorum;

    /// <summary>Whether another sequencer can take over.</summary>
    /// <param name="replicas">The rest of the replicas.</param>
    /// <param name="isLed">Whether the sequencer that leads is left, so that it is not the one that takes over.</param>
    public FailOver FailOverOf(SurvivingGroup replicas, bool isLed)
    {
        if (Sequencers.Length - (isLed ? 1 : 0) < 1)
            return FailOver.Impossible;
        if (replicas.HasQuorumIn(replicas.View))
            return FailOver.Possible;
        // If no sequencer is lost, the managers' group has its leader, too.
        return isLed && replicas.HasQuorumIn(ViewWithoutLost(replicas, GroupOf(NodeRole.Manager, isLed)))
            ? FailOver.Later
            : FailOver.Impossible;
    }

    /// <summary>
    /// Whether any one of the replicas can be replaced if it is wrong. It must be outvoted, voted out and ordered out, and its own manager
    /// must live to start the next incarnation, whose folder others must confirm.
    /// </summary>
    public bool ReplacesWrong(SurvivingGroup replicas, SurvivingGroup managers)
    {
        if (!OutvotesWrong(replicas) || !replicas.ConfirmsRestart(_placement.IsDurable))
            return false;
        var view = ViewWithoutLost(replicas, managers);
        return view.Members.Where(member => replicas.IsLive(member.Id)).All(wrong => managers.IsLive(wrong.Id)
            && CanDecide(managers, wrong.Id, donors: replicas.Live - 1) && replicas.CanLose(view, wrong.Id));
    }

    /// <summary>The view after the managers have had all lost replicas ordered out, as far as they can.</summary>
    private View ViewWithoutLost(SurvivingGroup replicas, SurvivingGroup managers)
    {
        var view = replicas.View;
        if (!Answers(replicas))
            return view;
        foreach (var lost in replicas.View.Members.Where(member => !replicas.IsLive(member.Id)))
        {
            if (!CanDecide(managers, lost.Id, donors: replicas.Live) || !replicas.CanLose(view, lost.Id))
                break;
            view = SurvivingGroup.ViewOf(view.Members.Select(member => member.Id).Where(seat => seat != lost.Id));
        }

        return view;
    }

    private static bool CanDecide(SurvivingGroup managers, byte accused, int donors) =>
        managers.Commits && donors >= VotingRules.DonorsMin
        && managers.Live - (managers.IsLive(accused) ? 1 : 0) >= VotingRules.VotesToDecide;

    private IEnumerable<NodeId> Left(NodeRole role) =>
        _placement.Of(role).Where(node => !_lost.Contains(node.Host)).Select(node => node.Id);
}
