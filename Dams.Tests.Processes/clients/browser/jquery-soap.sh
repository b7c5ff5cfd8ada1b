#!/bin/sh
# The original test scenario with jquery.soap in Chromium. Usage: jquery-soap.sh http://host:port/AppointmentService?wsdl [1.1|1.2]
exec node "$(dirname "$0")/run.js" jquery-soap.html "$@"
