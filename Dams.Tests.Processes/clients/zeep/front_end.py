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
