// A receiver of webhooks that keeps every request, and answers as it is told.

import { once } from 'node:events';
import http from 'node:http';
import { until } from './wait.mjs';

/** Starts it; `url` is what an app's `webhooks` names. */
export async function startReceiver(after) {
  const receiver = new Receiver();
  receiver.server.listen(0, '127.0.0.1');
  await once(receiver.server, 'listening');
  receiver.url = `http://127.0.0.1:${receiver.server.address().port}/hooks`;
  after(() => {
    receiver.server.closeAllConnections();
    receiver.server.close();
  });
  return receiver;
}

class Receiver {
  /** `{headers, body}` of each request, oldest first; the body as text, untouched. */
  requests = [];
  /** The status of every answer. */
  status = 200;

  constructor() {
    this.server = http.createServer(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      this.requests.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(this.status).end();
    });
  }

  /** Every event so far, oldest first. */
  get events() {
    return this.requests.flatMap(({ body }) => JSON.parse(body).events);
  }

  /** Waits for an event with at least these fields, and returns the request that it came with. */
  async heard(fields) {
    const fits = (event) => Object.entries(fields).every(([name, value]) => event[name] === value);
    const find = () => this.requests.find(({ body }) => JSON.parse(body).events.some(fits));
    return until(find, () => `a webhook ${JSON.stringify(fields)}; got ${JSON.stringify(this.events)}`);
  }
}
