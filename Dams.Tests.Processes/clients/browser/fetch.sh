#!/bin/sh
# The original test scenario with fetch in Chromium. Usage: fetch.sh http://host:port/AppointmentService?wsdl [1.1|1.2]
exec node "$(dirname "$0")/run.js" fetch.html "$@"
