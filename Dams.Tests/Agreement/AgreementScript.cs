using Dams.Contracts.Reports;
using Dams.Hosting.Topology;
using Dams.ReplicaManager.Agreement;

namespace Dams.Tests.Agreement;

/// <summary>
/// Applies reports to the agreed state, one by one. Each report gets the next number. The time of the entries stands still unless the test
/// moves it.
/// </summary>
internal sealed class AgreementScript(ManagerOptions? options = null)
{
    public static readonly ManagerOptions Rules = OptionsOf(ClusterTopology.Default());

    /// <summary>The rules for the seats and versions of a cluster.</summary>
    public static ManagerOptions OptionsOf(ClusterTopology topology) => new()
    {
        Seats = [.. topology.Replicas.Select(replica => replica.Id.Number)],
        Versions = topology.Replicas.ToDictionary(replica => replica.Id.Number, replica => replica.Versions),
    };

    public AgreedState State { get; } = new(options ?? Rules);

    public long Number { get; private set; }

    public long Time { get; private set; } = 1_700_000_000_000;

    /// <summary>The alarms that the operator sees now.</summary>
    public IReadOnlyList<string> Alarms => State.AlarmsAt(Time);

    public IEnumerable<AgreedEventKind> Told => State.Events.Select(happening => happening.Kind);

    /// <summary>The identity of a seat's first, second, … incarnation.</summary>
    public static ulong IncarnationOf(byte replica, int life = 1) => ((ulong)life * 16) + replica;

    /// <returns>The number that the report was given.</returns>
    public long Order(Report report)
    {
        State.OnReport(++Number, Time, report);
        return Number;
    }

    public string? StandingOf(byte replica) => State.StandingOf(replica, Time);

    public void Pass(TimeSpan duration) => Time += (long)duration.TotalMilliseconds;

    public long Suspect(byte replica, int life = 1) =>
        Order(new SuspicionReport(replica, IncarnationOf(replica, life), SuspicionCause.Silent, 50));

    public long Accuse(byte replica, params long[] sequences) =>
        Order(new VerdictReport(
            replica, IncarnationOf(replica), FrontEnd: 1, FrontEndBoot: 77, sequences is [] ? [10, 11, 12] : sequences));

    /// <summary>
    /// A vote in a case about a seat's first incarnation. The voter knows all reports that were ordered, unless <paramref name="seen"/>
    /// says otherwise.
    /// </summary>
    public long Vote(byte manager, byte replica, long about, bool isGuilty = true, long view = 5, long? seen = null) =>
        Order(new VoteReport(replica, IncarnationOf(replica), manager, about, isGuilty, isGuilty ? view : 0, seen ?? Number));

    public long FindStateOther(byte manager, byte replica, long view = 5) =>
        Order(new DigestReport(replica, IncarnationOf(replica), manager, Checkpoint: 1000, view));

    public long RestartOf(byte replica, long restart) => Order(new RestartReport(replica, IncarnationOf(replica), restart));

    /// <summary>The replica's own manager reports a loss: the shortest way to a decision.</summary>
    public long Lose(byte replica, int life = 1, LossCause cause = LossCause.FolderLost) =>
        Order(new LossReport(replica, IncarnationOf(replica, life), cause, 5));

    /// <summary>Afterwards the seat is degraded, and its fourth incarnation votes.</summary>
    public void LoseThreeTimes(byte replica)
    {
        for (var life = 1; life <= 3; life++)
        {
            Lose(replica, life);
            Settle(replica);
        }
    }

    /// <summary>Two managers find the replica wrong.</summary>
    public void Convict(byte replica)
    {
        var about = Accuse(replica);
        foreach (var manager in Others(replica).Take(2))
            Vote(manager, replica, about);
    }

    /// <summary>Two managers find the replica dead.</summary>
    public void Bury(byte replica)
    {
        var about = Suspect(replica);
        foreach (var manager in Others(replica).Take(2))
            Vote(manager, replica, about);
    }

    public void Settle(byte replica) => Order(new SettledReport(replica, 0, State.Unsettled(replica)!.Number));

    public void GiveUp(byte replica) => Order(new OverdueReport(replica, 0, State.Unsettled(replica)!.Number));

    /// <summary>The whole agreed state, as text.</summary>
    public string Agreed() =>
        $"{State.Active}\n{string.Join("\n", State.Queue)}\n{string.Join("\n", State.Cases)}\n{string.Join("\n", State.Events)}\n"
        + $"{State.Replacements} {string.Join("\n", Alarms)}"
        + string.Join(",", Rules.Seats.Select(seat => $"{State.Unsettled(seat)} {State.VersionTurns(seat)} {State.HeldSince(seat)}"));

    private static IEnumerable<byte> Others(byte replica) => Rules.Seats.Where(seat => seat != replica);
}
