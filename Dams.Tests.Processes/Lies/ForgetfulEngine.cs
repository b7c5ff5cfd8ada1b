using Dams.Contracts.Domain;
using Dams.Replica.Engines;

namespace Dams.Tests.Processes.Lies;

/// <summary>
/// A version with a bug: it answers a booking correctly, but does not keep it. Unlike with the fault lab's lies, the state is really wrong,
/// and so are the later replies that depend on it.
/// </summary>
internal sealed class ForgetfulEngine(IAppointmentEngine inner) : IAppointmentEngine
{
    public string Version => inner.Version;

    public Reply Execute(Command command, IBucketObserver observer)
    {
        var reply = inner.Execute(command, observer);
        if (reply is BookReply { Outcome: BookOutcome.Booked } && command is BookAppointment book)
            inner.Execute(new CancelAppointment(book.Caller, book.Patient, book.Slot.Id), observer);
        return reply;
    }

    public IReadOnlyList<BucketKey> BucketKeys() => inner.BucketKeys();

    public Bucket ReadBucket(BucketKey key) => inner.ReadBucket(key);

    public void Restore(IEnumerable<Bucket> buckets) => inner.Restore(buckets);
}
