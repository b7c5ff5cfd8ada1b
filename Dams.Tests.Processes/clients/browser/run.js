// Opens a page of this folder in Chromium, with the service at the page's own origin, and prints the text of its element "pre".
// Usage: node run.js PAGE http://host:port/AppointmentService?wsdl [1.1|1.2]
'use strict';

const { execFile } = require('child_process');
const fs = require('fs');
const http = require('http');
const path = require('path');

const [page, wsdl, version] = process.argv.slice(2);
const target = new URL(wsdl);
const folders = [__dirname, path.join(__dirname, '..', 'node', 'node_modules')];

const server = http.createServer((request, response) => {
  const url = new URL(request.url, 'http://localhost');
  if (url.pathname === target.pathname) {
    const { method, headers } = request;
    request.pipe(http.request(new URL(request.url, target), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    }));
    return;
  }

  const file = folders.map((folder) => path.join(folder, url.pathname)).find((candidate) => fs.existsSync(candidate));
  response.writeHead(file ? 200 : 404, { 'Content-Type': file && file.endsWith('.html') ? 'text/html; charset=utf-8' : 'text/javascript' });
  response.end(file ? fs.readFileSync(file) : '');
});

server.listen(0, '127.0.0.1', () => {
  const address = `http://127.0.0.1:${server.address().port}/${page}?${version || '1.1'}`;
  // Virtual time stands still while a request is under way, so the page has all the time that it needs.
  const options = ['--headless', '--no-sandbox', '--disable-gpu', '--virtual-time-budget=60000', '--dump-dom', address];
  execFile('chromium', options, (error, printed, errors) => {
    const text = /<pre>([^<]*)/.exec(printed);
    process.stdout.write(text ? text[1] : '');
    if (error || !text) {
      process.stderr.write(`${error} ${errors}`);
      process.exitCode = 1;
    }

    server.close();
    server.closeAllConnections();
  });
});
