using System.Globalization;
using Dams.Cli.Client;
using Dams.Cli.Cluster;
using Dams.Cli.Lab;
using Dams.Cli.Status;
using Dams.Hosting.Status;
using Dams.Hosting.Topology;
using Dams.Lab;
using Spectre.Console;

namespace Dams.Cli.Demo;

/// <summary>
/// The story of the demonstration. One replica lies and another is killed while clients book; both come back. Every answer that the clients
/// got is checked.
/// </summary>
internal sealed class DemoStory : IDisposable
{
    private const int Clients = 4;
    private const int Liar = 3;
    private const int Victim = 2;
    private const int Strikes = 3;
    private const int CallsBefore = 100;
    private const int CallsAfter = 100;
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(50);

    private readonly DemoTeller _teller;
    private readonly TimeSpan _patience;
    private readonly CancellationToken _stop;
    private readonly StringWriter _labSaid = new();
    private readonly StatusReader _status;
    private readonly ManagerEvents _managers;
    private readonly LabClient _lab;
    private readonly AppointmentClient _service;
    private readonly List<DemoClient> _clients = [];

    /// <param name="teller">Prints the story.</param>
    /// <param name="topology">The cluster that the story happens on.</param>
    /// <param name="patience">How long any step may take; a step that takes longer is a failure.</param>
    /// <param name="stop">The operator's interrupt.</param>
    public DemoStory(DemoTeller teller, ClusterTopology topology, TimeSpan patience, CancellationToken stop)
    {
        _teller = teller;
        _patience = patience;
        _stop = stop;
        var service = ReadyLine.ServiceOf(topology);
        _status = new StatusReader(service);
        _managers = new ManagerEvents(topology);
        _lab = new LabClient(
            new CliConsole(_labSaid, _labSaid, TextReader.Null, isInteractive: false, isErrorTerminal: false), FrontEndAccess.Of(service));
        _service = new AppointmentClient(service);
    }

    /// <summary>How long any step may take by default: several times as long as it takes on a busy machine.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(60);

    /// <summary>Plays the story on a cluster that is ready.</summary>
    /// <returns>Whether every check passed.</returns>
    public async Task<bool> RunAsync()
    {
        var before = await StatusAsync(status => status.ActiveReplicas == status.Replicas.Count);
        if (before is null)
            return Fail("the front end does not say that all replicas vote");
        _teller.Tell("four replicas run, each with another version of the engine: "
            + string.Join(", ", before.Replicas.Select(replica => replica.Engine)));
        _clients.AddRange(Enumerable.Range(0, Clients).Select(number => new DemoClient(_service, number, _patience)));
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(_stop);
        var running = Task.WhenAll(_clients.Select(client => client.RunAsync(enough.Token, _stop)));
        var held = await BreakAndWatchAsync(before);
        await enough.CancelAsync();
        try
        {
            await running;
            return await JudgeAsync(before) && held;
        }
        catch (TimeoutException silence)
        {
            return Fail(silence.Message);
        }
    }

    public void Dispose()
    {
        _status.Dispose();
        _managers.Dispose();
        _lab.Dispose();
        _service.Dispose();
        _labSaid.Dispose();
    }

    private async Task<bool> BreakAndWatchAsync(ClusterStatus before)
    {
        if (!await AnsweredAsync(CallsBefore))
            return false;
        _teller.Tell(Text($"{Clients} clients open slots, book, cancel and look: ")
            + Text($"{_clients.Sum(client => client.Answered)} calls answered, and each client knows what each answer must be"));
        if (await _lab.OrderAsync("lie", new LieOrder(Liar, LieKinds.WordOf(LieKind.Outcome)), FaultJson.Default.LieOrder, _stop)
            != CliExitCodes.Success)
            return Fail(_labSaid.ToString());
        _teller.Break(Text($"replica{Liar} lies from now on: its answer to every booking is wrong"));
        if (await _lab.OrderAsync("crash", new CrashOrder(Text($"replica{Victim}")), FaultJson.Default.CrashOrder, _stop)
            != CliExitCodes.Success)
            return Fail(_labSaid.ToString());
        _teller.Break(Text($"replica{Victim} is killed at the same moment (kill -9)"));

        var (isOutvoted, isBack, isRenewed) = (false, false, false);
        var after = await StatusAsync(status =>
        {
            var (liar, victim) = (status.Replicas[Liar - 1], status.Replicas[Victim - 1]);
            if (!isOutvoted && liar.Wrong - before.Replicas[Liar - 1].Wrong >= Strikes)
            {
                isOutvoted = true;
                _teller.Tell(Text(
                    $"replica{Liar} is outvoted, {liar.Wrong} times so far: the two that are left agree, and clients get their answer"));
            }

            if (!isBack && IsCaughtUp(status, victim) && victim.ProcessId != before.Replicas[Victim - 1].ProcessId)
            {
                isBack = true;
                _teller.Mend(Text($"replica{Victim} has read its log, caught up, and votes again"));
            }

            if (!isRenewed && IsCaughtUp(status, liar) && liar.Incarnation != before.Replicas[Liar - 1].Incarnation)
            {
                isRenewed = true;
                _teller.Mend(Text($"replica{Liar} votes as a new incarnation, with a version that no other replica runs: {liar.Engine}"));
            }

            return isOutvoted && isBack && isRenewed;
        });
        if (after is null)
        {
            return Fail(Text($"not all of this happened within {_patience.TotalSeconds} s: ")
                + Text($"replica{Liar} is outvoted ({isOutvoted}) and replaced ({isRenewed}), replica{Victim} is back ({isBack})"));
        }

        return await AnsweredAsync(CallsAfter);
    }

