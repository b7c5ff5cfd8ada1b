/* The original test scenario with gSOAP in C, and the functions that wsdl2h and soapcpp2 make of the WSDL.
   Usage: scenario http://host:port/AppointmentService */
#include "AppointmentSoap11.nsmap"
#include "soapH.h"
#include <stdio.h>
#include <stdlib.h>

static char admin[] = "MTLA1234";
static char patient[] = "MTLP1234";
static char evening[] = "MTLE210422";
static char morning[] = "MTLM210422";
static const enum ns1__AppointmentType physician = ns1__AppointmentType__Physician;
static struct soap *soap;
static const char *endpoint;

/* Every call returns an error code. Fields of a response are valid only if it is SOAP_OK. */
static void require(int error)
{
    if (error == SOAP_OK)
        return;
    soap_print_fault(soap, stderr);
    exit(1);
}

static struct ns1__AddAppointmentResult *add(char *id, enum ns1__AppointmentType type, int capacity, char *request_id)
{
    struct _ns1__AddAppointment request = {admin, id, type, capacity, request_id};
    struct _ns1__AddAppointmentResponse response;
    require(soap_call___ns1__AddAppointment(soap, endpoint, NULL, &request, &response));
    return response.result;
}

static const char *add_physician(char *id)
{
    return soap_ns1__AddOutcome2s(soap, add(id, physician, 2, NULL)->outcome);
}

static const char *remove_slot(char *id, enum ns1__AppointmentType type)
{
    struct _ns1__RemoveAppointment request = {admin, id, type, NULL};
    struct _ns1__RemoveAppointmentResponse response;
    require(soap_call___ns1__RemoveAppointment(soap, endpoint, NULL, &request, &response));
    return soap_ns1__RemoveOutcome2s(soap, response.result->outcome);
}

static struct ns1__ListAppointmentAvailabilityResult *list(enum ns1__AppointmentType type)
{
    struct _ns1__ListAppointmentAvailability request = {admin, type, NULL};
    struct _ns1__ListAppointmentAvailabilityResponse response;
    require(soap_call___ns1__ListAppointmentAvailability(soap, endpoint, NULL, &request, &response));
    return response.result;
}

static const char *book(void)
{
    struct _ns1__BookAppointment request = {admin, patient, evening, physician, NULL};
    struct _ns1__BookAppointmentResponse response;
    require(soap_call___ns1__BookAppointment(soap, endpoint, NULL, &request, &response));
    return soap_ns1__BookOutcome2s(soap, response.result->outcome);
}

static struct ns1__GetAppointmentScheduleResult *schedule(void)
{
    struct _ns1__GetAppointmentSchedule request = {admin, patient, NULL};
    struct _ns1__GetAppointmentScheduleResponse response;
    require(soap_call___ns1__GetAppointmentSchedule(soap, endpoint, NULL, &request, &response));
    return response.result;
}

static void print_schedule(struct ns1__GetAppointmentScheduleResult *result)
{
    printf("T8 %s ", soap_ns1__ScheduleOutcome2s(soap, result->outcome));
    for (int i = 0; i < result->bookings->__sizebooking; i++)
        printf(i > 0 ? ",%s" : "%s", result->bookings->booking[i].appointmentId);
    printf("\n");
}

static const char *swap(void)
{
    struct _ns1__SwapAppointment request = {admin, patient, evening, physician, morning, physician, NULL};
    struct _ns1__SwapAppointmentResponse response;
    require(soap_call___ns1__SwapAppointment(soap, endpoint, NULL, &request, &response));
    return soap_ns1__SwapOutcome2s(soap, response.result->outcome);
}

static struct ns1__CancelAppointmentResult *cancel(void)
{
    struct _ns1__CancelAppointment request = {admin, patient, morning, NULL};
    struct _ns1__CancelAppointmentResponse response;
    require(soap_call___ns1__CancelAppointment(soap, endpoint, NULL, &request, &response));
    return response.result;
}

