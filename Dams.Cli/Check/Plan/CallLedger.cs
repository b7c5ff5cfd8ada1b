using Dams.Contracts.Domain;

namespace Dams.Cli.Check.Plan;

/// <summary>
/// The book of all calls of a scenario. It follows from the answers which slots and bookings the scenario has added and not removed again.
/// </summary>
internal sealed class CallLedger
{
    private readonly List<SentCall> _calls = [];

    /// <summary>All calls in the order in which they were entered.</summary>
    public IReadOnlyList<SentCall> Calls => _calls;

    /// <summary>Enters a call before it is sent.</summary>
    public void Enter(SentCall call) => _calls.Add(call);

    /// <summary>The slots and bookings of the scenario that are still in the cluster.</summary>
    public Leftovers Left()
    {
        var (slots, bookings) = (new SortedSet<Slot>(), new SortedSet<(PatientId Patient, Slot Slot)>());
        foreach (var sent in _calls.Where(call => call.Answer is not null).OrderBy(call => call.Answer!.Sequence))
        {
            var isDone = sent.Answer!.IsSuccess;
            switch (sent.Call)
            {
                // Without success there was nothing to remove: somebody else has removed it.
                case RemoveCall remove:
                    Remove(Known(remove.Slot), sent);
                    break;
                case CancelCall cancel:
                    bookings.RemoveWhere(held => $"{held.Patient}" == cancel.Patient && $"{held.Slot.Id}" == cancel.Id);
                    break;
                case AddCall add when isDone:
                    slots.Add(Known(add.Slot));
                    break;
                case BookCall book when isDone:
                    bookings.Add((Known(book.Patient), Known(book.Slot)));
                    break;
                case SwapCall swap when isDone:
                    bookings.Remove((Known(swap.Patient), Known(swap.Old)));
                    bookings.Add((Known(swap.Patient), Known(swap.New)));
                    break;
            }
        }

        return new Leftovers([.. slots], [.. bookings]);

        void Remove(Slot slot, SentCall sent)
        {
            slots.Remove(slot);
            foreach (var move in sent.Answer!.Relocations ?? [])
            {
                // Only a booking of the scenario is followed to its new slot.
                if (bookings.Remove((Known(move.PatientId), slot)) && AppointmentId.TryParse(move.NewAppointmentId, out var next))
                    bookings.Add((Known(move.PatientId), new Slot(next, slot.Type)));
            }
        }
    }

    // The service has taken the call, so its ids are well-formed.
    private static Slot Known(WrittenSlot slot) => slot.Slot ?? throw new ArgumentException($"{slot} is malformed", nameof(slot));

    private static PatientId Known(string patient) => PatientId.TryParse(patient, out var id)
        ? id
        : throw new ArgumentException($"{patient} is no patient", nameof(patient));
}

/// <summary>The slots and bookings that a scenario has added and not removed.</summary>
internal sealed record Leftovers(IReadOnlyList<Slot> Slots, IReadOnlyList<(PatientId Patient, Slot Slot)> Bookings);
