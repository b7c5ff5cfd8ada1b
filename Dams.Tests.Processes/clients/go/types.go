package main

import "encoding/xml"

// AppointmentType is the kind of appointment that a slot is for.
type AppointmentType string

// The types of appointments.
const (
	Physician AppointmentType = "Physician"
	Surgeon   AppointmentType = "Surgeon"
	Dental    AppointmentType = "Dental"
)

// Each request is an element of the schema, with its parameters in their order.
type (
	AddAppointment struct {
		XMLName         xml.Name        `xml:"http://dams.example.org/appointments/v1 AddAppointment"`
		CallerID        string          `xml:"callerId"`
		AppointmentID   string          `xml:"appointmentId"`
		AppointmentType AppointmentType `xml:"appointmentType"`
		Capacity        int             `xml:"capacity"`
		RequestID       string          `xml:"requestId,omitempty"`
	}
	RemoveAppointment struct {
		XMLName         xml.Name        `xml:"http://dams.example.org/appointments/v1 RemoveAppointment"`
		CallerID        string          `xml:"callerId"`
		AppointmentID   string          `xml:"appointmentId"`
		AppointmentType AppointmentType `xml:"appointmentType"`
		RequestID       string          `xml:"requestId,omitempty"`
	}
	ListAppointmentAvailability struct {
		XMLName         xml.Name        `xml:"http://dams.example.org/appointments/v1 ListAppointmentAvailability"`
		CallerID        string          `xml:"callerId"`
		AppointmentType AppointmentType `xml:"appointmentType"`
		RequestID       string          `xml:"requestId,omitempty"`
	}
	BookAppointment struct {
		XMLName         xml.Name        `xml:"http://dams.example.org/appointments/v1 BookAppointment"`
		CallerID        string          `xml:"callerId"`
		PatientID       string          `xml:"patientId"`
		AppointmentID   string          `xml:"appointmentId"`
		AppointmentType AppointmentType `xml:"appointmentType"`
		RequestID       string          `xml:"requestId,omitempty"`
	}
	GetAppointmentSchedule struct {
		XMLName   xml.Name `xml:"http://dams.example.org/appointments/v1 GetAppointmentSchedule"`
		CallerID  string   `xml:"callerId"`
		PatientID string   `xml:"patientId"`
		RequestID string   `xml:"requestId,omitempty"`
	}
	CancelAppointment struct {
		XMLName       xml.Name `xml:"http://dams.example.org/appointments/v1 CancelAppointment"`
		CallerID      string   `xml:"callerId"`
		PatientID     string   `xml:"patientId"`
		AppointmentID string   `xml:"appointmentId"`
		RequestID     string   `xml:"requestId,omitempty"`
	}
	SwapAppointment struct {
		XMLName            xml.Name        `xml:"http://dams.example.org/appointments/v1 SwapAppointment"`
		CallerID           string          `xml:"callerId"`
		PatientID          string          `xml:"patientId"`
		OldAppointmentID   string          `xml:"oldAppointmentId"`
		OldAppointmentType AppointmentType `xml:"oldAppointmentType"`
		NewAppointmentID   string          `xml:"newAppointmentId"`
		NewAppointmentType AppointmentType `xml:"newAppointmentType"`
		RequestID          string          `xml:"requestId,omitempty"`
	}
)

// Each response has one element, the result.
type (
	AddAppointmentResponse struct {
		Result Result `xml:"result"`
	}
	RemoveAppointmentResponse struct {
		Result RemoveResult `xml:"result"`
	}
	ListAppointmentAvailabilityResponse struct {
		Result ListResult `xml:"result"`
	}
	BookAppointmentResponse struct {
		Result Result `xml:"result"`
	}
	GetAppointmentScheduleResponse struct {
		Result ScheduleResult `xml:"result"`
	}
	CancelAppointmentResponse struct {
		Result CancelResult `xml:"result"`
	}
	SwapAppointmentResponse struct {
		Result Result `xml:"result"`
	}
)

// Result has what every result has.
type Result struct {
	Outcome  string `xml:"outcome"`
	Message  string `xml:"message"`
	Sequence int64  `xml:"sequence"`
}

// RemoveResult has the patients who lost their slot.
type RemoveResult struct {
	Result
	Relocations []struct {
		PatientID        string `xml:"patientId"`
		NewAppointmentID string `xml:"newAppointmentId"`
	} `xml:"relocations>relocation"`
}

// ListResult has the slots of one type.
type ListResult struct {
	Result
	Slots []struct {
		AppointmentID   string          `xml:"appointmentId"`
		AppointmentType AppointmentType `xml:"appointmentType"`
		Capacity        int             `xml:"capacity"`
		Remaining       int             `xml:"remaining"`
	} `xml:"slots>slot"`
}

// ScheduleResult has the bookings of a patient.
type ScheduleResult struct {
	Result
	Bookings []struct {
		AppointmentID   string          `xml:"appointmentId"`
		AppointmentType AppointmentType `xml:"appointmentType"`
	} `xml:"bookings>booking"`
}

// CancelResult has the type of the cancelled booking.
type CancelResult struct {
	Result
	AppointmentType AppointmentType `xml:"appointmentType"`
}

// DamsFault is the detail of a fault.
type DamsFault struct {
	Code         string `xml:"code"`
	Field        string `xml:"field"`
	Reason       string `xml:"reason"`
	Execution    string `xml:"execution"`
	RequestID    string `xml:"requestId"`
	RetryAfterMs *int   `xml:"retryAfterMs"`
}
