"""The original test scenario with zeep. Usage: python3 scenario.py http://host:port/AppointmentService?wsdl [1.1|1.2]"""
import sys
import uuid

from zeep import Client
from zeep.exceptions import Fault

version = sys.argv[2] if len(sys.argv) > 2 else "1.1"
client = Client(sys.argv[1], port_name="AppointmentSoap12" if version == "1.2" else "AppointmentSoap11")
service = client.service
ADMIN, PATIENT = "MTLA1234", "MTLP1234"
EVENING, MORNING = "MTLE210422", "MTLM210422"


def many(wrapper, name):
    """zeep reads an empty list as None."""
    return getattr(wrapper, name) or [] if wrapper is not None else []


print("T1", service.AddAppointment(callerId=ADMIN, appointmentId=EVENING, appointmentType="Physician", capacity=2).outcome)
print("T2", service.AddAppointment(callerId=ADMIN, appointmentId=EVENING, appointmentType="Physician", capacity=2).outcome)
print("T3", service.RemoveAppointment(callerId=ADMIN, appointmentId=EVENING, appointmentType="Physician").outcome)
print("T4", service.RemoveAppointment(callerId=ADMIN, appointmentId=EVENING, appointmentType="Dental").outcome)
listed = service.ListAppointmentAvailability(callerId=ADMIN, appointmentType="Dental")
print("T5", listed.outcome, len(many(listed.slots, "slot")))
service.AddAppointment(callerId=ADMIN, appointmentId=EVENING, appointmentType="Physician", capacity=2)
service.AddAppointment(callerId=ADMIN, appointmentId=MORNING, appointmentType="Physician", capacity=2)
print("T6", service.BookAppointment(callerId=ADMIN, patientId=PATIENT, appointmentId=EVENING, appointmentType="Physician").outcome)
print("T7", service.BookAppointment(callerId=ADMIN, patientId=PATIENT, appointmentId=EVENING, appointmentType="Physician").outcome)
schedule = service.GetAppointmentSchedule(callerId=ADMIN, patientId=PATIENT)
print("T8", schedule.outcome, ",".join(booking.appointmentId for booking in many(schedule.bookings, "booking")))
print("T9", service.SwapAppointment(
    callerId=ADMIN, patientId=PATIENT,
    oldAppointmentId=EVENING, oldAppointmentType="Physician",
    newAppointmentId=MORNING, newAppointmentType="Physician").outcome)
cancelled = service.CancelAppointment(callerId=ADMIN, patientId=PATIENT, appointmentId=MORNING)
print("T10", cancelled.outcome, cancelled.appointmentType)
print("T11", service.CancelAppointment(callerId=ADMIN, patientId=PATIENT, appointmentId=MORNING).outcome)

empty = service.GetAppointmentSchedule(callerId=ADMIN, patientId=PATIENT)
print("Empty", empty.outcome, len(many(empty.bookings, "booking")))
add = {"callerId": ADMIN, "appointmentId": EVENING, "appointmentType": "Dental", "capacity": 5}
request_id = str(uuid.uuid4())
first = service.AddAppointment(**add, requestId=request_id)
again = service.AddAppointment(**add, requestId=request_id)
print("Repeat", first.outcome, again.outcome, "same" if again.sequence == first.sequence else "another")
other = service.AddAppointment(**add, requestId=str(uuid.uuid4()))
print("Another", other.outcome, "later" if other.sequence > first.sequence else "same")
slots = many(service.ListAppointmentAvailability(callerId=ADMIN, appointmentType="Dental").slots, "slot")
print("One", len(slots), slots[0].appointmentId, slots[0].appointmentType, slots[0].capacity, slots[0].remaining)
for wrong in {"callerId": PATIENT}, {"capacity": 0}:
    try:
        service.AddAppointment(**{**add, **wrong})
    except Fault as fault:
        detail = client.get_element("{http://dams.example.org/appointments/v1}DamsFault").parse(fault.detail[0], client.wsdl.types)
        print("Fault", *filter(None, [detail.code, detail.field, detail.execution]))
