// The original test scenario with Axis 1.4, and the classes that WSDL2Java makes of the WSDL.
// Usage: Scenario http://host:port/AppointmentService
import dams.*;
import java.net.URI;
import java.util.Arrays;
import java.util.UUID;
import java.util.stream.Collectors;

public final class Scenario {
    private static final String ADMIN = "MTLA1234";
    private static final String PATIENT = "MTLP1234";
    private static final String EVENING = "MTLE210422";
    private static final String MORNING = "MTLM210422";
    private static final AppointmentType PHYSICIAN = AppointmentType.Physician;
    private static final AppointmentType DENTAL = AppointmentType.Dental;

    public static void main(String[] arguments) throws Exception {
        AppointmentPortType port = new AppointmentServiceLocator().getAppointmentSoap11(URI.create(arguments[0]).toURL());
        print("T1", port.addAppointment(ADMIN, EVENING, PHYSICIAN, 2, null).getOutcome());
        print("T2", port.addAppointment(ADMIN, EVENING, PHYSICIAN, 2, null).getOutcome());
        print("T3", port.removeAppointment(ADMIN, EVENING, PHYSICIAN, null).getOutcome());
        print("T4", port.removeAppointment(ADMIN, EVENING, DENTAL, null).getOutcome());
        ListAppointmentAvailabilityResult listed = port.listAppointmentAvailability(ADMIN, DENTAL, null);
        print("T5", listed.getOutcome(), listed.getSlots().length);
        port.addAppointment(ADMIN, EVENING, PHYSICIAN, 2, null);
        port.addAppointment(ADMIN, MORNING, PHYSICIAN, 2, null);
        print("T6", port.bookAppointment(ADMIN, PATIENT, EVENING, PHYSICIAN, null).getOutcome());
        print("T7", port.bookAppointment(ADMIN, PATIENT, EVENING, PHYSICIAN, null).getOutcome());
        GetAppointmentScheduleResult schedule = port.getAppointmentSchedule(ADMIN, PATIENT, null);
        print("T8", schedule.getOutcome(),
            Arrays.stream(schedule.getBookings()).map(Booking::getAppointmentId).collect(Collectors.joining(",")));
        print("T9", port.swapAppointment(ADMIN, PATIENT, EVENING, PHYSICIAN, MORNING, PHYSICIAN, null).getOutcome());
        CancelAppointmentResult cancelled = port.cancelAppointment(ADMIN, PATIENT, MORNING, null);
        print("T10", cancelled.getOutcome(), cancelled.getAppointmentType());
        print("T11", port.cancelAppointment(ADMIN, PATIENT, MORNING, null).getOutcome());

        GetAppointmentScheduleResult empty = port.getAppointmentSchedule(ADMIN, PATIENT, null);
        print("Empty", empty.getOutcome(), empty.getBookings().length);
        String requestId = UUID.randomUUID().toString();
        AddAppointmentResult first = port.addAppointment(ADMIN, EVENING, DENTAL, 5, requestId);
        AddAppointmentResult again = port.addAppointment(ADMIN, EVENING, DENTAL, 5, requestId);
        AddAppointmentResult another = port.addAppointment(ADMIN, EVENING, DENTAL, 5, UUID.randomUUID().toString());
        print("Repeat", first.getOutcome(), again.getOutcome(), again.getSequence() == first.getSequence() ? "same" : "different");
        print("Another", another.getOutcome(), another.getSequence() > first.getSequence() ? "later" : "not later");
        Slot[] slots = port.listAppointmentAvailability(ADMIN, DENTAL, null).getSlots();
        print("One", slots.length, slots[0].getAppointmentId(), slots[0].getAppointmentType(),
            slots[0].getCapacity(), slots[0].getRemaining());
        printFault(port, PATIENT, 5);
        printFault(port, ADMIN, 0);
    }

    private static void printFault(AppointmentPortType port, String caller, int capacity) throws Exception {
        try {
            port.addAppointment(caller, EVENING, DENTAL, capacity, null);
        } catch (DamsFault fault) {
            String code = fault.getCode() + (fault.getField() == null ? "" : " " + fault.getField());
            print("Fault", code, fault.getExecution());
        }
    }

    private static void print(String name, Object... words) {
        System.out.println(name + " " + Arrays.stream(words).map(String::valueOf).collect(Collectors.joining(" ")));
    }
}
