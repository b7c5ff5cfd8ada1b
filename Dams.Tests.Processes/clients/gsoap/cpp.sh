#!/bin/sh
# The original test scenario with gSOAP in C++: makes the stubs, compiles, and calls.
# Usage: cpp.sh http://host:port/AppointmentService?wsdl [1.1|1.2]
set -eu
here=$(dirname "$0")
wsdl=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The stubs of the whole document speak SOAP 1.2, those of the copy with one port SOAP 1.1.
[ "${2:-1.1}" = 1.2 ] || wsdl="$wsdl&soap=1.1"
cp "$here/scenario.cpp" "$work"
cd "$work"
{
  wsdl2h -o dams.h "$wsdl"
  soapcpp2 -j -C -L -x dams.h
} >generated.txt 2>&1 || { cat generated.txt >&2; exit 1; }
g++ -Wall -Wextra -Werror -o scenario scenario.cpp soapC.cpp soapAppointmentSoap11Proxy.cpp -lgsoap++
./scenario "${wsdl%%\?*}"
