// The original test scenario with System.ServiceModel. Usage: dotnet run http://host:port/AppointmentService [1.1|1.2]
using System.ServiceModel;
using System.ServiceModel.Channels;
using System.Text;

const string admin = "MTLA1234";
const string patient = "MTLP1234";
const string evening = "MTLE210422";
const string morning = "MTLM210422";
const AppointmentType physician = AppointmentType.Physician;
const AppointmentType dental = AppointmentType.Dental;

Binding binding = args is [_, "1.2", ..]
    ? new CustomBinding(
        new TextMessageEncodingBindingElement(MessageVersion.CreateVersion(EnvelopeVersion.Soap12, AddressingVersion.None), Encoding.UTF8),
        new HttpTransportBindingElement())
    : new BasicHttpBinding();
using var factory = new ChannelFactory<IAppointmentService>(binding, new EndpointAddress(args[0]));
var service = factory.CreateChannel();

Print("T1", (await service.AddAppointmentAsync(admin, evening, physician, 2)).Outcome);
Print("T2", (await service.AddAppointmentAsync(admin, evening, physician, 2)).Outcome);
Print("T3", (await service.RemoveAppointmentAsync(admin, evening, physician)).Outcome);
Print("T4", (await service.RemoveAppointmentAsync(admin, evening, dental)).Outcome);
var listed = await service.ListAppointmentAvailabilityAsync(admin, dental);
Print("T5", listed.Outcome, listed.Slots!.Length);
await service.AddAppointmentAsync(admin, evening, physician, 2);
await service.AddAppointmentAsync(admin, morning, physician, 2);
Print("T6", (await service.BookAppointmentAsync(admin, patient, evening, physician)).Outcome);
Print("T7", (await service.BookAppointmentAsync(admin, patient, evening, physician)).Outcome);
var schedule = await service.GetAppointmentScheduleAsync(admin, patient);
Print("T8", schedule.Outcome, string.Join(',', schedule.Bookings!.Select(booking => booking.AppointmentId)));
Print("T9", (await service.SwapAppointmentAsync(admin, patient, evening, physician, morning, physician)).Outcome);
var cancelled = await service.CancelAppointmentAsync(admin, patient, morning);
Print("T10", cancelled.Outcome, cancelled.AppointmentTypeSpecified ? cancelled.AppointmentType : "none");
Print("T11", (await service.CancelAppointmentAsync(admin, patient, morning)).Outcome);

var empty = await service.GetAppointmentScheduleAsync(admin, patient);
Print("Empty", empty.Outcome, empty.Bookings!.Length);
var requestId = Guid.NewGuid().ToString();
var first = await service.AddAppointmentAsync(admin, evening, dental, 5, requestId);
var again = await service.AddAppointmentAsync(admin, evening, dental, 5, requestId);
var another = await service.AddAppointmentAsync(admin, evening, dental, 5, Guid.NewGuid().ToString());
Print("Repeat", first.Outcome, again.Outcome, again.Sequence == first.Sequence ? "same" : "different");
Print("Another", another.Outcome, another.Sequence > first.Sequence ? "later" : "not later");
var slots = (await service.ListAppointmentAvailabilityAsync(admin, dental)).Slots!;
Print("One", slots.Length, slots[0].AppointmentId, slots[0].AppointmentType, slots[0].Capacity, slots[0].Remaining);
await PrintFaultAsync(patient, 5);
await PrintFaultAsync(admin, 0);

async Task PrintFaultAsync(string caller, int capacity)
{
    try
    {
        await service.AddAppointmentAsync(caller, evening, dental, capacity);
    }
    catch (FaultException<DamsFault> fault)
    {
        var detail = fault.Detail;
        Print("Fault", detail.Field is null ? detail.Code : $"{detail.Code} {detail.Field}", detail.Execution);
    }
}

static void Print(string name, params object[] words) => Console.WriteLine($"{name} {string.Join(' ', words)}");
