#!/bin/sh
# The original test scenario with Axis 1.4: makes the stubs, compiles, and calls.
# Usage: scenario.sh http://host:port/AppointmentService?wsdl [1.1]
set -eu
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Debian's jar of Axis does not name the jars that it needs.
jars=
for jar in axis axis-jaxrpc axis-saaj commons-discovery commons-logging wsdl4j javax.activation javax.mail; do
  jars="$jars:/usr/share/java/$jar.jar"
done

# Axis reads no binding of SOAP 1.2.
java -cp "$jars" org.apache.axis.wsdl.WSDL2Java -o "$work" -p dams "$1&soap=1.1"
javac -nowarn -Xlint:-options -cp "$jars" -d "$work" "$work"/dams/*.java "$here/Scenario.java" 2>"$work/compiled.txt" \
  || { cat "$work/compiled.txt" >&2; exit 1; }
java -cp "$work:$jars" Scenario "${1%%\?*}"
