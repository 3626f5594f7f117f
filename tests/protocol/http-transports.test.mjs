// The HTTP transports on bare requests: docs/protocol.md section 5, appendix A items 119 to 145.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { BRIEF, DISABLED, LIVELY, MAIN, ORIGIN, QUOTA, keyOf } from '../lib/apps.mjs';
import { publish } from '../lib/api.mjs';
import { nextEvent, pusherClient, pusherFor } from '../lib/pusher.mjs';
import { startProtocolServer } from '../lib/protocol.mjs';
import { open, request, session } from '../lib/session.mjs';
import { authorize } from '../lib/sign.mjs';
import { connect } from '../lib/socket.mjs';
import { until, within } from '../lib/wait.mjs';

const server = await startProtocolServer(after);
const PARTS = 520;
const PRELUDE = 'h'.repeat(2048);
const ESTABLISHED = /^a\["\{\\"event\\":\\"pusher:connection_established\\",\\"data\\":\\"\{\\\\\\"socket_id\\\\\\":\\\\\\"\d+\.\d+\\\\\\",\\\\\\"activity_timeout\\\\\\":30\}\\"\}"\]$/;

test('p119 a preflight needs no session and allows POST and content-type from anywhere', async () => {
  for (const path of ['xhr', 'xhr_streaming', 'xhr_send']) {
    const target = `/pusher/app/${keyOf(MAIN).key}/1/preflight/${path}?t=1&n=1`;
    const headers = { Origin: 'https://page.example', 'Access-Control-Request-Method': 'POST' };
    const plain = await request(server, 'OPTIONS', target, { headers });
    assert.equal(plain.status, 204);
    assert.equal(plain.headers['access-control-allow-origin'], '*');
    assert.match(plain.headers['access-control-allow-methods'], /POST/);
    assert.equal(plain.headers['access-control-allow-headers'], 'content-type');
    assert.equal(plain.headers['access-control-max-age'], '86400');
    const asked = await request(server, 'OPTIONS', target, { headers: { ...headers, 'Access-Control-Request-Headers': 'content-type,x-own' } });
    assert.equal(asked.headers['access-control-allow-headers'], 'content-type,x-own');
  }
});

for (const transport of ['xhr_streaming', 'xhr_polling']) {
  test(`p120 p121 p122 trap32 pusher-js connects, hears and speaks over ${transport}`, async (t) => {
    const client = pusherClient(t, server, MAIN, { enabledTransports: [transport] });
    await nextEvent(client.connection, 'connected');
    assert.equal(client.connection.connection.transport.name, transport);
    const channel = client.subscribe(`p121-${transport}`);
    await nextEvent(channel, 'pusher:subscription_succeeded');
    const heard = nextEvent(channel, 'my-event');
    await pusherFor(server, MAIN).trigger(`p121-${transport}`, 'my-event', { hello: 'wörld 😀' });
    assert.deepEqual(await heard, { hello: 'wörld 😀' });
  });
}

test('p123 p125 p142 a stream begins with 2 KiB, o and connection_established, and is not to be kept', async () => {
  const { answer } = await open(server);
  assert.deepEqual(answer.lines.slice(0, 2), [PRELUDE, 'o']);
  assert.match(answer.lines[2], ESTABLISHED);
  assert.equal(answer.status, 200);
  assert.match(answer.headers['content-type'], /^application\/javascript; charset=utf-8$/i);
  assert.match(answer.headers['cache-control'], /no-store/);
  assert.equal(answer.headers['access-control-allow-origin'], '*');
  assert.equal(answer.headers['content-encoding'], undefined);
  assert.equal(answer.headers['x-accel-buffering'], 'no');
});

test('p124 the first poll returns o and connection_established and ends', async () => {
  const lines = await session(server).receive('xhr').rest();
  assert.equal(lines[0], 'o');
  assert.match(lines[1], ESTABLISHED);
  assert.equal(lines.length, 2);
});

