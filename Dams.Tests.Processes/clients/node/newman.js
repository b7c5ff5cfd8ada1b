// The original test scenario as a collection of Postman, run by newman. Usage: node newman.js http://host:port/AppointmentService?wsdl [1.1|1.2]
'use strict';

const newman = require('newman');

const isSoap12 = process.argv[3] === '1.2';
const variable = (key, value) => ({ key, value });

newman.run({
  collection: require('../postman/dams.postman_collection.json'),
  envVar: [
    variable('url', process.argv[2].split('?')[0]),
    variable('envelope', isSoap12 ? 'http://www.w3.org/2003/05/soap-envelope' : 'http://schemas.xmlsoap.org/soap/envelope/'),
    variable('contentType', isSoap12 ? 'application/soap+xml; charset=utf-8' : 'text/xml; charset=utf-8'),
  ],
}).on('assertion', (error, { assertion }) => {
  console.log(error ? `${assertion}: ${error.message}` : assertion);
}).on('done', (error, summary) => {
  for (const failure of error ? [{ error }] : summary.run.failures) {
    console.error(failure.error);
    process.exitCode = 1;
  }
});
