// The original test scenario in a page, for the calls of fetch and of jquery.soap.
'use strict';

const isSoap12 = location.search === '?1.2';
const lines = document.querySelector('pre');
const print = (...words) => { lines.textContent += `${words.join(' ')}\n`; };
const elements = (xml, name) => [...xml.getElementsByTagNameNS('*', name)];
const text = (xml, ...names) => names.flatMap((name) => elements(xml, name)).map((element) => element.textContent).join(' ');

// call(operation, args) gives the document of the answer. At a fault it throws the document.
async function scenario(call) {
  const callerId = 'MTLA1234';
  const patientId = 'MTLP1234';
  const slot = (appointmentId, appointmentType) => ({ callerId, appointmentId, appointmentType });
  const evening = slot('MTLE210422', 'Physician');
  const morning = slot('MTLM210422', 'Physician');

  print('T1', text(await call('AddAppointment', { ...evening, capacity: 2 }), 'outcome'));
  print('T2', text(await call('AddAppointment', { ...evening, capacity: 2 }), 'outcome'));
  print('T3', text(await call('RemoveAppointment', evening), 'outcome'));
  print('T4', text(await call('RemoveAppointment', slot('MTLE210422', 'Dental')), 'outcome'));
  const listed = await call('ListAppointmentAvailability', { callerId, appointmentType: 'Dental' });
  print('T5', text(listed, 'outcome'), elements(listed, 'slot').length);
  await call('AddAppointment', { ...evening, capacity: 2 });
  await call('AddAppointment', { ...morning, capacity: 2 });
  const book = { callerId, patientId, appointmentId: 'MTLE210422', appointmentType: 'Physician' };
  print('T6', text(await call('BookAppointment', book), 'outcome'));
  print('T7', text(await call('BookAppointment', book), 'outcome'));
  const schedule = await call('GetAppointmentSchedule', { callerId, patientId });
  print('T8', text(schedule, 'outcome'), text(schedule, 'appointmentId'));
  print('T9', text(await call('SwapAppointment', {
    callerId,
    patientId,
    oldAppointmentId: 'MTLE210422',
    oldAppointmentType: 'Physician',
    newAppointmentId: 'MTLM210422',
    newAppointmentType: 'Physician',
  }), 'outcome'));
  const cancel = { callerId, patientId, appointmentId: 'MTLM210422' };
  print('T10', text(await call('CancelAppointment', cancel), 'outcome', 'appointmentType'));
  print('T11', text(await call('CancelAppointment', cancel), 'outcome'));

  const empty = await call('GetAppointmentSchedule', { callerId, patientId });
  print('Empty', text(empty, 'outcome'), elements(empty, 'booking').length);
  const add = { ...slot('MTLE210422', 'Dental'), capacity: 5 };
  const requestId = crypto.randomUUID();
  const first = await call('AddAppointment', { ...add, requestId });
  const again = await call('AddAppointment', { ...add, requestId });
  const same = text(again, 'sequence') === text(first, 'sequence');
  print('Repeat', text(first, 'outcome'), text(again, 'outcome'), same ? 'same' : 'another');
  const other = await call('AddAppointment', { ...add, requestId: crypto.randomUUID() });
  const later = Number(text(other, 'sequence')) > Number(text(first, 'sequence'));
  print('Another', text(other, 'outcome'), later ? 'later' : 'same');
  const one = await call('ListAppointmentAvailability', { callerId, appointmentType: 'Dental' });
  print('One', elements(one, 'slot').length, text(one, 'appointmentId', 'appointmentType', 'capacity', 'remaining'));
  for (const wrong of [{ callerId: patientId }, { capacity: 0 }])
    await call('AddAppointment', { ...add, ...wrong }).catch((fault) => print('Fault', text(fault, 'code', 'field', 'execution')));
}

// A page whose script fails shows why.
const run = (call) => scenario(call).catch((error) => print(error instanceof Document ? text(error, 'faultstring', 'Text') : error));
