"""The original test scenario with suds, which speaks SOAP 1.1 only. Usage: python3 scenario.py http://host:port/AppointmentService?wsdl"""
import logging
import sys
import uuid

from suds import WebFault
from suds.client import Client

# suds prints each fault to standard error besides raising it.
logging.getLogger("suds.client").setLevel(logging.CRITICAL)
service = Client(sys.argv[1], cache=None).service
ADMIN, PATIENT = "MTLA1234", "MTLP1234"
EVENING, MORNING = "MTLE210422", "MTLM210422"


def many(wrapper, name):
    """suds reads an empty list as an empty text."""
    return getattr(wrapper, name) if wrapper else []


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
    except WebFault as error:
        detail = error.fault.detail.DamsFault
        print("Fault", *filter(None, [detail.code, getattr(detail, "field", None), detail.execution]))
