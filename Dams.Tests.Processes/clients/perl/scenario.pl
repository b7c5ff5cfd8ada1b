# The original test scenario with SOAP::Lite, which is given the namespace and reads no WSDL.
# Usage: perl scenario.pl http://host:port/AppointmentService?wsdl [1.1|1.2]
use strict;
use warnings;
use SOAP::Lite;

my ($wsdl, $version) = @ARGV;
my ($address) = split /\?/, $wsdl;
# The version comes first: the envelope's namespace is chosen when the rest is set up.
my $soap = SOAP::Lite->soapversion($version // '1.1')->default_ns('http://dams.example.org/appointments/v1')->proxy($address);

# The parameters are pairs, in the order of the schema. The answer to a fault has no result.
sub call {
    my ($operation, @pairs) = @_;
    my @data;
    while (my ($name, $value) = splice @pairs, 0, 2) {
        push @data, SOAP::Data->name($name => $value);
    }
    return $soap->call($operation, @data);
}

sub outcome { return call(@_)->result->{outcome} }

my ($admin, $patient) = ('MTLA1234', 'MTLP1234');
my @evening = (callerId => $admin, appointmentId => 'MTLE210422', appointmentType => 'Physician');
my @morning = (callerId => $admin, appointmentId => 'MTLM210422', appointmentType => 'Physician');
my @own = (callerId => $admin, patientId => $patient);
my @list = (callerId => $admin, appointmentType => 'Dental');

print 'T1 ', outcome('AddAppointment', @evening, capacity => 2), "\n";
print 'T2 ', outcome('AddAppointment', @evening, capacity => 2), "\n";
print 'T3 ', outcome('RemoveAppointment', @evening), "\n";
print 'T4 ', outcome('RemoveAppointment', @evening[0 .. 3], appointmentType => 'Dental'), "\n";
my $listed = call('ListAppointmentAvailability', @list);
print 'T5 ', $listed->result->{outcome}, ' ', scalar(my @none = $listed->valueof('//slots/slot')), "\n";
call('AddAppointment', @evening, capacity => 2);
call('AddAppointment', @morning, capacity => 2);
my @book = (@own, appointmentId => 'MTLE210422', appointmentType => 'Physician');
print 'T6 ', outcome('BookAppointment', @book), "\n";
print 'T7 ', outcome('BookAppointment', @book), "\n";
my $schedule = call('GetAppointmentSchedule', @own);
print 'T8 ', $schedule->result->{outcome}, ' ', join(',', map { $_->{appointmentId} } $schedule->valueof('//bookings/booking')), "\n";
print 'T9 ', outcome(
    'SwapAppointment', @own,
    oldAppointmentId => 'MTLE210422', oldAppointmentType => 'Physician',
    newAppointmentId => 'MTLM210422', newAppointmentType => 'Physician'), "\n";
my $cancelled = call('CancelAppointment', @own, appointmentId => 'MTLM210422')->result;
print "T10 $cancelled->{outcome} $cancelled->{appointmentType}\n";
print 'T11 ', outcome('CancelAppointment', @own, appointmentId => 'MTLM210422'), "\n";

my $empty = call('GetAppointmentSchedule', @own);
print 'Empty ', $empty->result->{outcome}, ' ', scalar(@none = $empty->valueof('//bookings/booking')), "\n";
my @add = (@evening[0 .. 3], appointmentType => 'Dental', capacity => 5);
my $id = join '-', 'perl', time, $$;
my $first = call('AddAppointment', @add, requestId => $id)->result;
my $again = call('AddAppointment', @add, requestId => $id)->result;
print "Repeat $first->{outcome} $again->{outcome} ", $again->{sequence} == $first->{sequence} ? 'same' : 'another', "\n";
my $other = call('AddAppointment', @add, requestId => "$id-2")->result;
print "Another $other->{outcome} ", $other->{sequence} > $first->{sequence} ? 'later' : 'same', "\n";
my @slots = call('ListAppointmentAvailability', @list)->valueof('//slots/slot');
print join(' ', 'One', scalar @slots, map { $slots[0]{$_} } qw(appointmentId appointmentType capacity remaining)), "\n";
for my $wrong ([callerId => $patient, @add[2 .. 7]], [@add[0 .. 5], capacity => 0]) {
    my $detail = call('AddAppointment', @$wrong)->valueof('//DamsFault');
    print join(' ', grep { defined } 'Fault', $detail->{code}, $detail->{field}, $detail->{execution}), "\n";
}
