using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Dams.Cli.Check.Plan;
using Dams.Cli.Client;
using Dams.Cli.CommandLine;
using Dams.Cli.Lab;
using Dams.Cli.Status;
using Dams.Contracts.Domain;
using Dams.Contracts.Soap;
using Dams.Hosting.Status;

namespace Dams.Cli.Check;

/// <summary>
/// One run of a scenario: looks whether the cluster is free for it, plays the cases one after the other, and removes all that it has added,
/// whatever happened meanwhile.
/// </summary>
internal sealed partial class ScenarioRun : IDisposable
{
    private const int AtOnce = 16;
    private const string AdminNumber = "A9999";
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(50);

    // When the service has been silent for the whole patience already, the clean-up does not wait as long again.
    private static readonly TimeSpan s_lastPatience = TimeSpan.FromSeconds(5);

    private readonly CheckScenario _scenario;
    private readonly CheckPrinter _printer;
    private readonly FrontEndAccess _access;
    private readonly TimeSpan _patience;
    private readonly Interrupt _interrupt;
    private readonly ScenarioFootprint _footprint;
    private readonly ScenarioService _service;
    private readonly StatusReader _status;
    private readonly CallLedger _ledger = new();
    private readonly Dictionary<string, ClusterStatus> _before = [];
    private readonly List<string> _problems = [];
    private readonly List<CaseResult> _cases = [];
    private bool _hasFaults;
    private int _wrong;

    /// <param name="scenario">The scenario.</param>
    /// <param name="printer">Prints the results as they come.</param>
    /// <param name="access">The service.</param>
    /// <param name="patience">How long a call may take with all its repeats, and how long a state is waited for.</param>
    /// <param name="interrupt">The first signal ends the scenario, the second the clean-up, too.</param>
    public ScenarioRun(CheckScenario scenario, CheckPrinter printer, FrontEndAccess access, TimeSpan patience, Interrupt interrupt)
    {
        (_scenario, _printer, _access, _patience, _interrupt) = (scenario, printer, access, patience, interrupt);
        _footprint = new ScenarioFootprint(scenario);
        _service = new ScenarioService(access, interrupt.Impatient);
        _status = new StatusReader(access);
    }

    /// <summary>The exit code if the scenario could not be played to its end; 0 if it could.</summary>
    public int EndedWith { get; private set; }

    /// <summary>Plays the scenario and cleans up.</summary>
    /// <exception cref="OutputFailedException">Nobody reads the output any more. The clean-up is done all the same.</exception>
    public async Task<ScenarioResult> RunAsync()
    {
        var began = Stopwatch.GetTimestamp();
        _printer.Begin(_scenario);
        (int Removed, IReadOnlyList<string> Left) cleaned;
        var (calls, repeats) = (0, 0);
        try
        {
            await PlayAsync();
        }
        finally
        {
            calls = _ledger.Calls.Count(call => call.Attempts > 0 && (call.Answer is not null || !call.IsWorthARepeat));
            repeats = _ledger.Calls.Sum(call => Math.Max(0, call.Attempts - 1));
            var patience = EndedWith == CliExitCodes.Success || s_lastPatience > _patience ? _patience : s_lastPatience;
            cleaned = await new ScenarioCleanUp(_service, _access, _ledger, patience, _interrupt.Impatient).RunAsync(_hasFaults);
        }

        var result = new ScenarioResult(
            _scenario.Name, _scenario.Title, _problems, _cases, calls, _wrong, repeats, cleaned.Removed, cleaned.Left,
            Math.Round(Stopwatch.GetElapsedTime(began).TotalSeconds, 3));
        _printer.End(result);
        return result;
    }

    public void Dispose()
    {
        _service.Dispose();
        _status.Dispose();
    }

    private async Task PlayAsync()
    {
        try
        {
            await LookAsync();
            foreach (var part in _scenario.Cases.TakeWhile(_ => _problems.Count == 0))
            {
                var failure = await PlayAsync(part);
                Note(part, failure is null ? CaseResult.Passed : CaseResult.Failed, failure);
            }
        }
        catch (OperationCanceledException) when (_interrupt.Token.IsCancellationRequested)
        {
            _problems.Add("Interrupted.");
            EndedWith = _interrupt.ExitCode;
        }

        var hasBegun = _cases.Count > 0;
        foreach (var part in _scenario.Cases.Skip(_cases.Count).ToList())
            Note(part, CaseResult.NotRun, null, isShown: hasBegun);
    }

