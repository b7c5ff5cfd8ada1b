using Dams.Contracts.Domain;

namespace Dams.Contracts.Engines;

/// <summary>
/// One version of the appointment service's rules. Deterministic: two engines of any versions that are given the same commands in the same order give
/// equal replies and hold equal buckets for ever. Single-threaded: the owner's loop is the only caller.
/// </summary>
public interface IAppointmentEngine
{
    /// <summary>The version's name, as configuration names it.</summary>
    string Version { get; }

    /// <summary>Executes a canonical, permitted command. A failed operation changes nothing.</summary>
    /// <param name="command">The command.</param>
    /// <param name="observer">Told of each bucket before the first change that this command makes to it.</param>
    Reply Execute(Command command, IBucketObserver observer);

    /// <summary>The keys of all buckets that hold a slot, in canonical order.</summary>
    IReadOnlyList<BucketKey> BucketKeys();

    /// <summary>The content of one bucket: empty if there is no slot at that hospital and date.</summary>
    Bucket ReadBucket(BucketKey key);

    /// <summary>Replaces the whole state by these buckets, which come in canonical order and obey every rule of the domain.</summary>
    void Restore(IEnumerable<Bucket> buckets);
}

/// <summary>Is told before a bucket changes, so that digests are made of what was touched only, and snapshots copied on write.</summary>
public interface IBucketObserver
{
    /// <summary>The bucket still has its old content.</summary>
    void BeforeChange(BucketKey key);
}

/// <summary>The unit of state digests and snapshots: everything at one hospital on one date. Sorts by hospital, then date.</summary>
/// <param name="Hospital">Where.</param>
/// <param name="Date">Which day.</param>
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

/// <summary>All slots of one hospital and date, in slot order.</summary>
/// <param name="Key">Which.</param>
/// <param name="Slots">In slot order (time of day, then type).</param>
public sealed record Bucket(BucketKey Key, ReplyList<SlotState> Slots);

/// <summary>A slot and who holds it.</summary>
/// <param name="Slot">Which.</param>
/// <param name="Capacity">All places.</param>
/// <param name="Holders">In booking order: the order in which the present holders got it.</param>
public sealed record SlotState(Slot Slot, int Capacity, ReplyList<PatientId> Holders);
