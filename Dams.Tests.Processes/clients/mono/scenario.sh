#!/bin/sh
# The original test scenario with Mono: makes the stubs, compiles, and calls.
# Usage: scenario.sh http://host:port/AppointmentService?wsdl [1.1|1.2]
set -eu
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ "${2:-1.1}" = 1.2 ] && protocol=SOAP12 || protocol=SOAP
wsdl "-protocol:$protocol" "-out:$work/Dams.cs" "$1" >"$work/generated.txt" 2>&1 || { cat "$work/generated.txt" >&2; exit 1; }
mcs -warnaserror -r:System.Web.Services "-out:$work/Scenario.exe" "$here/Scenario.cs" "$work/Dams.cs"
mono "$work/Scenario.exe" "${1%%\?*}"
