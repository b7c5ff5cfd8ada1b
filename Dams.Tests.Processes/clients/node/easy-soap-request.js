// The original test scenario with the package "easy-soap-request".
// Usage: node easy-soap-request.js http://host:port/AppointmentService?wsdl [1.1|1.2]
'use strict';

const { randomUUID } = require('crypto');
const soapRequest = require('easy-soap-request');

const url = process.argv[2].split('?')[0];
const [envelope, type] = process.argv[3] === '1.2'
  ? ['http://www.w3.org/2003/05/soap-envelope', 'application/soap+xml']
  : ['http://schemas.xmlsoap.org/soap/envelope/', 'text/xml'];

// Keys are sent in the order given. A fault has status 500, at which the package throws.
async function call(operation, args) {
  const parameters = Object.entries(args).map(([name, value]) => `<${name}>${value}</${name}>`).join('');
  const xml = `<s:Envelope xmlns:s="${envelope}"><s:Body><${operation} xmlns="http://dams.example.org/appointments/v1">${parameters}`
    + `</${operation}></s:Body></s:Envelope>`;
  const { response } = await soapRequest({ url, headers: { 'Content-Type': `${type}; charset=utf-8` }, xml });
  return response.body;
}

const values = (xml, name) => [...xml.matchAll(new RegExp(`<${name}>([^<]*)`, 'g'))].map((found) => found[1]);
const text = (xml, ...names) => names.flatMap((name) => values(xml, name)).join(' ');

async function main() {
  const callerId = 'MTLA1234';
  const patientId = 'MTLP1234';
  const slot = (appointmentId, appointmentType) => ({ callerId, appointmentId, appointmentType });
  const evening = slot('MTLE210422', 'Physician');
  const morning = slot('MTLM210422', 'Physician');

  console.log('T1', text(await call('AddAppointment', { ...evening, capacity: 2 }), 'outcome'));
  console.log('T2', text(await call('AddAppointment', { ...evening, capacity: 2 }), 'outcome'));
  console.log('T3', text(await call('RemoveAppointment', evening), 'outcome'));
  console.log('T4', text(await call('RemoveAppointment', slot('MTLE210422', 'Dental')), 'outcome'));
  const listed = await call('ListAppointmentAvailability', { callerId, appointmentType: 'Dental' });
  console.log('T5', text(listed, 'outcome'), values(listed, 'slot').length);
  await call('AddAppointment', { ...evening, capacity: 2 });
  await call('AddAppointment', { ...morning, capacity: 2 });
  const book = { callerId, patientId, appointmentId: 'MTLE210422', appointmentType: 'Physician' };
  console.log('T6', text(await call('BookAppointment', book), 'outcome'));
  console.log('T7', text(await call('BookAppointment', book), 'outcome'));
  const schedule = await call('GetAppointmentSchedule', { callerId, patientId });
  console.log('T8', text(schedule, 'outcome'), values(schedule, 'appointmentId').join(','));
  console.log('T9', text(await call('SwapAppointment', {
    callerId,
    patientId,
    oldAppointmentId: 'MTLE210422',
    oldAppointmentType: 'Physician',
    newAppointmentId: 'MTLM210422',
    newAppointmentType: 'Physician',
  }), 'outcome'));
  const cancel = { callerId, patientId, appointmentId: 'MTLM210422' };
  console.log('T10', text(await call('CancelAppointment', cancel), 'outcome', 'appointmentType'));
  console.log('T11', text(await call('CancelAppointment', cancel), 'outcome'));

  const empty = await call('GetAppointmentSchedule', { callerId, patientId });
  console.log('Empty', text(empty, 'outcome'), values(empty, 'booking').length);
  const add = { ...slot('MTLE210422', 'Dental'), capacity: 5 };
  const requestId = randomUUID();
  const first = await call('AddAppointment', { ...add, requestId });
  const again = await call('AddAppointment', { ...add, requestId });
  const same = text(again, 'sequence') === text(first, 'sequence');
  console.log('Repeat', text(first, 'outcome'), text(again, 'outcome'), same ? 'same' : 'another');
  const other = await call('AddAppointment', { ...add, requestId: randomUUID() });
  const later = Number(text(other, 'sequence')) > Number(text(first, 'sequence'));
  console.log('Another', text(other, 'outcome'), later ? 'later' : 'same');
  const one = await call('ListAppointmentAvailability', { callerId, appointmentType: 'Dental' });
  console.log('One', values(one, 'slot').length, text(one, 'appointmentId', 'appointmentType', 'capacity', 'remaining'));
  for (const wrong of [{ callerId: patientId }, { capacity: 0 }]) {
    try {
      await call('AddAppointment', { ...add, ...wrong });
    } catch (error) {
      console.log('Fault', text(error.response.data, 'code', 'field', 'execution'));
    }
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
