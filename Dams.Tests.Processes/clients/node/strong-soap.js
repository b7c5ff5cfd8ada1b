// The original test scenario with the package "strong-soap". Usage: node strong-soap.js http://host:port/AppointmentService?wsdl [1.1|1.2]
'use strict';

const { randomUUID } = require('crypto');
const { soap } = require('strong-soap');

// The package takes the first service's first port that fits; a document with one port leaves no choice.
const version = process.argv[3] || '1.1';
const url = `${process.argv[2]}&soap=${version}`;

async function main() {
  const client = await new Promise((resolve, reject) => {
    soap.createClient(url, { forceSoap12Headers: version === '1.2' }, (error, made) => (error ? reject(error) : resolve(made)));
  });
  const call = (operation, args) => new Promise((resolve, reject) => {
    client[operation](args, (error, answer) => (error ? reject(error) : resolve(answer.result)));
  });
  const many = (wrapper, name) => (wrapper && wrapper[name] ? [].concat(wrapper[name]) : []);
  const callerId = 'MTLA1234';
  const patientId = 'MTLP1234';
  const slot = (appointmentId, appointmentType) => ({ callerId, appointmentId, appointmentType });
  const evening = slot('MTLE210422', 'Physician');
  const morning = slot('MTLM210422', 'Physician');

  console.log('T1', (await call('AddAppointment', { ...evening, capacity: 2 })).outcome);
  console.log('T2', (await call('AddAppointment', { ...evening, capacity: 2 })).outcome);
  console.log('T3', (await call('RemoveAppointment', evening)).outcome);
  console.log('T4', (await call('RemoveAppointment', slot('MTLE210422', 'Dental'))).outcome);
  const listed = await call('ListAppointmentAvailability', { callerId, appointmentType: 'Dental' });
  console.log('T5', listed.outcome, many(listed.slots, 'slot').length);
  await call('AddAppointment', { ...evening, capacity: 2 });
  await call('AddAppointment', { ...morning, capacity: 2 });
  const book = { callerId, patientId, appointmentId: 'MTLE210422', appointmentType: 'Physician' };
  console.log('T6', (await call('BookAppointment', book)).outcome);
  console.log('T7', (await call('BookAppointment', book)).outcome);
  const schedule = await call('GetAppointmentSchedule', { callerId, patientId });
  console.log('T8', schedule.outcome, many(schedule.bookings, 'booking').map((booking) => booking.appointmentId).join(','));
  console.log('T9', (await call('SwapAppointment', {
    callerId,
    patientId,
    oldAppointmentId: 'MTLE210422',
    oldAppointmentType: 'Physician',
    newAppointmentId: 'MTLM210422',
    newAppointmentType: 'Physician',
  })).outcome);
  const cancel = { callerId, patientId, appointmentId: 'MTLM210422' };
  const cancelled = await call('CancelAppointment', cancel);
  console.log('T10', cancelled.outcome, cancelled.appointmentType);
  console.log('T11', (await call('CancelAppointment', cancel)).outcome);

  const empty = await call('GetAppointmentSchedule', { callerId, patientId });
  console.log('Empty', empty.outcome, many(empty.bookings, 'booking').length);
  const add = { ...slot('MTLE210422', 'Dental'), capacity: 5 };
  const requestId = randomUUID();
  const first = await call('AddAppointment', { ...add, requestId });
  const again = await call('AddAppointment', { ...add, requestId });
  console.log('Repeat', first.outcome, again.outcome, Number(again.sequence) === Number(first.sequence) ? 'same' : 'another');
  const other = await call('AddAppointment', { ...add, requestId: randomUUID() });
  console.log('Another', other.outcome, Number(other.sequence) > Number(first.sequence) ? 'later' : 'same');
  const slots = many((await call('ListAppointmentAvailability', { callerId, appointmentType: 'Dental' })).slots, 'slot');
  console.log('One', slots.length, slots[0].appointmentId, slots[0].appointmentType, Number(slots[0].capacity), Number(slots[0].remaining));
  for (const wrong of [{ callerId: patientId }, { capacity: 0 }]) {
    try {
      await call('AddAppointment', { ...add, ...wrong });
    } catch (error) {
      const fault = error.root.Envelope.Body.Fault;
      const detail = (fault.detail || fault.Detail).DamsFault;
      console.log(['Fault', detail.code, detail.field, detail.execution].filter(Boolean).join(' '));
    }
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
