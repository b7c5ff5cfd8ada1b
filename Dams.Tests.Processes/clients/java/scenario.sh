#!/bin/sh
# The original test scenario with JAX-WS. Usage: scenario.sh http://host:port/AppointmentService?wsdl [1.1|1.2]
exec sh "$(dirname "$0")/run.sh" Scenario dams "$@"
