// The original test scenario with Mono, and the class that Mono's wsdl makes of the WSDL.
// Usage: Scenario.exe http://host:port/AppointmentService
using System;
using System.Linq;
using System.Runtime.InteropServices;
using System.Web.Services.Protocols;

public static class Scenario
{
    private const string Admin = "MTLA1234";
    private const string Patient = "MTLP1234";
    private const string Evening = "MTLE210422";
    private const string Morning = "MTLM210422";
    private const AppointmentType Physician = AppointmentType.Physician;
    private const AppointmentType Dental = AppointmentType.Dental;

    public static void Main(string[] arguments)
    {
        var service = new AppointmentService { Url = arguments[0] };
        Print("T1", service.AddAppointment(Admin, Evening, Physician, 2, null).outcome);
        Print("T2", service.AddAppointment(Admin, Evening, Physician, 2, null).outcome);
        Print("T3", service.RemoveAppointment(Admin, Evening, Physician, null).outcome);
        Print("T4", service.RemoveAppointment(Admin, Evening, Dental, null).outcome);
        var listed = service.ListAppointmentAvailability(Admin, Dental, null);
        Print("T5", listed.outcome, listed.slots.Length);
        service.AddAppointment(Admin, Evening, Physician, 2, null);
        service.AddAppointment(Admin, Morning, Physician, 2, null);
        Print("T6", service.BookAppointment(Admin, Patient, Evening, Physician, null).outcome);
        Print("T7", service.BookAppointment(Admin, Patient, Evening, Physician, null).outcome);
        var schedule = service.GetAppointmentSchedule(Admin, Patient, null);
        Print("T8", schedule.outcome, string.Join(",", schedule.bookings.Select(booking => booking.appointmentId)));
        Print("T9", service.SwapAppointment(Admin, Patient, Evening, Physician, Morning, Physician, null).outcome);
        var cancelled = service.CancelAppointment(Admin, Patient, Morning, null);
        Print("T10", cancelled.outcome, cancelled.appointmentType);
        Print("T11", service.CancelAppointment(Admin, Patient, Morning, null).outcome);

        var empty = service.GetAppointmentSchedule(Admin, Patient, null);
        Print("Empty", empty.outcome, empty.bookings.Length);
        var requestId = Guid.NewGuid().ToString();
        var first = service.AddAppointment(Admin, Evening, Dental, 5, requestId);
        var again = service.AddAppointment(Admin, Evening, Dental, 5, requestId);
        var another = service.AddAppointment(Admin, Evening, Dental, 5, Guid.NewGuid().ToString());
        Print("Repeat", first.outcome, again.outcome, again.sequence == first.sequence ? "same" : "different");
        Print("Another", another.outcome, another.sequence > first.sequence ? "later" : "not later");
        var slots = service.ListAppointmentAvailability(Admin, Dental, null).slots;
        Print("One", slots.Length, slots[0].appointmentId, slots[0].appointmentType, slots[0].capacity, slots[0].remaining);
        PrintFault(() => service.AddAppointment(Patient, Evening, Dental, 5, null));
        PrintFault(() => service.AddAppointment(Admin, Evening, Dental, 0, null));

        // Mono 6.8 now and then aborts in its own shutdown while a thread of the HTTP client still ends.
        _exit(0);
    }

    [DllImport("libc")]
    private static extern void _exit(int code);

    // Mono's wsdl makes no class for the detail of a fault.
    private static void PrintFault(Action call)
    {
        try
        {
            call();
        }
        catch (SoapException fault)
        {
            var detail = fault.Detail["DamsFault", "http://dams.example.org/appointments/v1"];
            var field = detail["field"];
            Print("Fault", detail["code"].InnerText + (field == null ? "" : " " + field.InnerText), detail["execution"].InnerText);
        }
    }

    private static void Print(string name, params object[] words)
    {
        Console.WriteLine(name + " " + string.Join(" ", words));
    }
}
