namespace Dams.Contracts.Domain;

/// <summary>The time of day of a slot, in sorting order. The numbers are part of the canonical encoding.</summary>
public enum TimeOfDay : byte
{
    /// <summary>Written <c>M</c> in an appointment id.</summary>
    Morning = 0,

    /// <summary>Written <c>A</c> in an appointment id.</summary>
    Afternoon = 1,

    /// <summary>Written <c>E</c> in an appointment id.</summary>
    Evening = 2,
}