    private void Note(CheckCase part, string verdict, CaseFailure? failure, bool isShown = true)
    {
        _cases.Add(new CaseResult(part.Name, verdict, failure));
        if (isShown)
            _printer.Show(_cases[^1]);
    }

    /// <summary>
    /// Looks whether the cluster is there, is whole if the scenario breaks it, and holds nothing that the scenario would touch.
    /// </summary>
    private async Task LookAsync()
    {
        if (_scenario.NeedsLab && !await IsBreakableAsync())
            return;
        var slots = new List<SlotItem>();
        foreach (var type in Enum.GetValues<AppointmentType>())
        {
            // An address where nobody listens is reported at once.
            if (await AskAsync(new ListCall($"{Hospital.MTL}{AdminNumber}", type), isHasty: type == default) is not { } listed)
                return;
            slots.AddRange(listed.Slots ?? []);
        }

        var held = new List<(PatientId, IReadOnlyList<BookingItem>)>();
        foreach (var some in _footprint.Patients.Chunk(AtOnce))
        {
            var answers = await Task.WhenAll(
                some.Select(patient => AskAsync(new ScheduleCall($"{patient}", $"{patient}"), isHasty: false)));
            if (answers.Contains(null))
                return;
            held.AddRange(some.Zip(answers, (patient, answer) => (patient, (IReadOnlyList<BookingItem>)(answer!.Bookings ?? []))));
        }

        foreach (var conflict in _footprint.ConflictsWith(slots, held))
            Refuse(conflict, CliExitCodes.OtherOutcome);
        if (_problems.Count > 0)
        {
            _problems.Add(ShippedScenarios.Names.Contains(_scenario.Name)
                ? $"Remove that, or edit a copy: dams check --show {_scenario.Name} > copy.txt"
                : "Remove that, or choose other dates and patients in the scenario.");
        }
    }

    private async Task<bool> IsBreakableAsync()
    {
        var (exitCode, said) = await FaultLine.OrderAsync(["show"], _access);
        if (exitCode != CliExitCodes.Success)
        {
            Refuse(said, exitCode);
            return false;
        }

        var (now, problem) = await WaitAsync(new WaitCondition.AllEqual(), _patience, status => status.Replicas.Any(replica =>
            replica.State == "degraded"));
        if (problem is null)
            return true;
        var degraded = now?.Replicas.FirstOrDefault(replica => replica.State == "degraded")?.Id;
        Refuse(
            degraded is null
                ? $"The scenario breaks replicas, so it starts only if all are active and equal. Now {problem}."
                : $"{degraded} was replaced several times lately, so the managers would not replace it again: wait ten minutes.",
            CliExitCodes.OtherOutcome);
        return false;
    }

    private async Task<CallReport.Answer?> AskAsync(ScenarioCall call, bool isHasty)
    {
        var sent = new SentCall(call, AppointmentClient.NewRequestId());
        await _service.AskAsync(
            sent, report => isHasty && report is CallReport.Fault { Code: CallReport.Fault.UnreachableCode }, _patience, _interrupt.Token);
        if (sent.Answer is null)
            Unanswered((CallReport.Fault)sent.Last!);
        return sent.Answer;
    }

    private void Unanswered(CallReport.Fault fault) => Refuse(
        $"The service gives no answer ({fault.Code}): {fault.Reason}",
        fault.Code == CallReport.Fault.UnreachableCode ? CliExitCodes.Unreachable : CliExitCodes.Fault);

    private void Refuse(string why, int exitCode)
    {
        if (!_problems.Contains(why))
            _problems.Add(why);
        EndedWith = exitCode;
    }

    private async Task<CaseFailure?> PlayAsync(CheckCase part)
    {
        foreach (var step in part.Steps)
        {
            _interrupt.Token.ThrowIfCancellationRequested();
            var failure = step switch
            {
                CallStep calls => await PlayAsync(calls),
                FaultStep fault => await PlayAsync(fault),
                WaitStep wait => await PlayAsync(wait),
                _ => throw new ArgumentException($"no play for {step}", nameof(part)),
            };
            if (failure is not null)
                return failure;
        }

        return null;
    }