test('p126 no line is ever empty', async () => {
  const { session: own, answer } = await open(server);
  await own.subscribe('p126');
  await own.take(answer, 'pusher_internal:subscription_succeeded');
  for (const data of ['', '\n', '\n\n', '"\\n"']) await publish(server, MAIN, 'p126', 'e', data);
  for (const data of ['', '\n', '\n\n', '"\\n"']) assert.equal((await answer.frame()).data, data);
  assert.ok(answer.lines.every((line) => line !== ''));
});

test('p127 a stream has a heartbeat, whose answer is accepted with 204', async () => {
  const { session: own, answer } = await open(server, { app: LIVELY });
  for (let beats = 0; beats < 3; beats += 1) {
    assert.equal(await answer.line('a heartbeat'), 'h');
    const reply = await own.sendBody('[]');
    assert.equal(reply.status, 204);
    assert.equal(reply.text, '');
    assert.match(reply.headers['content-type'], /^text\/plain; charset=utf-8$/i);
  }
});

test('p22 p127 a stream that does not answer its heartbeat is closed with 4201', async () => {
  const { answer } = await open(server, { app: LIVELY });
  assert.deepEqual(await answer.rest(), ['h', 'c[4201,"Pong reply not received in time"]']);
});

test('p128 the empty send of a streaming client produces no heartbeat', async () => {
  const { session: own, answer } = await open(server);
  for (let sends = 0; sends < 5; sends += 1) assert.equal((await own.sendBody('[]')).status, 204);
  await own.send({ event: 'pusher:ping', data: {} });
  assert.equal((await answer.frame()).event, 'pusher:pong');
  assert.equal(answer.lines.filter((line) => line === 'h').length, 0);
});

test('p129 p131 a poll is held until there is something to say, or the client asks for a sign of life', async () => {
  const { session: own, answer } = await open(server, { transport: 'xhr' });
  await answer.rest();
  await own.subscribe('p129');
  assert.equal((await own.take(own.receive('xhr'), 'pusher_internal:subscription_succeeded')).channel, 'p129');
  const held = own.receive('xhr');
  await own.sendBody('[]');
  assert.deepEqual(await held.rest(), ['h']);
  const next = own.receive('xhr');
  await publish(server, MAIN, 'p129', 'news', '1');
  assert.equal((await next.frame()).data, '1');
  assert.deepEqual(await next.rest(), []);
});

test('p134 p135 what is published while nobody asks is delivered in order to the next request', async () => {
  for (const transport of ['xhr', 'xhr_streaming']) {
    const { session: own, answer } = await open(server, { transport });
    await own.subscribe('presence-p135', JSON.stringify({ user_id: 'ana' }));
    const joined = transport === 'xhr' ? own.receive('xhr') : answer;
    await own.take(joined, 'pusher_internal:subscription_succeeded');
    if (transport === 'xhr_streaming') await hangUp(answer, 'presence-p135');
    else await joined.rest();
    const numbers = Array.from({ length: 20 }, (_, number) => String(number));
    for (const number of numbers) await publish(server, MAIN, 'presence-p135', 'n', number);
    const next = own.receive(transport);
    const heard = [];
    while (heard.at(-1) !== numbers.at(-1)) heard.push((await next.frame()).data);
    assert.deepEqual(heard.filter((data) => data !== 'fence'), numbers);
    assert.ok(!next.lines.includes('o'), 'the session goes on');
    assert.ok(!next.text.includes('connection_established'));
    next.abort();
  }
});

/** Ends a stream, and waits until the server knows: what it writes before that is lost on the way (5.6 rule 5). From then on it is behind with what is published. */
async function hangUp(answer, channel) {
  const behind = async () => Number(/^rollcall_queue_bytes (\d+)$/m.exec((await request(server, 'GET', '/metrics')).text)[1]);
  const before = await behind();
  answer.abort();
  await until(async () => {
    await publish(server, MAIN, channel, 'n', 'fence');
    return (await behind()) > before;
  }, 'the server to notice the end of the stream');
}

