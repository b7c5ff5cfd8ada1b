using System.Collections.Immutable;
using Dams.Contracts.Reports;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.ReplicaManager.Agreement;
using Dams.Tests.Mutation;
using static Dams.Tests.Agreement.AgreementScript;

namespace Dams.Tests.Agreement;

/// <summary>The version that the next incarnation runs: one that no other replica runs, if there is one.</summary>
internal sealed class VersionChoiceTests
{
    // Earlier, the replacement of replica 3 ran replica 4's version, and two replicas made the same mistakes.
    [Test]
    [FailsWithout(nameof(ManagerMutants.VersionIsTheNextOne))]
    public void A_replacement_runs_the_first_version_of_its_list_that_no_other_replica_runs()
    {
        var script = new AgreementScript(OptionsOf(ClusterTopology.Default(versions: ["A", "B", "C", "D", "E"])));
        script.Convict(3);
        Assert.That(script.State.VersionTurns(3), Is.EqualTo(2), "from C over D, which replica 4 runs, to E");
        script.Settle(3);
        script.Convict(4);
        Assert.That(script.State.VersionTurns(4), Is.EqualTo(4), "from D over E, A and B to C, which nobody runs any more");
    }

    [Test]
    public void A_replica_keeps_its_version_if_the_others_run_all_others()
    {
        var script = new AgreementScript();
        script.Convict(3);
        Assert.That(script.State.VersionTurns(3), Is.EqualTo(4), "a whole round of the list");
    }

    [Test]
    public void Turns_never_fall_and_go_on_from_where_they_are()
    {
        var script = new AgreementScript();
        var seen = new List<int>();
        for (var life = 1; life <= 3; life++)
        {
            script.Lose(3, life, LossCause.Halted);
            seen.Add(script.State.VersionTurns(3));
            script.Settle(3);
        }

        Assert.That(seen, Is.EqualTo(new[] { 4, 8, 12 }));
    }

    // A dead one may come back at any time, with the version that it has.
    [Test]
    public void A_seat_whose_replica_runs_nothing_keeps_its_version_from_others()
    {
        var script = new AgreementScript(OptionsOf(ClusterTopology.Default(versions: ["A", "B", "C", "D", "E"])));
        script.Bury(4);
        script.GiveUp(4);
        Assert.That(script.State.VersionTurns(4), Is.EqualTo(1), "E");
        script.Convict(3);
        Assert.That(script.State.VersionTurns(3), Is.EqualTo(1), "D, and not E, which is that of the dead replica's successor");
    }

    [Test]
    public void A_seat_that_is_left_to_the_operator_keeps_its_version_from_others()
    {
        var script = new AgreementScript(OptionsOf(ClusterTopology.Default(versions: ["A", "B", "C", "D", "E"])));
        script.LoseThreeTimes(4);
        script.Lose(4, life: 4, LossCause.Halted);
        Assert.That(script.State.LeftAlone(4), Is.Not.Null);
        script.Convict(3);
        Assert.That((script.State.VersionTurns(4), script.State.VersionTurns(3)), Is.EqualTo((0, 2)), "E: replica 4 may go on with D");
    }

    [Test]
    public void A_lost_folder_changes_the_version_only_if_another_replica_has_it()
    {
        var lists = Lists("AB", "AB", "CB", "D");
        var choice = new VersionChoice(lists);
        Assert.That(
            lists.Keys.Select(seat => choice.NextTurns(seat, changes: false, Turns(0, 0, 0, 0))), Is.EqualTo(new[] { 1, 1, 0, 0 }),
            "B is free for replica 1 as well as for replica 2");
        Assert.That(choice.NextTurns(1, changes: false, Turns(0, 1, 0, 0)), Is.Zero);
        Assert.That(choice.NextTurns(1, changes: false, Turns(0, 2, 1, 0)), Is.Zero, "no other version is free");
    }

    [Test]
    public void A_version_that_is_to_blame_is_left_even_if_no_other_is_free()
    {
        var choice = new VersionChoice(Lists("AB", "A", "B"));
        Assert.That(choice.NextTurns(1, changes: true, Turns(0, 0, 0)), Is.EqualTo(1));
        Assert.That(choice.NextTurns(2, changes: true, Turns(0, 0, 0)), Is.EqualTo(1), "there is only one in the list");
    }

    [Test]
    public void A_snapshot_keeps_the_turns()
    {
        var script = new AgreementScript();
        script.Convict(3);
        var other = new AgreedState(Rules);
        other.Restore(script.State.ToSnapshot(ManagerScript.EntryOf(script.Number, Chain.Genesis, new RestartReport(1, 1, 1))));
        Assert.That(other.VersionTurns(3), Is.EqualTo(4));
    }

    private static Dictionary<byte, ImmutableArray<string>> Lists(params string[] lists) => lists
        .Select((list, i) => ((byte)(i + 1), list)).ToDictionary(
            pair => pair.Item1, pair => pair.list.Select(version => version.ToString()).ToImmutableArray());

    private static Dictionary<byte, int> Turns(params int[] turns) =>
        turns.Select((count, i) => ((byte)(i + 1), count)).ToDictionary(pair => pair.Item1, pair => pair.count);
}
