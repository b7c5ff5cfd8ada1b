#!/bin/sh
# The original test scenario with KDSoap: makes the classes, compiles, and calls.
# Usage: scenario.sh http://host:port/AppointmentService?wsdl [1.1|1.2]
set -eu
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/scenario.cpp" "$work"
cd "$work"
{
  kdwsdl2cpp -o dams.h "$1"
  kdwsdl2cpp -impl dams.h -o dams.cpp "$1"
  moc dams.h -o moc_dams.cpp
} >generated.txt 2>&1 || { cat generated.txt >&2; exit 1; }
g++ -Wall -Wextra -Werror -fPIC $(pkg-config --cflags Qt5Core) -o scenario scenario.cpp dams.cpp moc_dams.cpp \
  -lkdsoap $(pkg-config --libs Qt5Core)
./scenario "${1%%\?*}" "${2:-1.1}"
