// The original test scenario in Go, with net/http and encoding/xml. Usage: go run . http://host:port/AppointmentService [1.1|1.2]
package main

import (
	"fmt"
	"os"
	"strings"
)

const (
	admin   = "MTLA1234"
	patient = "MTLP1234"
	evening = "MTLE210422"
	morning = "MTLM210422"
)

func add(service *client, caller, id string, kind AppointmentType, capacity int, requestID string) (Result, error) {
	var response AddAppointmentResponse
	err := service.call("AddAppointment", &AddAppointment{
		CallerID: caller, AppointmentID: id, AppointmentType: kind, Capacity: capacity, RequestID: requestID,
	}, &response)
	return response.Result, err
}

func remove(service *client, kind AppointmentType) string {
	var response RemoveAppointmentResponse
	require(service.call("RemoveAppointment", &RemoveAppointment{CallerID: admin, AppointmentID: evening, AppointmentType: kind}, &response))
	return response.Result.Outcome
}

func list(service *client, kind AppointmentType) ListResult {
	var response ListAppointmentAvailabilityResponse
	require(service.call("ListAppointmentAvailability", &ListAppointmentAvailability{CallerID: admin, AppointmentType: kind}, &response))
	return response.Result
}

func book(service *client) string {
	var response BookAppointmentResponse
	require(service.call("BookAppointment", &BookAppointment{
		CallerID: admin, PatientID: patient, AppointmentID: evening, AppointmentType: Physician,
	}, &response))
	return response.Result.Outcome
}

func schedule(service *client) ScheduleResult {
	var response GetAppointmentScheduleResponse
	require(service.call("GetAppointmentSchedule", &GetAppointmentSchedule{CallerID: admin, PatientID: patient}, &response))
	return response.Result
}

func swap(service *client) string {
	var response SwapAppointmentResponse
	require(service.call("SwapAppointment", &SwapAppointment{
		CallerID: admin, PatientID: patient,
		OldAppointmentID: evening, OldAppointmentType: Physician, NewAppointmentID: morning, NewAppointmentType: Physician,
	}, &response))
	return response.Result.Outcome
}

func cancel(service *client) CancelResult {
	var response CancelAppointmentResponse
	require(service.call("CancelAppointment", &CancelAppointment{CallerID: admin, PatientID: patient, AppointmentID: morning}, &response))
	return response.Result
}

func require(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func mustAdd(service *client, id string, kind AppointmentType, capacity int, requestID string) Result {
	result, err := add(service, admin, id, kind, capacity, requestID)
	require(err)
	return result
}

func printFault(service *client, caller string, capacity int) {
	_, err := add(service, caller, evening, Dental, capacity, "")
	if fault, ok := err.(*Fault); ok {
		words := []string{"Fault", fault.Detail.Code}
		if fault.Detail.Field != "" {
			words = append(words, fault.Detail.Field)
		}
		fmt.Println(strings.Join(append(words, fault.Detail.Execution), " "))
	}
}

func either(condition bool, yes, no string) string {
	if condition {
		return yes
	}
	return no
}

func main() {
	service := &client{url: os.Args[1], isSoap12: len(os.Args) > 2 && os.Args[2] == "1.2"}
	fmt.Println("T1", mustAdd(service, evening, Physician, 2, "").Outcome)
	fmt.Println("T2", mustAdd(service, evening, Physician, 2, "").Outcome)
	fmt.Println("T3", remove(service, Physician))
	fmt.Println("T4", remove(service, Dental))
	listed := list(service, Dental)
	fmt.Println("T5", listed.Outcome, len(listed.Slots))
	mustAdd(service, evening, Physician, 2, "")
	mustAdd(service, morning, Physician, 2, "")
	fmt.Println("T6", book(service))
	fmt.Println("T7", book(service))
	scheduled := schedule(service)
	ids := []string{}
	for _, booking := range scheduled.Bookings {
		ids = append(ids, booking.AppointmentID)
	}
	fmt.Println("T8", scheduled.Outcome, strings.Join(ids, ","))
	fmt.Println("T9", swap(service))
	cancelled := cancel(service)
	fmt.Println("T10", cancelled.Outcome, cancelled.AppointmentType)
	fmt.Println("T11", cancel(service).Outcome)

	empty := schedule(service)
	fmt.Println("Empty", empty.Outcome, len(empty.Bookings))
	requestID := newID()
	first := mustAdd(service, evening, Dental, 5, requestID)
	again := mustAdd(service, evening, Dental, 5, requestID)
	another := mustAdd(service, evening, Dental, 5, newID())
	fmt.Println("Repeat", first.Outcome, again.Outcome, either(again.Sequence == first.Sequence, "same", "different"))
	fmt.Println("Another", another.Outcome, either(another.Sequence > first.Sequence, "later", "not later"))
	slots := list(service, Dental).Slots
	fmt.Println("One", len(slots), slots[0].AppointmentID, slots[0].AppointmentType, slots[0].Capacity, slots[0].Remaining)
	printFault(service, patient, 5)
	printFault(service, admin, 0)
}
