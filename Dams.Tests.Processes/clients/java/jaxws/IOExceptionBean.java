package jaxws;

import javax.xml.bind.annotation.XmlRootElement;

/** The detail of the original's fault, which JAX-WS can't generate for itself with Debian's packages. */
@XmlRootElement(name = "IOException", namespace = "http://dams.ws.com/")
public final class IOExceptionBean {
    public String message;
}
