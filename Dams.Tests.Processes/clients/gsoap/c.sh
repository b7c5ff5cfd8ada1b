#!/bin/sh
# The original test scenario with gSOAP in C: makes the stubs, compiles, and calls.
# Usage: c.sh http://host:port/AppointmentService?wsdl [1.1|1.2]
set -eu
here=$(dirname "$0")
wsdl=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The stubs of the whole document speak SOAP 1.2, those of the copy with one port SOAP 1.1.
[ "${2:-1.1}" = 1.2 ] || wsdl="$wsdl&soap=1.1"
cp "$here/scenario.c" "$work"
cd "$work"
{
  wsdl2h -c -o dams.h "$wsdl"
  soapcpp2 -c -C -L -x dams.h
} >generated.txt 2>&1 || { cat generated.txt >&2; exit 1; }
gcc -Wall -Wextra -Werror -o scenario scenario.c soapC.c soapClient.c -lgsoap
./scenario "${wsdl%%\?*}"