test('p136 a session that does not come back leaves its channels', async () => {
  const watcher = await connect(server, { app: BRIEF });
  await watcher.subscribe('presence-p136', { member: { user_id: 'bo' } });
  const { session: own, answer } = await open(server, { app: BRIEF });
  await own.subscribe('presence-p136', JSON.stringify({ user_id: 'ana' }));
  assert.equal(JSON.parse((await watcher.expect('pusher_internal:member_added')).data).user_id, 'ana');
  answer.abort();
  assert.equal(JSON.parse((await watcher.expect('pusher_internal:member_removed')).data).user_id, 'ana');
  const late = own.receive('xhr_streaming');
  assert.equal(await late.line(), PRELUDE);
  assert.equal(await late.line(), 'o', 'it is forgotten, and its client is to find out');
});

test('p137 a second request supersedes the first without a close', async () => {
  const { session: own, answer } = await open(server);
  const second = own.receive('xhr_streaming');
  assert.deepEqual(await answer.rest(), []);
  await own.send({ event: 'pusher:ping', data: {} });
  assert.equal((await second.frame()).event, 'pusher:pong');
  assert.ok(!second.lines.includes('o'));

  const { session: polling, answer: first } = await open(server, { transport: 'xhr' });
  await first.rest();
  const held = polling.receive('xhr');
  // Polls of one session may come over different sockets; the first has to be there before the second.
  await polling.sendBody('["{}"]');
  assert.equal((await held.frame()).event, 'pusher:error');
  const [one, two] = [polling.receive('xhr'), polling.receive('xhr')];
  const ended = await Promise.race([one.rest(), two.rest()]);
  assert.deepEqual(ended, ['h']);
  for (const poll of [one, two]) poll.abort();
});

test('p138 an unknown key is refused in the answer, and pusher-js gives up with 4001', async (t) => {
  const text = `App key nobody does not exist here. Did you set the right host and key?`;
  const stream = session(server, { key: 'nobody' }).receive('xhr_streaming');
  assert.deepEqual(await stream.rest(), [PRELUDE, 'o', `c[4001,${JSON.stringify(text)}]`]);
  const poll = session(server, { key: 'nobody' }).receive('xhr');
  assert.deepEqual(await poll.rest(), ['o', `c[4001,${JSON.stringify(text)}]`]);
  for (const transport of ['xhr_streaming', 'xhr_polling']) {
    const nobody = { ...MAIN, keys: [{ key: 'nobody', secret: 'x' }] };
    const client = pusherClient(t, server, nobody, { enabledTransports: [transport] });
    const error = nextEvent(client.connection, 'error');
    await nextEvent(client.connection, 'disconnected');
    assert.equal((await error).error.data.code, 4001);
  }
});

test('section 1.2: the checks at the door are those of a WebSocket', async () => {
  const refused = async (options, receive) => {
    const lines = await session(server, options).receive('xhr', receive).rest();
    return JSON.parse(lines.at(-1).slice(1))[0];
  };
  assert.equal(await refused({ app: DISABLED }), 4003);
  assert.equal(await refused({ query: 'client=js' }), 4008);
  assert.equal(await refused({ query: 'protocol=3' }), 4007);
  assert.equal(await refused({ app: ORIGIN }, { headers: { Origin: 'https://evil.example' } }), 4009);
  const { answer } = await open(server, { app: QUOTA });
  assert.equal(await refused({ app: QUOTA }), 4004, 'p143 a session counts');
  answer.abort();
});

