#!/bin/sh
# Runs a client with JAX-WS: makes the stubs, compiles, and calls. Usage: run.sh CLASS PACKAGE http://host:port/Service?wsdl [1.1|1.2]
set -eu
here=$(dirname "$0")
class=$1
package=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Debian's jars of the reference implementation, which has not been part of Java since 11; they name those that they need.
jars=/usr/share/java/jaxws-rt.jar:/usr/share/java/jaxb-runtime.jar

# To wsimport, SOAP 1.2 is an extension.
wsimport -quiet -extension -Xnocompile -p "$package" -s "$work" "$1" >"$work/wsimport.txt" 2>&1 || { cat "$work/wsimport.txt" >&2; exit 1; }
javac -nowarn -cp "$jars" -sourcepath "$here" -d "$work" "$work/$package"/*.java "$here/$class.java"
java -cp "$work:$jars" "$class" "$@"