static void print_repeat(void)
{
    char *id = soap_strdup(soap, soap_rand_uuid(soap, ""));
    struct ns1__AddAppointmentResult *first = add(evening, ns1__AppointmentType__Dental, 5, id);
    struct ns1__AddAppointmentResult *again = add(evening, ns1__AppointmentType__Dental, 5, id);
    id = soap_strdup(soap, soap_rand_uuid(soap, ""));
    struct ns1__AddAppointmentResult *another = add(evening, ns1__AppointmentType__Dental, 5, id);
    printf(
        "Repeat %s %s %s\n",
        soap_ns1__AddOutcome2s(soap, first->outcome),
        soap_ns1__AddOutcome2s(soap, again->outcome),
        again->sequence == first->sequence ? "same" : "different");
    printf(
        "Another %s %s\n",
        soap_ns1__AddOutcome2s(soap, another->outcome),
        another->sequence > first->sequence ? "later" : "not later");
}

static void print_one(struct ns1__Slots *slots)
{
    struct ns1__Slot *slot = slots->slot;
    printf(
        "One %d %s %s %d %d\n",
        slots->__sizeslot,
        slot->appointmentId,
        soap_ns1__AppointmentType2s(soap, slot->appointmentType),
        slot->capacity,
        slot->remaining);
}

/* SOAP 1.2 keeps the detail of a fault under another name than SOAP 1.1. */
static void print_fault(char *caller, int capacity)
{
    struct _ns1__AddAppointment request = {caller, evening, ns1__AppointmentType__Dental, capacity, NULL};
    struct _ns1__AddAppointmentResponse response;
    if (soap_call___ns1__AddAppointment(soap, endpoint, NULL, &request, &response) == SOAP_OK)
        return;
    if (!soap->fault)
        require(soap->error);
    struct SOAP_ENV__Detail *detail = soap->fault->detail ? soap->fault->detail : soap->fault->SOAP_ENV__Detail;
    struct ns1__DamsFault *fault = detail->ns1__DamsFault;
    printf(
        "Fault %s%s%s %s\n",
        soap_ns1__DamsFaultCode2s(soap, fault->code),
        fault->field ? " " : "",
        fault->field ? fault->field : "",
        soap_ns1__ExecutionState2s(soap, fault->execution));
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    soap = soap_new();
    endpoint = argv[1];
    printf("T1 %s\n", add_physician(evening));
    printf("T2 %s\n", add_physician(evening));
    printf("T3 %s\n", remove_slot(evening, physician));
    printf("T4 %s\n", remove_slot(evening, ns1__AppointmentType__Dental));
    struct ns1__ListAppointmentAvailabilityResult *listed = list(ns1__AppointmentType__Dental);
    printf("T5 %s %d\n", soap_ns1__ListOutcome2s(soap, listed->outcome), listed->slots->__sizeslot);
    add_physician(evening);
    add_physician(morning);
    printf("T6 %s\n", book());
    printf("T7 %s\n", book());
    print_schedule(schedule());
    printf("T9 %s\n", swap());
    struct ns1__CancelAppointmentResult *cancelled = cancel();
    printf(
        "T10 %s %s\n",
        soap_ns1__CancelOutcome2s(soap, cancelled->outcome),
        soap_ns1__AppointmentType2s(soap, *cancelled->appointmentType));
    printf("T11 %s\n", soap_ns1__CancelOutcome2s(soap, cancel()->outcome));
    struct ns1__GetAppointmentScheduleResult *empty = schedule();
    printf("Empty %s %d\n", soap_ns1__ScheduleOutcome2s(soap, empty->outcome), empty->bookings->__sizebooking);
    print_repeat();
    print_one(list(ns1__AppointmentType__Dental)->slots);
    print_fault(patient, 5);
    print_fault(admin, 0);
    soap_destroy(soap);
    soap_end(soap);
    soap_free(soap);
    return 0;
}