    private async Task<CaseFailure?> PlayAsync(CallStep step)
    {
        var groups = step.Groups.Select(group =>
            (Group: group, Sent: group.Calls.Select(call => new SentCall(call, AppointmentClient.NewRequestId())).ToList())).ToList();
        groups.ForEach(group => group.Sent.ForEach(_ledger.Enter));
        if (step.IsTogether)
            await Task.WhenAll(groups.SelectMany(group => group.Sent.Select(sent => AskAsync(sent, group.Group.Expected))));
        else
        {
            foreach (var sent in groups[0].Sent)
            {
                if (!await AskAsync(sent, groups[0].Group.Expected))
                    break;
            }
        }

        CaseFailure? first = null;
        foreach (var (group, sent) in groups)
        {
            var came = sent.Where(call => call.Last is not null).Select(CameOf).ToList();
            if (group.Expected.Judge(came) is not { } mismatch)
                continue;
            var unanswered = sent.Where(call => call.Answer is null && call.IsWorthARepeat && call.Last is not null).ToList();
            _wrong += Math.Max(0, mismatch.Wrong - unanswered.Count);
            if (unanswered.Count > 0)
                Unanswered((CallReport.Fault)unanswered[0].Last!);
            first ??= new CaseFailure(group.Line, group.Text, mismatch.Expected, mismatch.Came);
        }

        return first;
    }

    private Task<bool> AskAsync(SentCall sent, Expectation expected) => _service.AskAsync(
        sent, report => expected.Accepts(PlainAnswer.Of(report, _footprint)), _patience, _interrupt.Token);

    private CameAnswer CameOf(SentCall sent) =>
        new(sent.Call, PlainAnswer.Of(sent.Last!, _footprint), (sent.Last as CallReport.Fault)?.Reason);

    private async Task<CaseFailure?> PlayAsync(FaultStep step)
    {
        var (before, problem) = await WaitAsync(null, _patience);
        if (before is null)
            return new CaseFailure(step.Line, step.Text, "a status of the cluster", problem!);
        _before.TryAdd("", before);
        foreach (var process in step.Words.Select(word => Target().Match(word)).Where(match => match.Success))
        {
            var number = process.Groups["number"];
            _before[number.Success ? $"replica{number.Value}" : WaitCondition.Sequencer] = before;
        }

        _hasFaults = true;
        var (exitCode, said) = await FaultLine.OrderAsync(step.Words, _access);
        _interrupt.Token.ThrowIfCancellationRequested();
        return exitCode == CliExitCodes.Success ? null : new CaseFailure(step.Line, step.Text, "the fault lab accepts the order", said);
    }

    private async Task<CaseFailure?> PlayAsync(WaitStep step)
    {
        var within = step.Within ?? _patience;
        var (_, problem) = await WaitAsync(step.Until, within);
        return problem is null ? null : new CaseFailure(
            step.Line, step.Text, string.Create(CultureInfo.InvariantCulture, $"this state within {within.TotalSeconds:0.###} s"), problem);
    }

    /// <summary>Waits for a status with the wanted state, or for any status if none is wanted.</summary>
    /// <returns>The last status, and the problem if the state was not reached in time, or if waiting for it makes no sense.</returns>
    private async Task<(ClusterStatus? Last, string? Problem)> WaitAsync(
        WaitCondition? wanted, TimeSpan within, Predicate<ClusterStatus>? isHopeless = null)
    {
        for (var began = Stopwatch.GetTimestamp(); ; await Task.Delay(s_poll, _interrupt.Token))
        {
            var (_, status, problem) = await _status.ReadAsync(_interrupt.Token);
            if (status is not null)
            {
                var before = _before.GetValueOrDefault(wanted?.Process ?? "") ?? _before.GetValueOrDefault("") ?? status;
                _before.TryAdd("", status);
                if (wanted is null || wanted.IsMet(status, before))
                    return (status, null);
            }

            if (Stopwatch.GetElapsedTime(began) > within || (status is not null && isHopeless?.Invoke(status) == true))
                return (status, status is null ? problem : StateOf(status, wanted?.Process));
        }
    }

    /// <summary>Says how a process is, or all of them.</summary>
    private static string StateOf(ClusterStatus status, string? process) => process == WaitCondition.Sequencer
        ? $"{status.Sequencer?.Id ?? "no sequencer"} leads in epoch {status.Epoch}"
        : string.Join(", ", status.Replicas.Where(replica => process is null || replica.Id == process).Select(replica =>
            $"{replica.Id} is {replica.State}{(replica.Wrong is > 0 and var wrong ? $" and was outvoted {wrong} times in all" : "")}"));

    [GeneratedRegex(@"^((replica|r)?(?<number>[1-9])|seq(uencer)?[1-9]?)\z")]
    private static partial Regex Target();
}
