// The original system's contract, called as its own clients do. Usage: FrontEnd http://host:port/FrontEnd?wsdl
import frontend.FrontEndInterface;
import frontend.IOException_Exception;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import javax.jws.WebService;
import javax.jws.soap.SOAPBinding;
import javax.xml.namespace.QName;
import javax.xml.ws.Service;

public final class FrontEnd {
    private static final QName SERVICE = new QName("http://dams.ws.com/", "FrontEndImplService");
    private static final Logger LOGGER = Logger.getLogger("com.sun.xml.ws");

    // JAX-WS looks for this class by its name. The compiler finds it here.
    static final Class<?> BEAN = jaxws.IOExceptionBean.class;

    public static void main(String[] arguments) throws Exception {
        URL wsdl = URI.create(arguments[0]).toURL();
        callGenerated(Service.create(wsdl, SERVICE).getPort(FrontEndInterface.class));
        List<String> warnings = listen();
        callOriginal(Service.create(wsdl, SERVICE).getPort(Original.class));
        if (!warnings.isEmpty()) {
            throw new IllegalStateException(String.join("; ", warnings));
        }
    }

    // The stubs are made from the WSDL. Their checked exception is there because the WSDL declares the original's fault.
    private static void callGenerated(FrontEndInterface frontEnd) throws IOException_Exception {
        frontEnd.sayHello("MTLA1234");
        System.out.println(frontEnd.receiveRequestFromClient("MTLA1234", "Physician", "MTLE210422", 2, "", 1));
        System.out.println(frontEnd.receiveRequestFromClient("MTLA1234", "Physician", "MTLM210422", 2, "", 1));
        System.out.println(frontEnd.receiveRequestFromClient("MTLP1234", "Physician", "MTLE210422", 0, "", 1));
        System.out.println(frontEnd.receiveRequestForSwap("MTLP1234", "Physician", "MTLE210422", "Physician", "MTLM210422", "", 4));
        System.out.println(frontEnd.receiveRequestFromClient("MTLP1234", "", "MTLM210422", 0, "", 2));
        System.out.println(frontEnd.receiveRequestFromClient("MTLP1234", "Physician", "MTLE210422", 2, "", 9));
    }

    // The original's clients have its interface instead of stubs. Ids and types are as people type them.
    private static void callOriginal(Original frontEnd) throws IOException {
        frontEnd.sayHello("MTLP1234");
        System.out.println(frontEnd.receiveRequestFromClient(" mtlp1234", "", "", 0, "", 3));
        System.out.println(frontEnd.receiveRequestFromClient("mtla1234", "physician ", "", 0, "", 3));
        System.out.println(frontEnd.receiveRequestFromClient("MTLA1234", "SURGEON", "mtlm210422", 0, "", 0));
    }

    // JAX-WS logs a warning if the interface declares a fault that the WSDL does not.
    private static List<String> listen() {
        List<String> warnings = new ArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                if (line.getLevel().intValue() >= Level.WARNING.intValue()) {
                    warnings.add(line.getMessage());
                }
            }

            @Override
            public void flush() {
            }

            @Override
            public void close() {
            }
        };
        LOGGER.addHandler(handler);
        return warnings;
    }

    @WebService(name = "FrontEndInterface", targetNamespace = "http://dams.ws.com/")
    @SOAPBinding(style = SOAPBinding.Style.RPC)
    public interface Original {
        String receiveRequestFromClient(
            String userID, String appointmentType, String appointmentID, int capacity, String patientID, int menuOption) throws IOException;

        String receiveRequestForSwap(
            String userID, String oldAppointmentType, String oldAppointmentID, String newAppointmentType, String newAppointmentID,
            String patientID, int menuOption) throws IOException;

        void sayHello(String userID);
    }
}
