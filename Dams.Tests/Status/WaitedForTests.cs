using System.Collections.Immutable;
using Dams.Contracts.Soap;
using Dams.FrontEnd.Status;
using Dams.Hosting.Topology;

namespace Dams.Tests.Status;

/// <summary>
/// The processes that are named while no sequencer is active: those that are known to be missing, but not those that wait for them.
/// </summary>
public sealed class WaitedForTests
{
    private static readonly ClusterTopology s_topology = ClusterTopology.Default();

    private static IReadOnlyList<string> Of(ClusterTopology topology, bool sequencerRuns, params string?[] states) => WaitedFor.Of(topology,
        new ClusterReports(
            states.Select((state, i) => (Id: i + 1, State: state)).Where(report => report.State is not null)
                .ToImmutableDictionary(report => report.Id, report => new GetStatusResult { State = report.State! }),
            ClusterReports.None.Managers),
        null,
        id => sequencerRuns && id == topology.Sequencers[1].Id);

    [Test]
    public void At_a_first_start_the_running_replicas_wait_for_the_missing_ones() =>
        Assert.That(Of(s_topology, true, "Promised", null, "Promised", null), Is.EqualTo(new[] { "replica2", "replica4" }));

    [TestCase("Outside")]
    [TestCase("Joining")]
    [TestCase("Left")]
    [TestCase("Halted")]
    public void A_replica_that_cannot_promise_is_missing_too(string state) =>
        Assert.That(Of(s_topology, true, "Following", "Promised", "Waiting", state), Is.EqualTo(new[] { "replica4" }));

    [Test]
    public void Sequencers_are_missing_when_none_of_them_runs()
    {
        Assert.That(
            Of(s_topology, false, "Promised", "Promised", "Promised", null),
            Is.EqualTo(new[] { "replica4", "sequencer1", "sequencer2" }));
        Assert.That(
            Of(s_topology, false, "Following", "Following", "Following", "Following"),
            Is.EqualTo(new[] { "sequencer1", "sequencer2" }));
    }

    [Test]
    public void When_all_replicas_are_there_only_the_sequencers_are_missing() =>
        Assert.That(Of(s_topology, true, "Promised", "Promised", "Promised", "Promised"), Is.EqualTo(new[] { "sequencer1", "sequencer2" }));

    [Test]
    public void Sequencers_on_another_machine_are_not_assumed_to_be_down()
    {
        var elsewhere = s_topology with
        {
            Sequencers = [.. s_topology.Sequencers.Select(sequencer => sequencer with { Host = "que" })],
        };
        Assert.That(Of(elsewhere, false, "Promised", "Promised", "Promised", null), Is.EqualTo(new[] { "replica4" }));
    }
}
