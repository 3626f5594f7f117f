// A proxy that does what misconfigured ones do: it takes off `Upgrade`, or keeps answers back until they end.

import http from 'node:http';

/** Starts one before `server`. `upgrades: false` passes on no `Upgrade`; `holds: true` keeps answers back. It keeps the `{method, url, headers}` of what was asked. */
export async function startMeddler(t, server, { upgrades = true, holds = false } = {}) {
  const { hostname, port } = new URL(server.url);
  const forward = (request) => http.request({ hostname, port, method: request.method, path: request.url, headers: request.headers });
  const asked = [];
  const proxy = http.createServer((request, reply) => {
    asked.push({ method: request.method, url: request.url, headers: request.headers });
    const plain = { ...request.headers };
    delete plain.upgrade;
    delete plain.connection;
    const onward = forward({ method: request.method, url: request.url, headers: plain });
    onward.on('error', () => reply.destroy());
    onward.on('response', (answer) => (holds ? hold(answer, reply) : pass(answer, reply)));
    request.pipe(onward);
    reply.on('close', () => onward.destroy());
  });
  if (upgrades) proxy.on('upgrade', (request, socket) => tunnel(forward(request), socket));
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return { url: `http://127.0.0.1:${proxy.address().port}`, asked };
}

function pass(answer, reply) {
  reply.writeHead(answer.statusCode, answer.rawHeaders);
  answer.pipe(reply);
}

function hold(answer, reply) {
  const chunks = [];
  answer.on('data', (chunk) => chunks.push(chunk));
  answer.on('end', () => reply.writeHead(answer.statusCode, answer.rawHeaders).end(Buffer.concat(chunks)));
}

function tunnel(onward, socket) {
  onward.on('upgrade', (answer, far, head) => {
    const headers = answer.rawHeaders.map((text, index) => (index % 2 ? `${text}\r\n` : `${text}: `)).join('');
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${headers}\r\n`);
    socket.write(head);
    far.pipe(socket).on('error', () => far.destroy());
    socket.pipe(far).on('error', () => socket.destroy());
  });
  onward.on('error', () => socket.destroy());
  onward.end();
}
