/** When the page comes back: after an interruption, after a refusal, and how it asks to join. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { authorize } from '../status/model/api';
import { Link } from './link';

const { FakePusher } = vi.hoisted(() => {
  /** What `Link` uses of pusher-js; `emit` plays the server's part. */
  class FakePusher {
    readonly handlers = new Map<string, (value: unknown) => void>();
    readonly connection = {
      bind: (event: string, handler: (value: unknown) => void) => void this.handlers.set(event, handler),
    };
    attempts = 0;
    key: string;
    readonly authorize: (wish: { socketId: string; channelName: string }, done: (error: unknown) => void) => void;

    constructor(key: string, options: { channelAuthorization: { customHandler: FakePusher['authorize'] } }) {
      this.key = key;
      this.authorize = options.channelAuthorization.customHandler;
    }

    connect(): void {
      this.attempts += 1;
      this.emit('state_change', { current: 'connecting' });
    }

    switchCluster({ appKey }: { appKey: string }): void {
      this.key = appKey;
      this.connect();
    }

    disconnect(): void {
      this.emit('state_change', { current: 'disconnected' });
    }

    emit(event: string, value: unknown): void {
      this.handlers.get(event)?.(value);
    }
  }
  return { FakePusher };
});

vi.mock('pusher-js', () => ({ default: FakePusher }));

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('window', { location: new URL('http://rollcall.example/') });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function linked() {
  const link = new Link('key', authorize);
  const pusher = link.pusher as unknown as InstanceType<typeof FakePusher>;
  const refuse = (code = 4009) => {
    pusher.emit('error', { error: { data: { code } } });
    pusher.emit('state_change', { current: 'disconnected' });
  };
  return { link, pusher, refuse };
}

const LONG_MS = 60_000;

test('c17 a refusal that seems no reason to stay away is followed by one attempt', () => {
  const { link, pusher, refuse } = linked();
  refuse();
  expect(link.state.value).toMatchObject({ kind: 'refused', code: 4009 });
  link.resume('key');
  vi.advanceTimersToNextTimer();
  expect(pusher.attempts).toBe(1);
  expect(link.state.value.kind).toBe('connecting');
});

test('c17 a second refusal in a row is final, also when the connection opened in between', () => {
  const { link, pusher, refuse } = linked();
  refuse();
  link.resume('key');
  vi.advanceTimersToNextTimer();
  pusher.emit('state_change', { current: 'connected' });
  refuse();
  link.resume('key');
  vi.advanceTimersByTime(LONG_MS);
  expect(pusher.attempts).toBe(1);
  expect(link.state.value).toMatchObject({ kind: 'refused', code: 4009 });
});

test('c17 once the list was live again, the next refusal is a first one', () => {
  const { link, pusher, refuse } = linked();
  refuse();
  link.resume('key');
  vi.advanceTimersToNextTimer();
  link.handleLive();
  refuse();
  link.resume('key');
  vi.advanceTimersToNextTimer();
  expect(pusher.attempts).toBe(2);
});

test('c17 another key of the app is dialled with at once, however often that happens, and its attempt is given time', () => {
  const { link, pusher, refuse } = linked();
  for (const [count, key] of ['second', 'third'].entries()) {
    refuse(4001);
    link.resume(key);
    expect([pusher.key, pusher.attempts, link.state.value.kind]).toEqual([key, count + 1, 'connecting']);
    expect((link.nextAttemptMs.value ?? 0) - Date.now()).toBeGreaterThanOrEqual(2_000);
  }
});

test('c17 a link that is not refused keeps its key', () => {
  const { link, pusher } = linked();
  pusher.emit('state_change', { current: 'connected' });
  link.resume('second');
  expect(pusher.key).toBe('key');
});

/** The waits before the attempts that follow a lost connection, with the same chance each time. */
function waits(chance: number, attempts: number): number[] {
  vi.clearAllTimers();
  vi.spyOn(Math, 'random').mockReturnValue(chance);
  const { link, pusher } = linked();
  pusher.emit('state_change', { current: 'connected' });
  pusher.emit('connecting_in', 1);
  const found = Array.from({ length: attempts }, () => {
    const wait = (link.nextAttemptMs.value ?? 0) - Date.now();
    vi.advanceTimersToNextTimer();
    return wait;
  });
  vi.restoreAllMocks();
  expect(pusher.attempts).toBe(attempts);
  return found;
}

