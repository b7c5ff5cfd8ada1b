// The original test scenario with gSOAP in C++, and the proxy class that wsdl2h and soapcpp2 make of the WSDL.
// Usage: scenario http://host:port/AppointmentService
#include "AppointmentSoap11.nsmap"
#include "soapAppointmentSoap11Proxy.h"
#include <cstdlib>
#include <iostream>
#include <string>

static const std::string admin = "MTLA1234", patient = "MTLP1234", evening = "MTLE210422", morning = "MTLM210422";
static const auto physician = ns1__AppointmentType__Physician;
static AppointmentSoap11Proxy proxy;

static void print(const std::string& name, const std::string& text)
{
    std::cout << name << " " << text << std::endl;
}

// Every call returns an error code. Fields of a response are valid only if it is SOAP_OK.
static void require(int error)
{
    if (error == SOAP_OK)
        return;
    proxy.soap_stream_fault(std::cerr);
    std::exit(1);
}

static int tryAdd(
    const std::string& caller, ns1__AppointmentType type, const std::string& id, int capacity, std::string requestId,
    _ns1__AddAppointmentResponse& response)
{
    _ns1__AddAppointment request;
    request.callerId = caller;
    request.appointmentId = id;
    request.appointmentType = type;
    request.capacity = capacity;
    request.requestId = requestId.empty() ? nullptr : &requestId;
    return proxy.AddAppointment(&request, response);
}

static const ns1__AddAppointmentResult* addDental(const std::string& requestId)
{
    _ns1__AddAppointmentResponse response;
    require(tryAdd(admin, ns1__AppointmentType__Dental, evening, 5, requestId, response));
    return response.result;
}

static std::string outcome(const ns1__AddAppointmentResult* result)
{
    return soap_ns1__AddOutcome2s(proxy.soap, result->outcome);
}

static std::string addPhysician(const std::string& id)
{
    _ns1__AddAppointmentResponse response;
    require(tryAdd(admin, physician, id, 2, "", response));
    return outcome(response.result);
}

static std::string removeSlot(ns1__AppointmentType type)
{
    _ns1__RemoveAppointment request;
    _ns1__RemoveAppointmentResponse response;
    request.callerId = admin;
    request.appointmentId = evening;
    request.appointmentType = type;
    require(proxy.RemoveAppointment(&request, response));
    return soap_ns1__RemoveOutcome2s(proxy.soap, response.result->outcome);
}

static ns1__ListAppointmentAvailabilityResult* list(ns1__AppointmentType type)
{
    _ns1__ListAppointmentAvailability request;
    _ns1__ListAppointmentAvailabilityResponse response;
    request.callerId = admin;
    request.appointmentType = type;
    require(proxy.ListAppointmentAvailability(&request, response));
    return response.result;
}

static std::string book()
{
    _ns1__BookAppointment request;
    _ns1__BookAppointmentResponse response;
    request.callerId = admin;
    request.patientId = patient;
    request.appointmentId = evening;
    request.appointmentType = physician;
    require(proxy.BookAppointment(&request, response));
    return soap_ns1__BookOutcome2s(proxy.soap, response.result->outcome);
}

static const ns1__GetAppointmentScheduleResult* schedule()
{
    _ns1__GetAppointmentSchedule request;
    _ns1__GetAppointmentScheduleResponse response;
    request.callerId = admin;
    request.patientId = patient;
    require(proxy.GetAppointmentSchedule(&request, response));
    return response.result;
}

static std::string idsOf(const ns1__Bookings* bookings)
{
    std::string ids;
    for (const auto* booking : bookings->booking)
        ids += (ids.empty() ? "" : ",") + booking->appointmentId;
    return ids;
}

static std::string swap()
{
    _ns1__SwapAppointment request;
    _ns1__SwapAppointmentResponse response;
    request.callerId = admin;
    request.patientId = patient;
    request.oldAppointmentId = evening;
    request.oldAppointmentType = physician;
    request.newAppointmentId = morning;
    request.newAppointmentType = physician;
    require(proxy.SwapAppointment(&request, response));
    return soap_ns1__SwapOutcome2s(proxy.soap, response.result->outcome);
}

static ns1__CancelAppointmentResult* cancel()
{
    _ns1__CancelAppointment request;
    _ns1__CancelAppointmentResponse response;
    request.callerId = admin;
    request.patientId = patient;
    request.appointmentId = morning;
    require(proxy.CancelAppointment(&request, response));
    return response.result;
}

static void printRepeat()
{
    const std::string id = soap_rand_uuid(proxy.soap, "");
    const auto *first = addDental(id), *again = addDental(id), *another = addDental(soap_rand_uuid(proxy.soap, ""));
    print("Repeat", outcome(first) + " " + outcome(again) + (again->sequence == first->sequence ? " same" : " different"));
    print("Another", outcome(another) + (another->sequence > first->sequence ? " later" : " not later"));
}

static void printOne(const ns1__Slots* slots)
{
    const auto* slot = slots->slot.at(0);
    print("One", std::to_string(slots->slot.size()) + " " + slot->appointmentId
        + " " + soap_ns1__AppointmentType2s(proxy.soap, slot->appointmentType)
        + " " + std::to_string(slot->capacity) + " " + std::to_string(slot->remaining));
}

// SOAP 1.2 keeps the detail of a fault under another name than SOAP 1.1.
static void printFault(const std::string& caller, int capacity)
{
    _ns1__AddAppointmentResponse response;
    if (tryAdd(caller, ns1__AppointmentType__Dental, evening, capacity, "", response) == SOAP_OK)
        return;
    const auto* fault = proxy.soap_fault();
    if (!fault)
        require(proxy.soap->error);
    const auto* detail = (fault->detail ? fault->detail : fault->SOAP_ENV__Detail)->ns1__DamsFault_;
    print("Fault", soap_ns1__DamsFaultCode2s(proxy.soap, detail->code)
        + (detail->field ? " " + *detail->field : "")
        + " " + soap_ns1__ExecutionState2s(proxy.soap, detail->execution));
}

int main(int argc, char** argv)
{
    if (argc < 2)
        return 2;
    proxy.soap_endpoint = argv[1];
    print("T1", addPhysician(evening));
    print("T2", addPhysician(evening));
    print("T3", removeSlot(physician));
    print("T4", removeSlot(ns1__AppointmentType__Dental));
    const auto* listed = list(ns1__AppointmentType__Dental);
    print("T5", soap_ns1__ListOutcome2s(proxy.soap, listed->outcome) + (" " + std::to_string(listed->slots->slot.size())));
    addPhysician(evening);
    addPhysician(morning);
    print("T6", book());
    print("T7", book());
    const auto* scheduled = schedule();
    print("T8", soap_ns1__ScheduleOutcome2s(proxy.soap, scheduled->outcome) + (" " + idsOf(scheduled->bookings)));
    print("T9", swap());
    const auto* cancelled = cancel();
    print("T10", soap_ns1__CancelOutcome2s(proxy.soap, cancelled->outcome)
        + std::string(" ") + soap_ns1__AppointmentType2s(proxy.soap, *cancelled->appointmentType));
    print("T11", soap_ns1__CancelOutcome2s(proxy.soap, cancel()->outcome));
    const auto* empty = schedule();
    print("Empty", soap_ns1__ScheduleOutcome2s(proxy.soap, empty->outcome) + (" " + std::to_string(empty->bookings->booking.size())));
    printRepeat();
    printOne(list(ns1__AppointmentType__Dental)->slots);
    printFault(patient, 5);
    printFault(admin, 0);
    proxy.destroy();
    return 0;
}
