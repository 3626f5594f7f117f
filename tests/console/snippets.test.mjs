// The programs of Getting started run exactly as the page shows them, and do what it says.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { publish } from '../lib/api.mjs';
import { launch, profile } from '../lib/browser.mjs';
import { Operator, setUp } from '../lib/operator.mjs';
import { build } from '../lib/rust-project.mjs';
import { startServer } from '../lib/server.mjs';
import { CLIPBOARD, copied, directoryOf, openPrograms, run, serveProgram, servePage } from '../lib/snippets.mjs';
import { connect } from '../lib/socket.mjs';
import { until } from '../lib/wait.mjs';

const PYTHON = fileURLToPath(new URL('../../.venv/bin/python', import.meta.url));
/** Each back end: the file that it is saved as, what it says, and how it is run in its directory. */
const BACK_ENDS = {
  node: ['publish.mjs', 'Node', (cwd) => run(process.execPath, ['publish.mjs'], { cwd })],
  python: ['publish.py', 'Python', (cwd) => run(PYTHON, ['publish.py'], { cwd })],
  curl: ['publish.sh', 'curl', (cwd) => run('bash', ['publish.sh'], { cwd })],
  rust: ['main.rs', 'Rust', async (cwd, text) => run(await build(text), [], { cwd })],
};

const browser = await launch(after);
const server = await startServer({ after });
const { page, app } = await newConsole();

for (const [back, [file, name, start]] of Object.entries(BACK_ENDS)) {
  test(`the ${name} program publishes as it is shown`, async (t) => {
    await openPrograms(page, app.id, { back });
    const text = await copied(page, file);
    const socket = await connect(server, { app });
    t.after(() => socket.drop());
    await socket.subscribe('my-channel');
    const said = await start(await directoryOf(t, { [file]: text }), text);
    assert.match(said, /sent\n$/);
    const event = await socket.take('my-event', `the event of ${name}`);
    assert.equal(event.channel, 'my-channel');
    assert.deepEqual(JSON.parse(event.data), { message: `Hello from ${name}` });
  });
}

test('the page in plain JavaScript receives as it is shown, from whatever server', async (t) => {
  await openPrograms(page, app.id, { front: 'vanilla' });
  const visitor = await visit(t, await servePage(t, await copied(page, 'index.html')));
  await visitor.getByText('subscribed to my-channel').waitFor();
  assert.equal(await visitor.locator('#state').textContent(), 'connected');
  await publish(server, app, 'my-channel', 'my-event', '{"message":"Hello from a test"}');
  await visitor.getByText('Hello from a test').waitFor();
});

test('the page with private and presence channels and its back end work as they are shown', async (t) => {
  await openPrograms(page, app.id, { front: 'private' });
  const site = await serveProgram(t, { 'index.html': await copied(page, 'index.html'), 'server.mjs': await copied(page, 'server.mjs') });
  const visitor = await visit(t, site);
  await visitor.getByText('subscribed to private-my-channel').waitFor();
  await visitor.getByText('1 here').waitFor();

  // Somebody else, who does by hand what the page does.
  const socket = await connect(server, { app });
  t.after(() => socket.drop());
  await socket.subscribe('private-my-channel');
  assert.equal((await socket.join('presence-my-channel', 'ana', { name: 'Ana' })).count, 2);
  await visitor.getByText('somebody came').waitFor();
  socket.send('client-hello', { message: 'Hello from a socket' }, 'private-my-channel');
  await visitor.getByText('Hello from a socket').waitFor();
  await visitor.locator('#hello').click();
  const event = await socket.take('client-hello', 'the client event of the page');
  assert.deepEqual(JSON.parse(event.data), { message: 'Hello from another page' });
});

/** An operator's console in the browser, and an app of theirs with client events, which one of the pages sends. */
async function newConsole() {
  const person = await profile({ after }, browser, server, CLIPBOARD);
  const page = await person.open('/console');
  await setUp(page, server);
  const operator = await Operator.of(person);
  return { page, app: await operator.newApp('My app', { client_events: true }) };
}

/** Opens somebody's site in a browser that has nothing of the console's. */
async function visit(t, url) {
  const context = await browser.newContext();
  t.after(() => context.close());
  const visitor = await context.newPage();
  await visitor.goto(url);
  await until(async () => (await visitor.locator('#state').textContent()) === 'connected', 'the page to connect');
  return visitor;
}
