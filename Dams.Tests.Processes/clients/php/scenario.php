<?php
// The original test scenario with PHP's SoapClient. Usage: php scenario.php http://host:port/AppointmentService?wsdl [1.1|1.2]
ini_set('soap.wsdl_cache_enabled', '0');
$client = new SoapClient($argv[1], [
    'soap_version' => ($argv[2] ?? '1.1') === '1.2' ? SOAP_1_2 : SOAP_1_1,
    'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
    'cache_wsdl' => WSDL_CACHE_NONE,
    'exceptions' => true,
]);

function call(SoapClient $client, string $operation, array $arguments): stdClass
{
    return $client->__soapCall($operation, [$arguments])->result;
}

$admin = 'MTLA1234';
$patient = 'MTLP1234';
$evening = ['callerId' => $admin, 'appointmentId' => 'MTLE210422', 'appointmentType' => 'Physician'];
$morning = ['callerId' => $admin, 'appointmentId' => 'MTLM210422', 'appointmentType' => 'Physician'];
$own = ['callerId' => $admin, 'patientId' => $patient];

echo 'T1 ', call($client, 'AddAppointment', $evening + ['capacity' => 2])->outcome, "\n";
echo 'T2 ', call($client, 'AddAppointment', $evening + ['capacity' => 2])->outcome, "\n";
echo 'T3 ', call($client, 'RemoveAppointment', $evening)->outcome, "\n";
echo 'T4 ', call($client, 'RemoveAppointment', ['appointmentType' => 'Dental'] + $evening)->outcome, "\n";
$listed = call($client, 'ListAppointmentAvailability', ['callerId' => $admin, 'appointmentType' => 'Dental']);
echo 'T5 ', $listed->outcome, ' ', count($listed->slots->slot ?? []), "\n";
call($client, 'AddAppointment', $evening + ['capacity' => 2]);
call($client, 'AddAppointment', $morning + ['capacity' => 2]);
$book = $own + ['appointmentId' => 'MTLE210422', 'appointmentType' => 'Physician'];
echo 'T6 ', call($client, 'BookAppointment', $book)->outcome, "\n";
echo 'T7 ', call($client, 'BookAppointment', $book)->outcome, "\n";
$schedule = call($client, 'GetAppointmentSchedule', $own);
echo 'T8 ', $schedule->outcome, ' ', implode(',', array_map(fn ($booking) => $booking->appointmentId, $schedule->bookings->booking ?? [])), "\n";
echo 'T9 ', call($client, 'SwapAppointment', $own + [
    'oldAppointmentId' => 'MTLE210422', 'oldAppointmentType' => 'Physician',
    'newAppointmentId' => 'MTLM210422', 'newAppointmentType' => 'Physician',
])->outcome, "\n";
$cancelled = call($client, 'CancelAppointment', $own + ['appointmentId' => 'MTLM210422']);
echo 'T10 ', $cancelled->outcome, ' ', $cancelled->appointmentType, "\n";
echo 'T11 ', call($client, 'CancelAppointment', $own + ['appointmentId' => 'MTLM210422'])->outcome, "\n";

$empty = call($client, 'GetAppointmentSchedule', $own);
echo 'Empty ', $empty->outcome, ' ', count($empty->bookings->booking ?? []), "\n";
$add = ['appointmentType' => 'Dental', 'capacity' => 5] + $evening;
$id = uniqid('php-', true);
$first = call($client, 'AddAppointment', $add + ['requestId' => $id]);
$again = call($client, 'AddAppointment', $add + ['requestId' => $id]);
echo 'Repeat ', $first->outcome, ' ', $again->outcome, ' ', $again->sequence == $first->sequence ? 'same' : 'another', "\n";
$other = call($client, 'AddAppointment', $add + ['requestId' => "$id-2"]);
echo 'Another ', $other->outcome, ' ', $other->sequence > $first->sequence ? 'later' : 'same', "\n";
$slots = call($client, 'ListAppointmentAvailability', ['callerId' => $admin, 'appointmentType' => 'Dental'])->slots->slot;
echo implode(' ', ['One', count($slots), ...array_values((array) $slots[0])]), "\n";
foreach ([['callerId' => $patient] + $add, ['capacity' => 0] + $add] as $wrong) {
    try {
        call($client, 'AddAppointment', $wrong);
    } catch (SoapFault $fault) {
        $detail = $fault->detail->DamsFault;
        echo implode(' ', array_filter(['Fault', $detail->code, $detail->field ?? '', $detail->execution])), "\n";
    }
}
