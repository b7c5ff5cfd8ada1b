using System.Collections.Immutable;
using Dams.Contracts.Reports;
using Dams.Hosting;
using Dams.Hosting.Processes;
using Dams.Hosting.Supervision;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.ReplicaManager;
using Dams.ReplicaManager.Agreement;
using Dams.Tests.Agreement;
using Dams.Tests.Hosting;
using Microsoft.Extensions.Logging.Testing;

namespace Dams.Tests.Processes.Programs;

/// <summary>
/// A manager's work on its replica's process and folder. A script takes the replica's place: it records how it was started, and then waits
/// for its end.
/// </summary>
[Category("Processes")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Parallelizable]
internal sealed class ReplicaKeeperTests : IAsyncDisposable
{
    private const string Engine = "--engine ";

    private readonly TestFolder _folder = new();
    private readonly FakeLogger _log;
    private readonly NodeContext _context;
    private readonly string _replica;
    private readonly ImmutableArray<string> _versions;
    private readonly DamsProgram _program;
    private ReplicaKeeper _keeper = null!;
    private Task _loop = Task.CompletedTask;
    private Action<string>? _logged;
    private volatile int _exits;
    private volatile int _restarts;

    public ReplicaKeeperTests()
    {
        _log = new FakeLogger(line => _logged?.Invoke(line));
        var topology = ClusterTopology.Default(address: _folder.Address, dataFolder: _folder.Path);
        _context = TestNode.ContextOf(topology, topology.Managers[2].Id, _log.ToFactory());
        (_replica, _versions) = (topology.FindReplica(3)!.DataFolder, topology.FindReplica(3)!.Versions);
        _program = new DamsProgram("sh", _folder.File("replica.sh"));
        // Each start in a new folder makes a new incarnation.
        File.WriteAllText(_program.File, $"""
            mkdir -p '{_replica}'
            if [ ! -f '{_replica}/{ReplicaFolder.IncarnationMark}' ]; then
                echo life >> '{_folder.File("lives")}'
                printf '%x' $(wc -l < '{_folder.File("lives")}') > '{_replica}/new'
                mv '{_replica}/new' '{_replica}/{ReplicaFolder.IncarnationMark}'
            fi
            echo "$*" >> '{_folder.File("starts")}'
            exec sleep 600
            """);
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Repeated_failures_to_start_the_process_are_reported_as_one_loss()
    {
        var script = new ManagerScript(id: 3, AgreementScript.Rules with { FailedStartsMax = 4 });
        script.ShowAll();
        script.Sightings.Remove(3);
        Keep(_program with { Host = _folder.File("nothing") }, script.OnReplicaExited);
        _keeper.Process.Want();
        await Eventually.IsTrueAsync(() => _keeper.Process.Status.Restarts == 4);
        await EndAsync();
        Assert.That(script.Reports.OfType<LossReport>().Select(loss => loss.Cause), Is.EqualTo(new[] { LossCause.CannotStart }));
    }

    // Earlier, six of these were one loss, and the managers replaced a healthy replica.
    [Test]
    public async Task A_folder_that_a_foreign_process_has_locked_is_an_alarm_and_no_failed_start()
    {
        var program = File.ReadAllText(_program.File);
        File.WriteAllText(_program.File, program.Replace("exec sleep 600", $"exit {ExitCodes.AlreadyRunning}", StringComparison.Ordinal));
        Keep(_program, () => _exits++);
        _keeper.Process.Want();
        await Eventually.IsTrueAsync(() => _keeper.Process.Status.Restarts >= 3);
        Assert.That((_exits, _restarts), Is.EqualTo((0, 0)));
        Assert.That(_keeper.Blocked, Does.StartWith($"replica3 can't run: {_replica}/replica3.lock is locked by another process"));
        Assert.That(_log.Lines.Count(line => line.Contains("It is not replaced for that", StringComparison.Ordinal)), Is.EqualTo(1));
        _keeper.OnAnswered();
        Assert.That(_keeper.Blocked, Is.Null);
        File.WriteAllText(_program.File, program.Replace("exec sleep 600", "exit 1", StringComparison.Ordinal));
        await Eventually.IsTrueAsync(() => _exits > 0);
        await EndAsync();
        Assert.That(_keeper.Blocked, Is.Null);
    }

    [Test]
    public async Task A_replacement_does_not_mark_the_folder_of_the_next_incarnation_as_left()
    {
        var first = await StartAsync();
        _logged = line =>
        {
            if (!line.Contains("is replaced", StringComparison.Ordinal))
                return;
            // The replica has left by itself, and the next incarnation starts as soon as it can.
            File.WriteAllText(Path.Combine(_replica, ReplicaFolder.LeftMark), IncarnationOf(1).ToString());
            ProcessSignal.Kill(first);
            SpinWait.SpinUntil(() => Directory.Exists(_replica + ".aside-1") && Directory.Exists(_replica), TimeSpan.FromSeconds(1));
        };
        _keeper.Replace(DecisionAbout(1));
        await RunsAsync(start: 2);
        await EndAsync();
        Assert.That(
            (File.Exists(Path.Combine(_replica, ReplicaFolder.LeftMark)), _log.Lines.Count(line => line.Contains("is kept as"))),
            Is.EqualTo((false, 1)));
    }

    [Test]
    public async Task Folders_that_no_process_can_start_on_do_not_displace_the_evidence()
    {
        await StartAsync();
        _keeper.Replace(DecisionAbout(1));
        await RunsAsync(start: 2);
        for (var life = 3; life <= 5; life++)
        {
            _keeper.SetAsideUnless(IncarnationOf(1).Value);
            await RunsAsync(life);
        }

        _keeper.SetAsideUnless(IncarnationOf(5).Value);
        await EndAsync();
        Assert.That(
            Directory.GetDirectories(Path.GetDirectoryName(_replica)!, Path.GetFileName(_replica) + "*")
                .Select(path => (path[_replica.Length..], ReplicaFolder.IncarnationOf(path))),
            Is.EquivalentTo(new[]
            {
                ("", (Incarnation?)IncarnationOf(5)), (".aside-1", IncarnationOf(1)), (".useless-3", IncarnationOf(4)),
            }));
    }

    [Test]
    public async Task Only_the_folder_of_the_incarnation_replaced_earlier_is_set_aside()
    {
        await StartAsync();
        _keeper.SetAsideReplaced(IncarnationOf(9).Value);
        Assert.That(File.Exists(Path.Combine(_replica, ReplicaFolder.LeftMark)), Is.False);
        _keeper.SetAsideReplaced(IncarnationOf(1).Value);
        await RunsAsync(start: 2);
        await EndAsync();
        Assert.That(ReplicaFolder.IncarnationOf(_replica + ".aside-1"), Is.EqualTo(IncarnationOf(1)));
    }

    // A full disk or a kill during a start can leave such a folder. It may be a member's.
    [TestCase("")]
    [TestCase("no incarnation")]
    public async Task A_folder_without_a_valid_incarnation_stays_while_its_seat_has_a_member(string mark)
    {
        await StartAsync();
        File.WriteAllText(Path.Combine(_replica, ReplicaFolder.IncarnationMark), mark);
        _keeper.SetAsideUnless(IncarnationOf(1).Value);
        Assert.That(
            Directory.GetFiles(_replica).Select(Path.GetFileName),
            Is.EquivalentTo(new[] { ReplicaFolder.IncarnationMark, ReplicaFolder.TurnsMark }));
        _keeper.SetAsideUnless(0);
        await RunsAsync(start: 2);
        await EndAsync();
        Assert.That(Directory.Exists(_replica + ".useless-1"));
    }

    [Test]
    public async Task A_replica_of_an_older_version_is_restarted_with_the_agreed_version()
    {
        await StartAsync();
        for (var i = 0; i < 3; i++)
            _keeper.UseVersion(1, isReplacing: false);
        await RunsAsync(start: 2);
        _keeper.UseVersion(1, isReplacing: false);
        Assert.That((_keeper.Version, _keeper.Process.Status.Restarts, _exits), Is.EqualTo((_versions[1], 0, 0)));
        await EndAsync();
        Assert.That(Starts(), Is.EqualTo(new[] { _versions[0], _versions[1] }));
        Assert.That((_restarts, ReplicaFolder.IncarnationOf(_replica)), Is.EqualTo((1, (Incarnation?)IncarnationOf(1))));
    }

    [Test]
    public async Task A_replica_that_is_being_replaced_keeps_its_version_until_it_goes()
    {
        await StartAsync();
        _keeper.UseVersion(1, isReplacing: true);
        Assert.That(_keeper.Version, Is.EqualTo(_versions[0]));
        _keeper.Replace(DecisionAbout(1));
        await RunsAsync(start: 2);
        _keeper.Replace(DecisionAbout(1));
        await EndAsync();
        Assert.That(Starts(), Is.EqualTo(new[] { _versions[0], _versions[1] + " --joins" }));
        Assert.That(_restarts, Is.Zero);
    }

    [Test]
    public async Task A_new_incarnation_started_before_its_version_was_known_gets_it_during_the_replacement()
    {
        var first = await StartAsync();
        File.WriteAllText(Path.Combine(_replica, ReplicaFolder.LeftMark), IncarnationOf(1).ToString());
        ProcessSignal.Kill(first);
        await RunsAsync(start: 2);
        _keeper.UseVersion(1, isReplacing: true);
        _keeper.Replace(DecisionAbout(1));
        await RunsAsync(start: 3);
        Assert.That(Starts(), Is.EqualTo(new[] { _versions[0], _versions[0] + " --joins", _versions[1] }));
        Assert.That((_restarts, ReplicaFolder.IncarnationOf(_replica)), Is.EqualTo((1, (Incarnation?)IncarnationOf(2))));
    }

    [TestCase(0, 1, true)]
    [TestCase(0, 4, false, Description = "the list of versions begins again")]
    [TestCase(1, 1, false)]
    [TestCase(1, 0, false, Description = "this manager has not caught up")]
    [TestCase(null, 1, false, Description = "the version that it runs is not known")]
    public async Task A_former_managers_process_goes_on_unless_its_version_is_known_to_be_older(
        int? started, int agreed, bool isStartedAgain)
    {
        using var running = TestProcess.Start(_program, "--engine", _versions[started ?? 0]);
        await Eventually.IsTrueAsync(() => Starts().Count == 1);
        File.WriteAllText(PidFile.PathOf(_replica, "replica3"), PidFile.TextOf(_replica, running.Identity));
        if (started is { } turns)
            ReplicaFolder.MarkTurns(_replica, turns);
        Keep(_program, static () => { });
        _keeper.Process.Want();
        await Eventually.IsTrueAsync(
            () => _keeper.Process.Status is { State: SupervisedState.Running } status && status.Process == running.Identity);
        _keeper.UseVersion(agreed, isReplacing: false);
        if (isStartedAgain)
            await RunsAsync(start: 2);
        else
            Assert.That(_keeper.Version, Is.EqualTo(_versions[started ?? agreed]));
        await EndAsync();
        Assert.That(
            Starts(), Is.EqualTo(isStartedAgain ? new[] { _versions[started!.Value], _versions[agreed] } : [_versions[started ?? 0]]));
        Assert.That(_restarts, Is.EqualTo(isStartedAgain ? 1 : 0));
    }

    [Test]
    public async Task A_manager_that_has_not_caught_up_starts_the_version_that_the_folder_had_last()
    {
        ReplicaFolder.MarkTurns(_replica, 1);
        await StartAsync();
        Assert.That(Starts(), Is.EqualTo(new[] { _versions[1] }));
    }

    private static Incarnation IncarnationOf(int life) => new((ulong)life);

    private static Decision DecisionAbout(int life) => new(7, 3, IncarnationOf(life).Value, ReplacementCause.Wrong, 0, 5);

    /// <summary>The arguments of each start: the version, and <c>--joins</c> if the replica joins.</summary>
    private List<string> Starts() => File.Exists(_folder.File("starts"))
        ? [.. File.ReadAllLines(_folder.File("starts"))
            .Select(line => line[line.IndexOf(Engine, StringComparison.Ordinal)..][Engine.Length..])]
        : [];

    private Task RunsAsync(int start) => Eventually.IsTrueAsync(
        () => Starts().Count == start && _keeper.Process.Status is { State: SupervisedState.Running, Process: not null },
        $"start {start}");

    /// <summary>Ends the process after all earlier calls have been handled.</summary>
    private async Task EndAsync()
    {
        _keeper.Process.End();
        await _loop;
    }

    private async Task<ProcessIdentity> StartAsync()
    {
        Keep(_program, () => _exits++);
        _keeper.Process.Want();
        await RunsAsync(start: 1);
        return _keeper.Process.Status.Process!.Value;
    }

    private void Keep(DamsProgram program, Action exited)
    {
        _keeper = new ReplicaKeeper(_context, program, _log);
        _keeper.OnRestarts(exited, () => _restarts++);
        _loop = _keeper.Process.RunAsync();
    }
}
