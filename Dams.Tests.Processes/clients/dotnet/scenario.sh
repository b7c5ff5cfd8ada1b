#!/bin/sh
# The original test scenario with .NET: compiles, and calls.
# Usage: scenario.sh http://host:port/AppointmentService?wsdl [1.1|1.2]
set -eu
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here"/*.cs "$here"/*.csproj "$work"
cd "$work"

# Servers of the compiler stay for later builds. They would keep the output of this script open.
dotnet build --nologo -v quiet --disable-build-servers >built.txt 2>&1 || { cat built.txt >&2; exit 1; }
dotnet bin/Debug/net10.0/Scenario.dll "${1%%\?*}" "${2:-1.1}"
