#!/bin/sh
# The original test scenario with curl and sed. Usage: scenario.sh http://host:port/AppointmentService?wsdl [1.1|1.2]
set -eu
address=${1%%\?*}
case ${2:-1.1} in
  1.2) envelope=http://www.w3.org/2003/05/soap-envelope type=application/soap+xml ;;
  *) envelope=http://schemas.xmlsoap.org/soap/envelope/ type=text/xml ;;
esac

# call OPERATION NAME VALUE ...: prints the answer, a fault included, which has status 500. The parameters are in the schema's order.
call() {
  operation=$1
  shift
  parameters=
  while [ $# -gt 0 ]; do
    parameters="$parameters<$1>$2</$1>"
    shift 2
  done
  curl -sS "$address" -H "Content-Type: $type; charset=utf-8" -d "<s:Envelope xmlns:s=\"$envelope\"><s:Body>
    <$operation xmlns=\"http://dams.example.org/appointments/v1\">$parameters</$operation></s:Body></s:Envelope>"
}

# values NAME: the content of each element of that name on standard input, a line for each.
values() {
  grep -o "<$1>[^<]*" | cut -d '>' -f 2
}

outcome() {
  call "$@" | values outcome
}

# count NAME: how many elements of that name are on standard input.
count() {
  { grep -o "<$1>" || true; } | wc -l
}

admin=MTLA1234 patient=MTLP1234 evening=MTLE210422 morning=MTLM210422
echo "T1 $(outcome AddAppointment callerId $admin appointmentId $evening appointmentType Physician capacity 2)"
echo "T2 $(outcome AddAppointment callerId $admin appointmentId $evening appointmentType Physician capacity 2)"
echo "T3 $(outcome RemoveAppointment callerId $admin appointmentId $evening appointmentType Physician)"
echo "T4 $(outcome RemoveAppointment callerId $admin appointmentId $evening appointmentType Dental)"
listed=$(call ListAppointmentAvailability callerId $admin appointmentType Dental)
echo "T5 $(echo "$listed" | values outcome) $(echo "$listed" | count slot)"
call AddAppointment callerId $admin appointmentId $evening appointmentType Physician capacity 2 >/dev/null
call AddAppointment callerId $admin appointmentId $morning appointmentType Physician capacity 2 >/dev/null
echo "T6 $(outcome BookAppointment callerId $admin patientId $patient appointmentId $evening appointmentType Physician)"
echo "T7 $(outcome BookAppointment callerId $admin patientId $patient appointmentId $evening appointmentType Physician)"
schedule=$(call GetAppointmentSchedule callerId $admin patientId $patient)
echo "T8 $(echo "$schedule" | values outcome) $(echo "$schedule" | values appointmentId | paste -sd , -)"
echo "T9 $(outcome SwapAppointment callerId $admin patientId $patient oldAppointmentId $evening oldAppointmentType Physician \
  newAppointmentId $morning newAppointmentType Physician)"
cancelled=$(call CancelAppointment callerId $admin patientId $patient appointmentId $morning)
echo "T10 $(echo "$cancelled" | values outcome) $(echo "$cancelled" | values appointmentType)"
echo "T11 $(outcome CancelAppointment callerId $admin patientId $patient appointmentId $morning)"

empty=$(call GetAppointmentSchedule callerId $admin patientId $patient)
echo "Empty $(echo "$empty" | values outcome) $(echo "$empty" | count booking)"
add="callerId $admin appointmentId $evening appointmentType Dental capacity 5"
id=$(cat /proc/sys/kernel/random/uuid)
# The words of $add are separate arguments.
# shellcheck disable=SC2086
{
  first=$(call AddAppointment $add requestId "$id")
  again=$(call AddAppointment $add requestId "$id")
  other=$(call AddAppointment $add requestId "$id-2")
}
number=$(echo "$first" | values sequence)
same=$([ "$(echo "$again" | values sequence)" = "$number" ] && echo same || echo another)
echo "Repeat $(echo "$first" | values outcome) $(echo "$again" | values outcome) $same"
later=$([ "$(echo "$other" | values sequence)" -gt "$number" ] && echo later || echo same)
echo "Another $(echo "$other" | values outcome) $later"
one=$(call ListAppointmentAvailability callerId $admin appointmentType Dental)
echo "One $(echo "$one" | count slot) $(for name in appointmentId appointmentType capacity remaining; do
  echo "$one" | values $name
done | paste -sd ' ' -)"
for wrong in "callerId $patient appointmentId $evening appointmentType Dental capacity 5" \
  "callerId $admin appointmentId $evening appointmentType Dental capacity 0"; do
  # shellcheck disable=SC2086
  fault=$(call AddAppointment $wrong)
  echo "Fault $(for name in code field execution; do
    echo "$fault" | values $name
  done | paste -sd ' ' -)"
done
