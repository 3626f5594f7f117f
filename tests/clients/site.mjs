// The site of the scenario: an empty page for browsers, and the endpoints where clients ask for signatures, answered by a server library.

import { once } from 'node:events';
import http from 'node:http';

/** Starts it; `url` is where. The `person` of a request is whoever it says, but `mallory` may do nothing. */
export async function startSite(after, back) {
  const site = http.createServer((request, response) => {
    answer(back, request, response).catch((error) => response.writeHead(500).end(String(error)));
  });
  site.listen(0, '127.0.0.1');
  await once(site, 'listening');
  after(() => {
    site.closeAllConnections();
    site.close();
  });
  return { url: `http://127.0.0.1:${site.address().port}` };
}

async function answer(back, request, response) {
  if (request.method === 'GET') return response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>scenario</title>');
  let body = '';
  for await (const chunk of request) body += chunk;
  const form = new URLSearchParams(body);
  if (form.get('person') === 'mallory') return response.writeHead(403).end('not you');
  const json = await back.ask(request.url === '/user' ? userOf(form) : memberOf(form));
  return response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(json));
}

function userOf(form) {
  return { do: 'authenticate', socket: form.get('socket_id'), user: { id: form.get('person') } };
}

function memberOf(form) {
  const channel = form.get('channel_name');
  const step = { do: 'authorize', socket: form.get('socket_id'), channel };
  if (!channel.startsWith('presence-')) return step;
  const name = form.get('person');
  return { ...step, member: { id: name, info: { name } } };
}

/** The options with which pusher-js asks this site. */
export function asking(site, person) {
  const endpoint = (path) => ({ endpoint: site.url + path, transport: 'ajax', params: { person } });
  return { channelAuthorization: endpoint('/channel'), userAuthentication: endpoint('/user') };
}
