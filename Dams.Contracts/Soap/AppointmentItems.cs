using System.Xml.Serialization;
using Dams.Contracts.Domain;

namespace Dams.Contracts.Soap;

/// <summary>A patient who lost a booking because its slot was removed.</summary>
[XmlType("Relocation", Namespace = SoapNamespaces.V1)]
public sealed class RelocationItem
{
    /// <summary>The id of the patient.</summary>
    [XmlElement("patientId", Order = 0)]
    public string PatientId { get; set; } = "";

    /// <summary>The slot that was booked instead; null if there was none.</summary>
    [XmlElement("newAppointmentId", Order = 1)]
    public string? NewAppointmentId { get; set; }
}

/// <summary>A slot with all its places and those that are left.</summary>
[XmlType("Slot", Namespace = SoapNamespaces.V1)]
public sealed class SlotItem
{
    /// <summary>The id of the slot.</summary>
    [XmlElement("appointmentId", Order = 0)]
    public string AppointmentId { get; set; } = "";

    /// <summary>The type of the slot.</summary>
    [XmlElement("appointmentType", Order = 1)]
    public AppointmentType AppointmentType { get; set; }

    /// <summary>All places, booked or not.</summary>
    [XmlElement("capacity", Order = 2)]
    public int Capacity { get; set; }

    /// <summary>The places that are left.</summary>
    [XmlElement("remaining", Order = 3)]
    public int Remaining { get; set; }
}

/// <summary>A booking of a patient.</summary>
[XmlType("Booking", Namespace = SoapNamespaces.V1)]
public sealed class BookingItem
{
    /// <summary>The id of the slot.</summary>
    [XmlElement("appointmentId", Order = 0)]
    public string AppointmentId { get; set; } = "";

    /// <summary>The type of the slot.</summary>
    [XmlElement("appointmentType", Order = 1)]
    public AppointmentType AppointmentType { get; set; }
}
