using System.Collections.Immutable;
using System.Net;
using Dams.Contracts.Soap;
using Dams.FrontEnd.Status;
using Dams.Hosting.Topology;

namespace Dams.Tests.Status;

/// <summary>Who is named while nobody orders: those who are known to be missing, and not those who wait for them.</summary>
public sealed class WaitedForTests
{
    private static readonly ClusterTopology s_topology = ClusterTopology.Default();

    private static IReadOnlyList<string> Of(ClusterTopology topology, bool sequencerRuns, params string?[] states) => WaitedFor.Of(topology,
        new ClusterReports(
            states.Select((state, i) => (Id: i + 1, State: state)).Where(report => report.State is not null)
                .ToImmutableDictionary(report => report.Id, report => new GetStatusResult { State = report.State! }),
            ClusterReports.None.Managers),
        id => sequencerRuns && id == topology.Sequencers[1].Id);

    [Test]
    public void At_a_first_start_the_replicas_that_are_up_wait_for_those_that_are_not() =>
        Assert.That(Of(s_topology, true, "Promised", null, "Promised", null), Is.EqualTo(new[] { "replica2", "replica4" }));

    [TestCase("Outside")]
    [TestCase("Joining")]
    [TestCase("Left")]
    [TestCase("Halted")]
    public void A_replica_that_can_promise_nothing_is_missing_as_well(string state) =>
        Assert.That(Of(s_topology, true, "Following", "Promised", "Waiting", state), Is.EqualTo(new[] { "replica4" }));

    [Test]
    public void Sequencers_are_missing_when_none_of_them_runs()
    {
        Assert.That(Of(s_topology, false, "Promised", "Promised", "Promised", null), Is.EqualTo(new[] { "replica4", "sequencer1", "sequencer2" }));
        Assert.That(Of(s_topology, false, "Following", "Following", "Following", "Following"), Is.EqualTo(new[] { "sequencer1", "sequencer2" }));
    }

    [Test]
    public void When_everyone_is_there_the_sequencers_are_all_that_is_waited_for() =>
        Assert.That(Of(s_topology, true, "Promised", "Promised", "Promised", "Promised"), Is.EqualTo(new[] { "sequencer1", "sequencer2" }));

    [Test]
    public void Nobody_says_of_another_machine_that_nothing_runs_there()
    {
        var elsewhere = s_topology with
        {
            Sequencers = [.. s_topology.Sequencers.Select(sequencer => sequencer with { Listen = new NodeAddress(IPAddress.Parse("192.0.2.7"), sequencer.Listen.Port) })],
        };
        Assert.That(Of(elsewhere, false, "Promised", "Promised", "Promised", null), Is.EqualTo(new[] { "replica4" }));
    }
}
