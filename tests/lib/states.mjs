// Walks the page through its states, one after the other, for tests that look at each: axe, sizes, pictures.

import { fillSignUp, openEditor, row, saved } from './browser.mjs';
import { arrive, signUp } from './lobby.mjs';
import { until } from './wait.mjs';

/** A refusal as the server words it (docs/status.md section 0, "Answers"). */
export function refusal(status, error, { field, retryAfter } = {}) {
  return {
    status,
    contentType: 'application/json',
    headers: retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) },
    body: JSON.stringify({ success: false, error, message: error, field, request_id: 'x' }),
  };
}

/**
 * Brings `person`'s browser into every state in turn and calls `visit(page, name)` in each.
 * `server` is this walk's own: it is stopped and started on the way.
 */
export async function walk(person, server, visit) {
  const page = await person.context.newPage();
  await page.clock.install();
  await loading(page, visit);
  await forms(page, server, visit);
  await rooms(page, person, server, visit);
  await outages(page, person, server, visit);
  await refused(page, visit);
  await endings(page, person, visit);
}

async function loading(page, visit) {
  const held = await hold(page, '**/api/session');
  await page.goto('/');
  await page.getByRole('status').first().waitFor();
  await visit(page, 'loading');
  await page.route('**/api/session', (route) => route.fulfill(refusal(500, 'internal')));
  await held.pass();
  await page.reload();
  await page.getByTestId('retry').waitFor();
  await visit(page, 'load-failed');
  await page.unroute('**/api/session');
  await page.getByTestId('retry').click();
}

async function forms(page, server, visit) {
  await page.getByTestId('sign-up').waitFor();
  await visit(page, 'form');
  await fillSignUp(page, '', 'x');
  await page.getByTestId('error').waitFor();
  await visit(page, 'form-name-missing');
  await signUp(server, 'Bo');
  await fillSignUp(page, 'Bo', 'At lunch');
  await until(async () => /in use/.test(await page.getByTestId('error').textContent()), 'the name to be taken');
  await visit(page, 'form-name-taken');
  for (const [name, reply] of [['limited', refusal(429, 'too_many_requests', { retryAfter: 12 })], ['cross-site', refusal(403, 'cross_site')]]) {
    await page.route('**/register', (route) => route.fulfill(reply), { times: 1 });
    await fillSignUp(page, 'Léa Martin', 'Writing the report');
    await page.locator('[data-field="form"]').waitFor();
    await visit(page, `form-${name}`);
    await page.reload();
  }
  await fillSignUp(page, 'Léa Martin', 'Writing the report');
}

async function rooms(page, person, server, visit) {
  await page.getByTestId('alone').waitFor();
  await visit(page, 'alone');
  await arrive(server, 'Minh', 'Reviewing the roster code');
  await row(page, 'Minh').waitFor();
  await visit(page, 'room');
  const field = await openEditor(page);
  await visit(page, 'editing');
  await field.fill('x'.repeat(141));
  await field.press('Enter');
  await page.getByTestId('error').waitFor();
  await visit(page, 'too-long');
  await saves(page, field, visit);
  await page.getByTestId('account').click();
  await visit(page, 'account-menu');
  await page.getByTestId('sign-out-everywhere').click();
  await page.getByTestId('confirm').waitFor();
  await visit(page, 'confirm-everywhere');
  await page.keyboard.press('Escape');
  await page.getByTestId('confirm').waitFor({ state: 'detached' });
  await page.route('**/logout', (route) => route.fulfill(refusal(403, 'cross_site')), { times: 1 });
  await page.getByTestId('sign-out').click();
  await page.locator('[data-field="sign-out"]').waitFor();
  await visit(page, 'sign-out-refused');
}

async function saves(page, field, visit) {
  const held = await hold(page, '**/api/me/status');
  await save(page, 'In a meeting');
  await reached(page, 'saving');
  await visit(page, 'saving');
  await held.pass();
  await saved(page);
  await visit(page, 'saved');
  const outcomes = {
    rejected: refusal(422, 'illegal_character', { field: 'text' }),
    failed: refusal(403, 'cross_site'),
    limited: refusal(429, 'too_many_requests', { retryAfter: 500 }),
    retrying: refusal(503, 'internal'),
  };
  for (const [state, reply] of Object.entries(outcomes)) {
    await page.route('**/api/me/status', (route) => route.fulfill(reply));
    await save(page, `On the phone, ${state}`);
    await reached(page, state);
    await visit(page, `save-${state}`);
    await page.unroute('**/api/me/status');
    if (state === 'limited') await page.clock.fastForward(500_000);
    if (state === 'failed' || state === 'rejected') await page.getByTestId('cancel').click();
    else await saved(page);
  }
}

async function outages(page, person, server, visit) {
  await server.kill();
  for (const [stage, ms] of [['short', 3_000], ['long', 9_000]]) {
    await page.clock.runFor(ms);
    await until(async () => (await page.getByTestId('banner').textContent()) !== '', 'the banner to speak');
    await visit(page, `reconnecting-${stage}`);
  }
  await person.context.setOffline(true);
  await save(page, 'On the train');
  await reached(page, 'offline');
  await visit(page, 'offline');
  await server.start();
  await page.route('**/usersystem/auth', (route) => route.fulfill(refusal(429, 'too_many_requests', { retryAfter: 500 })));
  await person.context.setOffline(false);
  await until(async () => {
    await page.clock.runFor(500);
    return (await page.locator('[data-field="list"]').count()) > 0;
  }, 'the subscription to be limited');
  await visit(page, 'list-limited');
  await page.unroute('**/usersystem/auth');
  await page.locator('[data-field="list"]').getByTestId('retry').click();
  await until(async () => (await page.getByTestId('banner').textContent()) !== '', 'the connection to be back');
  await visit(page, 'back-online');
}

async function refused(page, visit) {
  await saved(page);
  let full = true;
  const error = JSON.stringify({ event: 'pusher:error', data: { code: 4004, message: 'over quota' } });
  await page.routeWebSocket(/\/app\//, (socket) => (full ? socket.send(error) : void socket.connectToServer()));
  await page.reload();
  await until(async () => /4004/.test(await page.getByTestId('banner').textContent()), 'the refusal to be shown');
  await visit(page, 'refused-full');
  full = false;
  await page.getByTestId('banner').getByTestId('retry').click();
  await page.getByTestId('members').waitFor();
}

async function endings(page, person, visit) {
  await (await openEditor(page)).fill('Half typed');
  const jar = await person.jar();
  await jar.post('/logout');
  await page.getByTestId('notice').waitFor();
  await visit(page, 'session-ended');
  await page.getByTestId('remembered').getByTestId('forget-device').click();
  await page.getByTestId('confirm').waitFor();
  await visit(page, 'confirm-forget');
  await page.getByTestId('confirm-yes').click();
  await page.getByTestId('forgotten').waitFor();
  await visit(page, 'forgotten');
}

async function save(page, text) {
  const field = await openEditor(page);
  await field.fill(text);
  await field.press('Enter');
}

function reached(page, state) {
  return page.locator(`[data-testid="save-state"][data-state="${state}"]`).waitFor();
}

/** Holds every request for `glob` back until `pass` is called. */
async function hold(page, glob) {
  const routes = [];
  let open = false;
  const handler = (route) => (open ? route.continue() : void routes.push(route));
  await page.route(glob, handler);
  const pass = async () => {
    open = true;
    for (const route of routes) await route.continue().catch(() => {});
    await page.unroute(glob, handler);
  };
  return { pass };
}
