namespace Dams.Contracts.Domain;

/// <summary>The three hospitals, in the order in which they sort everywhere. The numbers are part of the canonical encoding.</summary>
public enum Hospital : byte
{
    /// <summary>Montreal.</summary>
    MTL = 0,

    /// <summary>Quebec.</summary>
    QUE = 1,

    /// <summary>Sherbrooke.</summary>
    SHE = 2,
}

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

/// <summary>The kind of appointment that a slot is for, in sorting order. The numbers are part of the canonical encoding.</summary>
public enum AppointmentType : byte
{
    /// <summary>A physician.</summary>
    Physician = 0,

    /// <summary>A surgeon.</summary>
    Surgeon = 1,

    /// <summary>A dentist.</summary>
    Dental = 2,
}
