namespace Dams.Contracts.Domain;

/// <summary>
/// An appointment slot, which patients book. The same appointment id may exist under several types. Sorts by id, then type.
/// </summary>
/// <param name="Id">Hospital, date and time of day.</param>
/// <param name="Type">The kind of appointment.</param>
public readonly record struct Slot(AppointmentId Id, AppointmentType Type) : IComparable<Slot>
{
    /// <summary>By date, time of day, hospital, type.</summary>
    public int CompareTo(Slot other)
    {
        var byId = Id.CompareTo(other.Id);
        return byId != 0 ? byId : Type.CompareTo(other.Type);
    }

    /// <summary>Order of slots.</summary>
    public static bool operator <(Slot left, Slot right) => left.CompareTo(right) < 0;

    /// <summary>Order of slots.</summary>
    public static bool operator >(Slot left, Slot right) => left.CompareTo(right) > 0;

    /// <summary>Order of slots.</summary>
    public static bool operator <=(Slot left, Slot right) => left.CompareTo(right) <= 0;

    /// <summary>Order of slots.</summary>
    public static bool operator >=(Slot left, Slot right) => left.CompareTo(right) >= 0;
}
