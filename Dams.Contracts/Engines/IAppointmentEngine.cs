using Dams.Contracts.Domain;

namespace Dams.Contracts.Engines;

/// <summary>
/// The engine of one version: it executes the rules of the appointment service. Deterministic: two engines of any versions give equal
/// replies and hold equal buckets for ever, if they get the same commands in the same order. Single-threaded: the owner's loop is the only
/// caller.
/// </summary>
public interface IAppointmentEngine
{
    /// <summary>The version's name, as configuration names it.</summary>
    string Version { get; }

    /// <summary>
    /// Executes a canonical, permitted command. A failed operation changes nothing. The engine calls <paramref name="observer"/> for each
    /// bucket before the first change that this command makes to it.
    /// </summary>
    Reply Execute(Command command, IBucketObserver observer);

    /// <summary>The keys of all buckets that hold a slot, in canonical order.</summary>
    IReadOnlyList<BucketKey> BucketKeys();

    /// <summary>The content of one bucket; empty if there is no slot at that hospital and date.</summary>
    Bucket ReadBucket(BucketKey key);

    /// <summary>Replaces the whole state with these buckets. They come in canonical order and obey every rule of the domain.</summary>
    void Restore(IEnumerable<Bucket> buckets);
}

/// <summary>
/// Hears of each bucket before it changes. So digests are made anew for touched buckets only, and snapshots copy a bucket when it is
/// written.
/// </summary>
public interface IBucketObserver
{
    /// <summary>Called while the bucket still has its old content.</summary>
    void BeforeChange(BucketKey key);
}

/// <summary>
/// Names a bucket: everything at one hospital on one date. Buckets are the units of state digests and snapshots. Sorts by hospital,
/// then date.
/// </summary>
public readonly record struct BucketKey(Hospital Hospital, DateOnly Date) : IComparable<BucketKey>
{
    /// <summary>The bucket that a slot is in.</summary>
    public static BucketKey Of(Slot slot) => new(slot.Id.Hospital, slot.Id.Date);

    /// <summary>By hospital, then date.</summary>
    public int CompareTo(BucketKey other)
    {
        var byHospital = Hospital.CompareTo(other.Hospital);
        return byHospital != 0 ? byHospital : Date.CompareTo(other.Date);
    }

    /// <summary>By hospital, then date.</summary>
    public static bool operator <(BucketKey left, BucketKey right) => left.CompareTo(right) < 0;

    /// <summary>By hospital, then date.</summary>
    public static bool operator >(BucketKey left, BucketKey right) => left.CompareTo(right) > 0;

    /// <summary>By hospital, then date.</summary>
    public static bool operator <=(BucketKey left, BucketKey right) => left.CompareTo(right) <= 0;

    /// <summary>By hospital, then date.</summary>
    public static bool operator >=(BucketKey left, BucketKey right) => left.CompareTo(right) >= 0;
}

/// <summary>All slots of one hospital and date.</summary>
/// <param name="Key">The hospital and date.</param>
/// <param name="Slots">The slots, in slot order: by time of day, then type.</param>
public sealed record Bucket(BucketKey Key, ReplyList<SlotState> Slots);

/// <summary>A slot and the patients who hold it.</summary>
/// <param name="Slot">The id and type of the slot.</param>
/// <param name="Capacity">All places, booked or not.</param>
/// <param name="Holders">The patients, in booking order: the order in which the present holders got the slot.</param>
public sealed record SlotState(Slot Slot, int Capacity, ReplyList<PatientId> Holders);
