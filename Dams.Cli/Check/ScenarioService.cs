using System.Diagnostics;
using System.Globalization;
using Dams.Cli.Check.Plan;
using Dams.Cli.Client;
using Dams.Contracts.Soap;

namespace Dams.Cli.Check;

/// <summary>
/// Sends the calls of scenarios. A call that gets no answer is repeated with its request id until there is one, or until patience ends.
/// Several threads may send at the same time.
/// </summary>
/// <param name="access">The service.</param>
/// <param name="impatient">The second signal: no answer is waited for any more.</param>
internal sealed class ScenarioService(FrontEndAccess access, CancellationToken impatient) : IDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly AppointmentClient _client = new(access);

    /// <summary>Sends a call until it has an answer.</summary>
    /// <param name="sent">The call. It takes the answer.</param>
    /// <param name="isExpected">Whether a fault is the expected one, so that a repeat makes no sense.</param>
    /// <param name="patience">How long the call may take with all its repeats.</param>
    /// <param name="stop">
    /// The first signal. The answer to a call that is under way is waited for, so that its effect is known; there is no repeat.
    /// </param>
    /// <returns>False if no answer came in time.</returns>
    public async Task<bool> AskAsync(
        SentCall sent, Func<CallReport, bool> isExpected, TimeSpan patience, CancellationToken stop)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            sent.OnSent();
            var left = patience - Stopwatch.GetElapsedTime(began);
            sent.OnReport(await SendAsync(sent, left > s_pause ? left : s_pause));
            if (sent.Answer is not null || !sent.IsWorthARepeat || isExpected(sent.Last!))
                return true;
            var wanted = TimeSpan.FromMilliseconds((sent.Last as CallReport.Fault)?.RetryAfterMs ?? 0);
            var pause = wanted > s_pause ? wanted : s_pause;
            if (Stopwatch.GetElapsedTime(began) + pause >= patience)
                return false;
            await Task.Delay(pause, stop);
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<CallReport> SendAsync(SentCall sent, TimeSpan patience)
    {
        try
        {
            return await SendAsync(sent.Call, sent.RequestId).WaitAsync(patience, impatient);
        }
        catch (TimeoutException)
        {
            var seconds = patience.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);
            return new CallReport.Fault(
                CallReport.Fault.UnreachableCode,
                $"{string.Join(", ", access.Urls)} did not answer within {seconds} s",
                ExecutionState.Unknown,
                sent.RequestId);
        }
    }

    private Task<CallReport> SendAsync(ScenarioCall call, string id) => call switch
    {
        AddCall add => _client.AddAsync(add.Caller, add.Slot.Id, add.Slot.Type, add.Capacity, id),
        RemoveCall remove => _client.RemoveAsync(remove.Caller, remove.Slot.Id, remove.Slot.Type, id),
        ListCall list => _client.ListAsync(list.Caller, list.Type, id),
        BookCall book => _client.BookAsync(book.Caller, book.Patient, book.Slot.Id, book.Slot.Type, id),
        ScheduleCall schedule => _client.ScheduleAsync(schedule.Caller, schedule.Patient, id),
        CancelCall cancel => _client.CancelAsync(cancel.Caller, cancel.Patient, cancel.Id, id),
        SwapCall swap => _client.SwapAsync(swap.Caller, swap.Patient, swap.Old.Id, swap.Old.Type, swap.New.Id, swap.New.Type, id),
        _ => throw new ArgumentException($"no call for {call}", nameof(call)),
    };
}
