namespace Dams.Contracts.Domain;

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