    /// <summary>
    /// Checks the end. Each schedule has the acknowledged bookings of its patient and nothing else. No call failed, no answer was wrong,
    /// and the replicas are equal.
    /// </summary>
    private async Task<bool> JudgeAsync(ClusterStatus before)
    {
        var compared = await Task.WhenAll(_clients.Select(client => client.CompareAsync(_stop)));
        var (found, lost, strange) = (compared.Sum(one => one.Found), compared.Sum(one => one.Lost), compared.Sum(one => one.Strange));
        var after = await StatusAsync(status => status.ActiveReplicas == status.Replicas.Count
            && status.Replicas.All(replica => replica.DigestAt == replica.Executed)
            && status.Replicas.Select(replica => (replica.Executed, replica.Digest)).Distinct().Count() == 1);
        var (answered, wrong, failed) =
            (_clients.Sum(client => client.Answered), _clients.Sum(client => client.Wrong), _clients.Sum(client => client.Failed));
        if (after is not null)
            _teller.Show(DemoTables.Replicas(before, after, Text($"replica{Victim}")));
        _teller.Show(DemoTables.Counts(
        [
            ("calls answered", answered, null),
            ("bookings acknowledged", _clients.Sum(client => client.Booked), null),
            ("of them cancelled later", _clients.Sum(client => client.Cancelled), null),
            ("wrong replies outvoted", (after?.Counters.WrongReplies ?? 0) - before.Counters.WrongReplies, null),
            ("bookings in the schedules at the end", found, null),
            ("bookings lost", lost, 0),
            ("bookings that nobody made", strange, 0),
            ("wrong answers", wrong, 0),
            ("failed calls", failed, 0),
            ("slowest call, ms", (long)_clients.Max(client => client.Slowest).TotalMilliseconds, null),
        ]));
        foreach (var problem in _clients.Select(client => client.Problem).OfType<string>())
            Fail(problem);
        if (after is null)
            return Fail("the replicas are not all active, or not equal");
        if (found == 0 || lost + strange + wrong + failed > 0)
            return Fail("not every check passed");
        _teller.Mend("nothing lost, nothing done twice, no wrong answer, no failed call: all four replicas have the same state");
        return true;
    }

    /// <summary>Waits until <paramref name="more"/> more calls are answered, and fails if that takes too long.</summary>
    private async Task<bool> AnsweredAsync(int more)
    {
        var before = _clients.Sum(client => client.Answered);
        for (var began = _teller.Now; _teller.Now - began < _patience; await Task.Delay(s_poll, _stop))
        {
            if (_clients.Sum(client => client.Answered) >= before + more)
                return true;
        }

        return Fail(Text(
            $"only {_clients.Sum(client => client.Answered) - before} of {more} calls were answered within {_patience.TotalSeconds} s"));
    }

    /// <summary>Waits for the wanted status, and prints what the managers agree on meanwhile. Null if that takes too long.</summary>
    private async Task<ClusterStatus?> StatusAsync(Func<ClusterStatus, bool> isWanted)
    {
        for (var began = _teller.Now; _teller.Now - began < _patience; await Task.Delay(s_poll, _stop))
        {
            foreach (var happening in await _managers.NextAsync(_stop))
                _teller.Agree($"agreed about {happening.Node}: {happening.Text}");
            var (_, status, _) = await _status.ReadAsync(_stop);
            if (status is not null && isWanted(status))
                return status;
        }

        return null;
    }

    private static bool IsCaughtUp(ClusterStatus status, ReplicaStatus replica) =>
        replica.State == "active" && replica.Executed >= status.Replicas.Max(other => other.Executed) - (2 * Clients);

    private bool Fail(string text)
    {
        _teller.Fail(text);
        return false;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