test('p140 p141 a send to nobody is 404, a broken one 400, and neither harms a session', async () => {
  assert.equal((await session(server).sendBody('[]')).status, 404);
  const { session: own, answer } = await open(server);
  for (const body of ['', '{', '{}', '[1]', '"text"', '[["a"]]', '\u0000']) {
    const reply = await own.sendBody(body);
    assert.equal(reply.status, 400, body);
    assert.equal(reply.headers['access-control-allow-origin'], '*');
  }
  assert.equal((await own.sendBody(`["${'x'.repeat(300_000)}"]`)).status, 413);
  for (const type of ['text/plain', 'application/xml', undefined]) {
    const headers = type === undefined ? {} : { 'Content-Type': type };
    const sent = await own.sendBody(JSON.stringify([JSON.stringify({ event: 'pusher:ping', data: {} })]), headers);
    assert.equal(sent.status, 204);
    assert.equal((await answer.frame()).event, 'pusher:pong');
  }
});

test('p143 a session is excluded by its socket id and held to the rate of client events', async () => {
  const { session: own, answer } = await open(server);
  const other = await connect(server);
  await own.subscribe('private-p143');
  await own.take(answer, 'pusher_internal:subscription_succeeded');
  await other.subscribe('private-p143');
  await publish(server, MAIN, 'private-p143', 'e', '1', { socket_id: own.id });
  await publish(server, MAIN, 'private-p143', 'e', '2');
  assert.equal((await answer.frame()).data, '2');
  const event = { event: 'client-e', channel: 'private-p143', data: '{}' };
  await own.send(...Array.from({ length: 11 }, () => event));
  const error = await answer.frame();
  assert.equal(error.data.code, 4301);
});

test('section 5.8: what a session sends while it is not listened to, for it churns, is taken when that ends', async () => {
  const { session: own, answer } = await open(server);
  const [channel, member] = ['presence-churned', JSON.stringify({ user_id: 'ana' })];
  const auth = authorize(keyOf(MAIN), own.id, channel, member);
  const round = [
    { event: 'pusher:subscribe', data: { channel, auth, channel_data: member } },
    { event: 'pusher:unsubscribe', data: { channel } },
  ];
  await own.send(...Array(10).fill(round).flat());
  const sent = await within(own.send({ event: 'pusher:ping', data: {} }), 'the end of the hold');
  assert.equal(sent.status, 204);
  await own.take(answer, 'pusher:pong');
});

test('p144 every spelling of the path reaches the session', async () => {
  const { session: own, answer } = await open(server);
  for (const prefix of ['', '/pusher', '/', '/pusher/']) {
    own.base = own.base.replace(/^.*?\/app/, `${prefix}/app`);
    await own.send({ event: 'pusher:ping', data: {} });
    assert.equal((await answer.frame()).event, 'pusher:pong', prefix);
  }
});

test('section 5.9: a session over its limit is closed with 4100, and told so when it asks', async () => {
  const { session: own, answer } = await open(server, { transport: 'xhr' });
  await answer.rest();
  await own.subscribe('p189');
  await own.take(own.receive('xhr'), 'pusher_internal:subscription_succeeded');
  for (let events = 0; events < 130; events += 1) await publish(server, MAIN, 'p189', 'e', 'x'.repeat(9_000));
  // What one shard publishes another may not have yet.
  await until(async () => /^rollcall_slow_readers_total [1-9]/m.test((await request(server, 'GET', '/metrics')).text), 'the close');
  for (let asked = 0; asked < 2; asked += 1) {
    assert.deepEqual((await own.receive('xhr').rest()).map((line) => line.slice(0, 60)), ['c[4100,"Client reads too slowly"]']);
  }
});

