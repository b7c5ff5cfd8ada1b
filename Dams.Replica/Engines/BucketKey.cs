using Dams.Contracts.Domain;

namespace Dams.Replica.Engines;

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
