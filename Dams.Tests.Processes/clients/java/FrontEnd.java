// The original system's contract, called as its own clients do. Usage: FrontEnd http://host:port/FrontEnd?wsdl
import frontend.FrontEndInterface;
import java.net.URI;
import javax.xml.namespace.QName;
import javax.xml.ws.Service;

public final class FrontEnd {
    public static void main(String[] arguments) throws Exception {
        Service service = Service.create(URI.create(arguments[0]).toURL(), new QName("http://dams.ws.com/", "FrontEndImplService"));
        FrontEndInterface frontEnd = service.getPort(FrontEndInterface.class);
        frontEnd.sayHello("MTLA1234");
        System.out.println(frontEnd.receiveRequestFromClient("MTLA1234", "Physician", "MTLE210422", 2, "", 1));
        System.out.println(frontEnd.receiveRequestFromClient("MTLA1234", "Physician", "MTLM210422", 2, "", 1));
        System.out.println(frontEnd.receiveRequestFromClient("MTLP1234", "Physician", "MTLE210422", 0, "", 1));
        System.out.println(frontEnd.receiveRequestForSwap("MTLP1234", "Physician", "MTLE210422", "Physician", "MTLM210422", "", 4));
        System.out.println(frontEnd.receiveRequestFromClient("MTLP1234", "", "MTLM210422", 0, "", 2));
        System.out.println(frontEnd.receiveRequestFromClient("MTLP1234", "Physician", "MTLE210422", 2, "", 9));
    }
}
