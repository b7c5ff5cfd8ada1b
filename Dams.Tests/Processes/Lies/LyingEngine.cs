using System.Diagnostics;
using Dams.Contracts.Domain;
using Dams.Contracts.Engines;

namespace Dams.Tests.Processes.Lies;

/// <summary>What an engine lies about.</summary>
internal enum Lie
{
    /// <summary>The outcome of a write; the state is right.</summary>
    Outcome = 0,

    /// <summary>A field of what a read gives; the state is right.</summary>
    Field = 1,

    /// <summary>The state: a booking is answered rightly, and not kept.</summary>
    State = 2,

    /// <summary>Nothing; but a patient of a certain number kills the process.</summary>
    Death = 3,
}

/// <summary>A version of the engine with a bug, or a traitor: it does what another does, and lies about it.</summary>
internal sealed class LyingEngine(IAppointmentEngine inner, Lie lie) : IAppointmentEngine
{
    /// <summary>Whoever executes this patient's booking dies.</summary>
    public const ushort DeadlyPatient = 6666;

    public string Version => inner.Version;

    public Reply Execute(Command command, IBucketObserver observer)
    {
        if (lie == Lie.Death && command is BookAppointment { Patient.Number: DeadlyPatient })
        {
            Process.GetCurrentProcess().Kill();
            throw new UnreachableException();
        }

        var reply = inner.Execute(command, observer);
        switch (lie, reply)
        {
            case (Lie.Outcome, BookReply { Outcome: BookOutcome.Booked }):
                return new BookReply(BookOutcome.Full);
            case (Lie.Outcome, BookReply):
                return new BookReply(BookOutcome.Booked);
            case (Lie.Field, ScheduleReply schedule):
                return new ScheduleReply([.. schedule.Bookings.Skip(1)]);
            case (Lie.Field, ListReply list):
                return new ListReply([.. list.Slots.Select(slot => slot with { Remaining = slot.Remaining + 1 })]);
            case (Lie.State, BookReply { Outcome: BookOutcome.Booked }) when command is BookAppointment book:
                inner.Execute(new CancelAppointment(book.Caller, book.Patient, book.Slot.Id), observer);
                return reply;
            default:
                return reply;
        }
    }

    public IReadOnlyList<BucketKey> BucketKeys() => inner.BucketKeys();

    public Bucket ReadBucket(BucketKey key) => inner.ReadBucket(key);

    public void Restore(IEnumerable<Bucket> buckets) => inner.Restore(buckets);
}
