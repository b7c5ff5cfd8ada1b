using Dams.Contracts.Domain;
using Dams.Service;

namespace Dams.Tests.Soap;

/// <summary>
/// A small appointment book behind the SOAP edge: the rules over a list of slots, and one effect for each request id. It uses no engine,
/// so that these tests stand alone.
/// </summary>
internal sealed class DictionaryExecutor : IAppointmentExecutor
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<Slot, (int Capacity, List<PatientId> Holders)> _slots = [];
    private readonly Dictionary<(CallerId, string), (Command Command, ExecutedReply Reply)> _done = [];
    private long _sequence;

    public ValueTask<ExecutedReply> ExecuteAsync(Command command, string? requestId, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (requestId is not null && _done.TryGetValue((command.Caller, requestId), out var before))
            {
                return ValueTask.FromResult(before.Command == command
                    ? before.Reply
                    : new ExecutedReply(new RefusedReply(Refusal.RequestIdReused), before.Reply.Sequence));
            }

            var executed = new ExecutedReply(Execute(command), ++_sequence);
            if (requestId is not null && command.IsWrite)
                _done[(command.Caller, requestId)] = (command, executed);
            return ValueTask.FromResult(executed);
        }
    }

    private Reply Execute(Command command)
    {
        switch (command)
        {
            case AddAppointment add:
                return new AddReply(_slots.TryAdd(add.Slot, (add.Capacity, [])) ? AddOutcome.Added : AddOutcome.AlreadyExists);
            case RemoveAppointment remove:
                return Remove(remove.Slot);
            case ListAppointmentAvailability list:
                return new ListReply([.. _slots.Where(slot => slot.Key.Type == list.Type)
                    .OrderBy(slot => slot.Key.Id.Hospital)
                    .ThenBy(slot => slot.Key)
                    .Select(slot => new SlotAvailability(slot.Key, slot.Value.Capacity, slot.Value.Capacity - slot.Value.Holders.Count))]);
            case BookAppointment book:
                var outcome = Check(book.Patient, book.Slot, null);
                if (outcome == BookOutcome.Booked)
                    _slots[book.Slot].Holders.Add(book.Patient);
                return new BookReply(outcome);
            case GetAppointmentSchedule schedule:
                return new ScheduleReply([.. Held(schedule.Patient)]);
            case CancelAppointment cancel:
                foreach (var slot in Held(cancel.Patient).Where(slot => slot.Id == cancel.Id))
                {
                    _slots[slot].Holders.Remove(cancel.Patient);
                    return new CancelReply(CancelOutcome.Cancelled, slot.Type);
                }

                return new CancelReply(CancelOutcome.NotBooked, null);
            case SwapAppointment swap:
                return new SwapReply(Swap(swap));
            default:
                throw new ArgumentException($"no rule for {command}", nameof(command));
        }
    }

    private RemoveReply Remove(Slot slot)
    {
        if (!_slots.Remove(slot, out var removed))
            return new RemoveReply(RemoveOutcome.NotFound, []);
        var relocations = new List<Relocation>();
        foreach (var patient in removed.Holders)
        {
            AppointmentId? newId = null;
            foreach (var later in _slots.Keys
                .Where(other => other.Id.Hospital == slot.Id.Hospital && other.Type == slot.Type && other > slot)
                .ToList())
            {
                if (Check(patient, later, null) != BookOutcome.Booked)
                    continue;
                _slots[later].Holders.Add(patient);
                newId = later.Id;
                break;
            }

            relocations.Add(new Relocation(patient, newId));
        }

        return new RemoveReply(RemoveOutcome.Removed, [.. relocations]);
    }

    private SwapOutcome Swap(SwapAppointment swap)
    {
        if (!Held(swap.Patient).Contains(swap.Old))
            return SwapOutcome.NotBooked;
        if (swap.Old == swap.New)
            return SwapOutcome.SameAppointment;
        var outcome = Check(swap.Patient, swap.New, swap.Old);
        if (outcome != BookOutcome.Booked)
            return Enum.Parse<SwapOutcome>(outcome.ToString());
        _slots[swap.Old].Holders.Remove(swap.Patient);
        _slots[swap.New].Holders.Add(swap.Patient);
        return SwapOutcome.Swapped;
    }

    private BookOutcome Check(PatientId patient, Slot slot, Slot? released)
    {
        if (!_slots.TryGetValue(slot, out var place))
            return BookOutcome.NotFound;
        var held = Held(patient).Where(other => other != released).ToList();
        if (held.Contains(slot))
            return BookOutcome.AlreadyBooked;
        if (held.Any(other => other.Id.Date == slot.Id.Date && other.Id.Time == slot.Id.Time))
            return BookOutcome.TimeConflict;
        if (held.Any(other => other.Id.Date == slot.Id.Date && other.Type == slot.Type))
            return BookOutcome.SameTypeSameDay;
        if (place.Holders.Count >= place.Capacity)
            return BookOutcome.Full;
        return slot.Id.Hospital != patient.Home
            && held.Count(other => other.Id.Hospital != patient.Home && Monday(other.Id.Date) == Monday(slot.Id.Date)) >= 3
            ? BookOutcome.WeeklyLimit
            : BookOutcome.Booked;
    }

    private IEnumerable<Slot> Held(PatientId patient) =>
        _slots.Where(slot => slot.Value.Holders.Contains(patient)).Select(slot => slot.Key);

    private static DateOnly Monday(DateOnly date) => date.AddDays(-(((int)date.DayOfWeek + 6) % 7));
}

/// <summary>Answers as the test says, and remembers the calls.</summary>
internal sealed class ScriptedExecutor(Func<Command, string?, CancellationToken, ValueTask<ExecutedReply>> answer) : IAppointmentExecutor
{
    public List<(Command Command, string? RequestId)> Asked { get; } = [];

    public ValueTask<ExecutedReply> ExecuteAsync(Command command, string? requestId, CancellationToken ct)
    {
        Asked.Add((command, requestId));
        return answer(command, requestId, ct);
    }
}
