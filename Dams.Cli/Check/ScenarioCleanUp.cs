using System.Diagnostics;
using Dams.Cli.Check.Plan;
using Dams.Cli.Client;
using Dams.Cli.Lab;
using Dams.Contracts.Domain;
using Dams.Contracts.Soap;

namespace Dams.Cli.Check;

/// <summary>
/// Removes what a scenario has added: first its faults, then its bookings, last its slots. Nothing else is touched: a slot that somebody
/// else has booked meanwhile stays.
/// </summary>
internal sealed class ScenarioCleanUp(
    ScenarioService service, FrontEndAccess access, CallLedger ledger, TimeSpan patience, CancellationToken impatient)
{
    private const int AtOnce = 16;
    private const string AdminNumber = "A9999";
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    private readonly List<string> _problems = [];

    /// <summary>Cleans up.</summary>
    /// <param name="hasFaults">Whether the scenario may have broken something.</param>
    /// <returns>How many slots and bookings were removed, and sentences about what is left.</returns>
    public async Task<(int Removed, IReadOnlyList<string> Left)> RunAsync(bool hasFaults)
    {
        var before = 0;
        var played = ledger.Calls.ToList();
        try
        {
            if (hasFaults)
                await HealAsync();
            foreach (var unsettled in played.Where(sent => sent.IsUnsettled))
                await AskAsync(unsettled);
            var left = ledger.Left();
            before = left.Slots.Count + left.Bookings.Count;
            await AskAllAsync(left.Bookings.Select(held =>
                new CancelCall($"{held.Patient}", $"{held.Patient}", $"{held.Slot.Id}")));
            await AskAllAsync(await RemovableAsync(left.Slots));
        }
        catch (OperationCanceledException) when (impatient.IsCancellationRequested)
        {
            _problems.Add("The clean-up was interrupted.");
        }
        catch (UnansweredException silence)
        {
            _problems.Add($"The clean-up got no answer: {silence.Message}");
        }

        var (slots, bookings) = ledger.Left();
        _problems.AddRange(played.Where(sent => sent.IsUnsettled).Select(sent => $"The service may have executed this call: {sent.Call}"));
        _problems.AddRange(bookings.Select(held => $"Left behind: dams cancel {held.Patient} {held.Slot.Id}"));
        _problems.AddRange(slots.Select(slot => $"Left behind: dams {Removal(slot)}"));
        return (Math.Max(0, before - slots.Count - bookings.Count), _problems);
    }

    // A replica that is just being replaced does not confirm, so the order is repeated.
    private async Task HealAsync()
    {
        for (var began = Stopwatch.GetTimestamp(); ; await Task.Delay(s_pause, impatient))
        {
            var (exitCode, said) = await FaultLine.OrderAsync(["heal"], access);
            if (exitCode == CliExitCodes.Success)
                return;
            if (Stopwatch.GetElapsedTime(began) > patience)
            {
                _problems.Add($"The faults could not be ended; run: dams fault heal. {said}");
                return;
            }
        }
    }

    /// <summary>The orders to remove the slots, without those that hold bookings of others.</summary>
    private async Task<IReadOnlyList<ScenarioCall>> RemovableAsync(IReadOnlyList<Slot> slots)
    {
        var orders = new List<ScenarioCall>();
        foreach (var type in slots.GroupBy(slot => slot.Type))
        {
            var listing = new SentCall(new ListCall($"{Hospital.MTL}{AdminNumber}", type.Key), AppointmentClient.NewRequestId());
            await AskAsync(listing);
            var taken = (listing.Answer?.Slots ?? []).Where(item => item.Remaining < item.Capacity).ToLookup(item => item.AppointmentId);
            foreach (var slot in type)
            {
                if (taken.Contains($"{slot.Id}"))
                    _problems.Add($"Others have booked {slot.Id} {slot.Type} meanwhile, so it stays.");
                else
                    orders.Add(Removal(slot));
            }
        }

        return orders;
    }

    private static RemoveCall Removal(Slot slot) => new($"{slot.Id.Hospital}{AdminNumber}", new WrittenSlot($"{slot.Id}", slot.Type));

    private async Task AskAllAsync(IEnumerable<ScenarioCall> calls)
    {
        foreach (var some in calls.Chunk(AtOnce))
        {
            var sent = some.Select(call => new SentCall(call, AppointmentClient.NewRequestId())).ToList();
            sent.ForEach(ledger.Enter);
            await Task.WhenAll(sent.Select(AskAsync));
        }
    }

    private async Task AskAsync(SentCall sent)
    {
        if (!await service.AskAsync(sent, _ => false, patience, impatient))
            throw new UnansweredException(((CallReport.Fault)sent.Last!).Reason);
        if (sent.Last is CallReport.Fault fault)
            _problems.Add($"'{sent.Call}' ended with the fault {fault.Code}: {fault.Reason}");
        foreach (var moved in (sent.Call is RemoveCall ? sent.Answer?.Relocations : null) ?? Array.Empty<RelocationItem>())
        {
            var where = PlainAnswer.Item(moved.PatientId, moved.NewAppointmentId);
            _problems.Add($"'{sent.Call}' moved a patient who booked meanwhile: {where}");
        }
    }

    /// <summary>The service does not answer any more.</summary>
    private sealed class UnansweredException(string reason) : Exception(reason);
}