test('r11 the first attempt is anywhere within a second, later ones spread out up to 30 s', () => {
  expect(waits(0, 6)).toEqual([0, 2_000, 4_000, 8_000, 15_000, 15_000]);
  expect(waits(0.5, 6)).toEqual([500, 3_000, 6_000, 12_000, 22_500, 22_500]);
  expect(waits(1, 6)).toEqual([1_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
});

/** How long the attempt that has just begun may last. */
function patienceMs(link: Link): number {
  return (link.nextAttemptMs.value ?? 0) - Date.now();
}

/** A lost connection, and an attempt that takes this long; how long it might have lasted. */
function reconnectsIn(ms: number, { link, pusher }: ReturnType<typeof linked>): number {
  pusher.emit('connecting_in', 1);
  vi.advanceTimersToNextTimer();
  const patience = patienceMs(link);
  vi.advanceTimersByTime(ms);
  pusher.emit('state_change', { current: 'connected' });
  return patience;
}

test("s16 the page's first attempt lasts until pusher-js has come to polling", () => {
  const { link, pusher } = linked();
  expect(patienceMs(link)).toBe(11_000);
  vi.advanceTimersByTime(9_100);
  expect(pusher.attempts).toBe(0);
});

test('s16 where a way around blocked WebSockets took its time, every attempt has it', () => {
  const page = linked();
  vi.advanceTimersByTime(5_100);
  page.pusher.emit('state_change', { current: 'connected' });
  for (let outage = 0; outage < 3; outage += 1) expect(reconnectsIn(5_100, page)).toBe(7_100);
  reconnectsIn(100, page);
  expect(reconnectsIn(100, page)).toBeLessThanOrEqual(4_000);
});

test('s16 an attempt that waited for the server to come back is no measure', () => {
  const page = linked();
  const { pusher } = page;
  reconnectsIn(100, page);
  pusher.emit('connecting_in', 1);
  for (let attempt = 0; attempt < 5; attempt += 1) vi.advanceTimersToNextTimer();
  vi.advanceTimersByTime(14_000);
  pusher.emit('state_change', { current: 'connected' });
  expect(reconnectsIn(100, page)).toBeLessThanOrEqual(4_000);
});

test('r11 who asks for it gets an attempt at once, and nothing is due while connected', () => {
  const { link, pusher } = linked();
  pusher.emit('state_change', { current: 'connected' });
  expect(link.nextAttemptMs.value).toBeNull();
  pusher.emit('connecting_in', 1);
  link.reconnect();
  expect(pusher.attempts).toBe(1);
});

test('r11 a network that is back makes the waits short again', () => {
  const { link, pusher } = linked();
  pusher.emit('state_change', { current: 'connected' });
  pusher.emit('connecting_in', 1);
  for (let attempt = 0; attempt < 5; attempt += 1) vi.advanceTimersToNextTimer();
  link.handleOnline();
  expect((link.nextAttemptMs.value ?? 0) - Date.now()).toBeLessThanOrEqual(4_000);
});

test('s14 a refused authorization is kept with its delay, which the client library does not pass on', async () => {
  const answer = { success: false, error: 'too_many_requests', message: '', request_id: 'x', retry_after: 9 };
  const asked: [string, string][] = [];
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    asked.push([path, String(init.body)]);
    return new Response(JSON.stringify(answer), { status: 429 });
  });
  const { link, pusher } = linked();
  const error = await new Promise((done) => pusher.authorize({ socketId: '1.2', channelName: 'presence-a' }, done));
  expect(asked).toEqual([['/usersystem/auth', 'socket_id=1.2&channel_name=presence-a']]);
  expect(error).toBeInstanceOf(Error);
  expect(link.refusal).toMatchObject({ status: 429, retryAfterSeconds: 9 });
});
