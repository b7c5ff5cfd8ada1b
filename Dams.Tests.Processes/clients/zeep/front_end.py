"""The original system's contract with zeep. Usage: python3 front_end.py http://host:port/FrontEnd?wsdl"""
import sys

from zeep import Client

service = Client(sys.argv[1]).service
service.sayHello("MTLA1234")
print(service.receiveRequestFromClient("MTLA1234", "Physician", "MTLE210422", 2, "", 1))
print(service.receiveRequestFromClient("MTLA1234", "Physician", "MTLM210422", 2, "", 1))
print(service.receiveRequestFromClient("MTLP1234", "Physician", "MTLE210422", 0, "", 1))
print(service.receiveRequestForSwap("MTLP1234", "Physician", "MTLE210422", "Physician", "MTLM210422", "", 4))
print(service.receiveRequestFromClient("MTLP1234", "", "MTLM210422", 0, "", 2))
print(service.receiveRequestFromClient("MTLP1234", "Physician", "MTLE210422", 2, "", 9))

# Texts instead of numbers that are not used, and ids and types as people type them.
print(service.receiveRequestFromClient(" mtlp1234", "null", "null", "", "null", " +3 "))
print(service.receiveRequestFromClient("mtla1234", "physician ", "", "", "", "3"))
print(service.receiveRequestFromClient("MTLA1234", "SURGEON", "mtlm210422", "", "", ""))
