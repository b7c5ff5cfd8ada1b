// The original test scenario with JAX-WS and the classes that wsimport makes of the WSDL.
// Usage: Scenario http://host:port/AppointmentService?wsdl [1.1|1.2]
import dams.*;
import java.net.URI;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

public final class Scenario {
    private static final String ADMIN = "MTLA1234";
    private static final String PATIENT = "MTLP1234";
    private static final String EVENING = "MTLE210422";
    private static final String MORNING = "MTLM210422";

    public static void main(String[] arguments) throws Exception {
        AppointmentService service = new AppointmentService(URI.create(arguments[0]).toURL());
        boolean isSoap12 = arguments.length > 1 && arguments[1].equals("1.2");
        AppointmentPortType port = isSoap12 ? service.getAppointmentSoap12() : service.getAppointmentSoap11();
        AppointmentType physician = AppointmentType.PHYSICIAN;

        print("T1", port.addAppointment(ADMIN, EVENING, physician, 2, null).getOutcome().value());
        print("T2", port.addAppointment(ADMIN, EVENING, physician, 2, null).getOutcome().value());
        print("T3", port.removeAppointment(ADMIN, EVENING, physician, null).getOutcome().value());
        print("T4", port.removeAppointment(ADMIN, EVENING, AppointmentType.DENTAL, null).getOutcome().value());
        ListAppointmentAvailabilityResult listed = port.listAppointmentAvailability(ADMIN, AppointmentType.DENTAL, null);
        print("T5", listed.getOutcome().value() + " " + listed.getSlots().getSlot().size());
        port.addAppointment(ADMIN, EVENING, physician, 2, null);
        port.addAppointment(ADMIN, MORNING, physician, 2, null);
        print("T6", port.bookAppointment(ADMIN, PATIENT, EVENING, physician, null).getOutcome().value());
        print("T7", port.bookAppointment(ADMIN, PATIENT, EVENING, physician, null).getOutcome().value());
        GetAppointmentScheduleResult schedule = port.getAppointmentSchedule(ADMIN, PATIENT, null);
        print("T8", schedule.getOutcome().value() + " "
            + schedule.getBookings().getBooking().stream().map(Booking::getAppointmentId).collect(Collectors.joining(",")));
        print("T9", port.swapAppointment(ADMIN, PATIENT, EVENING, physician, MORNING, physician, null).getOutcome().value());
        CancelAppointmentResult cancelled = port.cancelAppointment(ADMIN, PATIENT, MORNING, null);
        print("T10", cancelled.getOutcome().value() + " " + cancelled.getAppointmentType().getValue().value());
        print("T11", port.cancelAppointment(ADMIN, PATIENT, MORNING, null).getOutcome().value());

        GetAppointmentScheduleResult empty = port.getAppointmentSchedule(ADMIN, PATIENT, null);
        print("Empty", empty.getOutcome().value() + " " + empty.getBookings().getBooking().size());
        AppointmentType dental = AppointmentType.DENTAL;
        String requestId = UUID.randomUUID().toString();
        AddAppointmentResult first = port.addAppointment(ADMIN, EVENING, dental, 5, requestId);
        AddAppointmentResult again = port.addAppointment(ADMIN, EVENING, dental, 5, requestId);
        print("Repeat", first.getOutcome().value() + " " + again.getOutcome().value() + " "
            + (again.getSequence() == first.getSequence() ? "same" : "another"));
        AddAppointmentResult other = port.addAppointment(ADMIN, EVENING, dental, 5, UUID.randomUUID().toString());
        print("Another", other.getOutcome().value() + " " + (other.getSequence() > first.getSequence() ? "later" : "same"));
        List<Slot> slots = port.listAppointmentAvailability(ADMIN, dental, null).getSlots().getSlot();
        Slot one = slots.get(0);
        print("One", slots.size() + " " + one.getAppointmentId() + " " + one.getAppointmentType().value() + " " + one.getCapacity()
            + " " + one.getRemaining());
        add(port, PATIENT, 5);
        add(port, ADMIN, 0);
    }

    private static void add(AppointmentPortType port, String caller, int capacity) {
        try {
            port.addAppointment(caller, EVENING, AppointmentType.DENTAL, capacity, null);
        } catch (DamsFault_Exception fault) {
            DamsFault detail = fault.getFaultInfo();
            String field = detail.getField() == null ? "" : " " + detail.getField();
            print("Fault", detail.getCode().value() + field + " " + detail.getExecution().value());
        }
    }

    private static void print(String name, String text) {
        System.out.println(name + " " + text);
    }
}
