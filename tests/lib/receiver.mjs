// A receiver of webhooks: it keeps every request as it came, and answers as it is told.

import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import { until } from './wait.mjs';

/**
 * Starts it; `url` is what an app's `webhooks` names. `answer` gets each request and those before it, and says the
 * status; 0 cuts the connection.
 */
export async function startReceiver(after, answer = () => 200) {
  const receiver = new Receiver(answer);
  receiver.server.listen(0, '127.0.0.1');
  await once(receiver.server, 'listening');
  receiver.url = `http://127.0.0.1:${receiver.server.address().port}/hooks`;
  after(() => {
    receiver.server.closeAllConnections();
    receiver.server.close();
  });
  return receiver;
}

/** The hex HMAC-SHA256 of a body (docs/protocol.md section 7). */
export function webhookSignature(secret, body) {
  return createHmac('sha256', secret).update(body).digest('hex');
}

class Receiver {
  /** `{headers, body, id, time_ms, events, status, at}` of each request, oldest first; the body as text, untouched. */
  requests = [];

  constructor(answer) {
    this.answer = answer;
    this.server = http.createServer(async (request, response) => {
      const kept = await read(request);
      kept.status = this.answer(kept, this.requests);
      this.requests.push(kept);
      if (kept.status === 0) request.socket.destroy();
      else response.writeHead(kept.status).end();
    });
  }

  /** Every event of a request that was taken, oldest first, repeats included. */
  get events() {
    return this.requests.filter(({ status }) => status >= 200 && status < 300).flatMap(({ events }) => events);
  }

  /** Waits until so many events were taken, and returns them. */
  async take(count) {
    await until(() => this.events.length >= count, () => `${count} events; got ${JSON.stringify(this.events)}`);
    return this.events;
  }

  /** Waits for an event with at least these fields, and returns the request that it came with. */
  async heard(fields) {
    const fits = (event) => Object.entries(fields).every(([name, value]) => event[name] === value);
    const find = () => this.requests.find(({ events }) => events.some(fits));
    return until(find, () => `a webhook ${JSON.stringify(fields)}; got ${JSON.stringify(this.events)}`);
  }
}

async function read(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString();
  const { headers } = request;
  return { headers, body, id: headers['rollcall-webhook-id'], at: performance.now(), ...JSON.parse(body) };
}
