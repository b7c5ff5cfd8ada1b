#!/bin/sh
# The original test scenario in Go: compiles, and calls. Usage: scenario.sh http://host:port/AppointmentService?wsdl [1.1|1.2]
set -eu
cd "$(dirname "$0")"
go run . "${1%%\?*}" "${2:-1.1}"
