#!/bin/sh
# The original system's contract with JAX-WS. Usage: front-end.sh http://host:port/FrontEnd?wsdl
exec sh "$(dirname "$0")/run.sh" FrontEnd frontend "$1"