test('p133 5 MB through one stream of pusher-js arrive whole and in order, over several requests', async (t) => {
  const before = await streams();
  const client = pusherClient(t, server, MAIN, { enabledTransports: ['xhr_streaming'] });
  await nextEvent(client.connection, 'connected');
  const socketId = client.connection.socket_id;
  const channel = client.subscribe('p133');
  await nextEvent(channel, 'pusher:subscription_succeeded');
  const text = '"\\' + 'é😀 plain text, '.repeat(470);
  const [heard, whole] = gather(channel, PARTS);
  for (let number = 0; number < PARTS; number += 1) await publish(server, MAIN, 'p133', 'part', JSON.stringify({ number, text }));
  await within(whole, () => `${PARTS} parts; ${heard.length} came`, 60_000);
  assert.deepEqual(heard.map(({ number }) => number), Array.from({ length: PARTS }, (_, number) => number));
  assert.ok(heard.every((part) => part.text === text));
  assert.equal(client.connection.socket_id, socketId);
  const requests = (await streams()) - before;
  assert.ok(requests > 10, `${requests} requests`);
});

test('p139 a draining node says 4200, and pusher-js comes back at once', async (t) => {
  const own = await startProtocolServer((end) => t.after(end));
  const clients = ['xhr_streaming', 'xhr_polling'].map((transport) => pusherClient(t, own, MAIN, { enabledTransports: [transport] }));
  await Promise.all(clients.map((client) => nextEvent(client.connection, 'connected')));
  await until(async () => (await count('xhr', own)) >= 2, 'a poll to be held');
  const codes = clients.map((client) => nextEvent(client.connection, 'error'));
  const back = clients.map((client) => nextEvent(client.connection, 'connecting'));
  assert.equal(await own.terminate(), 0, own.log);
  for (const code of codes) assert.equal((await code).data.code, 4200);
  await Promise.all(back);
});

test('p139 a poll that comes just after the draining began is told so too', async (t) => {
  const own = await startProtocolServer((end) => t.after(end));
  const { session: late, answer } = await open(own, { transport: 'xhr' });
  await answer.rest();
  const stream = await open(own);
  own.child.kill('SIGTERM');
  const close = 'c[4200,"Please reconnect immediately"]';
  assert.deepEqual((await stream.answer.rest()).at(-1), close);
  assert.deepEqual(await late.receive('xhr', { agent: false }).rest(), [close]);
  assert.equal((await within(own.exited, 'the end of the process')).code, 0, own.log);
});

test('p145 after a restart a polling client recovers by itself', async (t) => {
  const own = await startProtocolServer((end) => t.after(end));
  const client = pusherClient(t, own, MAIN, { enabledTransports: ['xhr_polling'] });
  await nextEvent(client.connection, 'connected');
  const channel = client.subscribe('p145');
  await nextEvent(channel, 'pusher:subscription_succeeded');
  const again = nextEvent(channel, 'pusher:subscription_succeeded', 30_000);
  await own.restart();
  await again;
});

test('p130 an idle pusher-js stays connected on both transports', async (t) => {
  const idle = { activityTimeout: 500, pongTimeout: 5_000 };
  const clients = ['xhr_streaming', 'xhr_polling'].map((transport) =>
    pusherClient(t, server, LIVELY, { ...idle, enabledTransports: [transport] }),
  );
  await Promise.all(clients.map((client) => nextEvent(client.connection, 'connected')));
  const changes = [];
  for (const client of clients) client.connection.bind('state_change', (change) => changes.push(change));
  const sends = await count('xhr_send');
  await until(async () => (await count('xhr_send')) >= sends + 12, 'a dozen signs of life');
  assert.deepEqual(changes, []);
});

/** Gathers the parts of a channel: those heard so far, and a promise of all of them. */
function gather(channel, parts) {
  const heard = [];
  const whole = new Promise((resolve) => {
    channel.bind('part', (part) => {
      heard.push(part);
      if (heard.length === parts) resolve();
    });
  });
  return [heard, whole];
}

/** How many streams were asked for. */
function streams() {
  return count('xhr_streaming');
}

/** How many requests of that kind were answered. */
async function count(last, from = server) {
  const { text } = await request(from, 'GET', '/metrics');
  const lines = text.split('\n').filter((line) => line.startsWith('rollcall_http_requests_total{') && line.includes(`/${last}"`));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
