using System.Xml.Serialization;
using Dams.Contracts.Domain;

namespace Dams.Contracts.Soap;

/// <summary>The only outcome of listing.</summary>
public enum ListOutcome
{
    /// <summary>The slots are in the result.</summary>
    Listed,
}

/// <summary>The only outcome of asking for a schedule.</summary>
public enum ScheduleOutcome
{
    /// <summary>The bookings are in the result.</summary>
    Scheduled,
}

/// <summary>Answer of <see cref="IAppointmentService.AddAppointmentAsync"/>.</summary>
[XmlType(Namespace = SoapNamespaces.V1)]
public sealed class AddAppointmentResult
{
    /// <summary>The outcome of the request.</summary>
    [XmlElement("outcome", Order = 0)]
    public AddOutcome Outcome { get; set; }

    /// <summary>The outcome as text for people.</summary>
    [XmlElement("message", Order = 1)]
    public string Message { get; set; } = "";

    /// <summary>The position in the total order. For a read that was not ordered, the number at which it was read.</summary>
    [XmlElement("sequence", Order = 2)]
    public long Sequence { get; set; }
}

/// <summary>Answer of <see cref="IAppointmentService.RemoveAppointmentAsync"/>.</summary>
[XmlType(Namespace = SoapNamespaces.V1)]
public sealed class RemoveAppointmentResult
{
    /// <summary>The outcome of the request.</summary>
    [XmlElement("outcome", Order = 0)]
    public RemoveOutcome Outcome { get; set; }

    /// <summary>The outcome as text for people.</summary>
    [XmlElement("message", Order = 1)]
    public string Message { get; set; } = "";

    /// <summary>The position in the total order. For a read that was not ordered, the number at which it was read.</summary>
    [XmlElement("sequence", Order = 2)]
    public long Sequence { get; set; }

    /// <summary>The patients who had the slot, in booking order; null unless it was removed.</summary>
    [XmlArray("relocations", Order = 3), XmlArrayItem("relocation")]
    public RelocationItem[]? Relocations { get; set; }
}

/// <summary>Answer of <see cref="IAppointmentService.ListAppointmentAvailabilityAsync"/>.</summary>
[XmlType(Namespace = SoapNamespaces.V1)]
public sealed class ListAppointmentAvailabilityResult
{
    /// <summary>The outcome of the request.</summary>
    [XmlElement("outcome", Order = 0)]
    public ListOutcome Outcome { get; set; }

    /// <summary>The outcome as text for people.</summary>
    [XmlElement("message", Order = 1)]
    public string Message { get; set; } = "";

    /// <summary>The position in the total order. For a read that was not ordered, the number at which it was read.</summary>
    [XmlElement("sequence", Order = 2)]
    public long Sequence { get; set; }

    /// <summary>The slots, by hospital, then in slot order; possibly empty.</summary>
    [XmlArray("slots", Order = 3), XmlArrayItem("slot")]
    public SlotItem[]? Slots { get; set; }
}

/// <summary>Answer of <see cref="IAppointmentService.BookAppointmentAsync"/>.</summary>
[XmlType(Namespace = SoapNamespaces.V1)]
public sealed class BookAppointmentResult
{
    /// <summary>The outcome of the request.</summary>
    [XmlElement("outcome", Order = 0)]
    public BookOutcome Outcome { get; set; }

    /// <summary>The outcome as text for people.</summary>
    [XmlElement("message", Order = 1)]
    public string Message { get; set; } = "";

    /// <summary>The position in the total order. For a read that was not ordered, the number at which it was read.</summary>
    [XmlElement("sequence", Order = 2)]
    public long Sequence { get; set; }
}

/// <summary>Answer of <see cref="IAppointmentService.GetAppointmentScheduleAsync"/>.</summary>
[XmlType(Namespace = SoapNamespaces.V1)]
public sealed class GetAppointmentScheduleResult
{
    /// <summary>The outcome of the request.</summary>
    [XmlElement("outcome", Order = 0)]
    public ScheduleOutcome Outcome { get; set; }

    /// <summary>The outcome as text for people.</summary>
    [XmlElement("message", Order = 1)]
    public string Message { get; set; } = "";

    /// <summary>The position in the total order. For a read that was not ordered, the number at which it was read.</summary>
    [XmlElement("sequence", Order = 2)]
    public long Sequence { get; set; }

    /// <summary>The bookings, in slot order; possibly empty.</summary>
    [XmlArray("bookings", Order = 3), XmlArrayItem("booking")]
    public BookingItem[]? Bookings { get; set; }
}

/// <summary>Answer of <see cref="IAppointmentService.CancelAppointmentAsync"/>.</summary>
[XmlType(Namespace = SoapNamespaces.V1)]
public sealed class CancelAppointmentResult
{
    /// <summary>The outcome of the request.</summary>
    [XmlElement("outcome", Order = 0)]
    public CancelOutcome Outcome { get; set; }

    /// <summary>The outcome as text for people.</summary>
    [XmlElement("message", Order = 1)]
    public string Message { get; set; } = "";

    /// <summary>The position in the total order. For a read that was not ordered, the number at which it was read.</summary>
    [XmlElement("sequence", Order = 2)]
    public long Sequence { get; set; }

    /// <summary>The type of the cancelled booking. Valid only if <see cref="AppointmentTypeSpecified"/>.</summary>
    [XmlElement("appointmentType", Order = 3)]
    public AppointmentType AppointmentType { get; set; }

    /// <summary>Whether a booking was cancelled, so that there is a type.</summary>
    [XmlIgnore]
    public bool AppointmentTypeSpecified { get; set; }
}

/// <summary>Answer of <see cref="IAppointmentService.SwapAppointmentAsync"/>.</summary>
[XmlType(Namespace = SoapNamespaces.V1)]
public sealed class SwapAppointmentResult
{
    /// <summary>The outcome of the request.</summary>
    [XmlElement("outcome", Order = 0)]
    public SwapOutcome Outcome { get; set; }

    /// <summary>The outcome as text for people.</summary>
    [XmlElement("message", Order = 1)]
    public string Message { get; set; } = "";

    /// <summary>The position in the total order. For a read that was not ordered, the number at which it was read.</summary>
    [XmlElement("sequence", Order = 2)]
    public long Sequence { get; set; }
}
