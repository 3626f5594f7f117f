/** How often the page comes back by itself after the server refused its connection. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Link } from './link';

const { FakePusher } = vi.hoisted(() => {
  /** What `Link` uses of pusher-js; `emit` plays the server's part. */
  class FakePusher {
    readonly handlers = new Map<string, (value: unknown) => void>();
    readonly connection = {
      bind: (event: string, handler: (value: unknown) => void) => void this.handlers.set(event, handler),
    };
    attempts = 0;

    connect(): void {
      this.attempts += 1;
      this.emit('state_change', { current: 'connecting' });
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
  const link = new Link('key');
  const pusher = link.pusher as unknown as InstanceType<typeof FakePusher>;
  const refuse = () => {
    pusher.emit('error', { error: { data: { code: 4009 } } });
    pusher.emit('state_change', { current: 'disconnected' });
  };
  return { link, pusher, refuse };
}

const LONG_MS = 60_000;

test('c17 a refusal that seems no reason to stay away is followed by one attempt', () => {
  const { link, pusher, refuse } = linked();
  refuse();
  expect(link.state.value).toMatchObject({ kind: 'refused', code: 4009 });
  link.resume();
  vi.advanceTimersToNextTimer();
  expect(pusher.attempts).toBe(1);
  expect(link.state.value.kind).toBe('connecting');
});

test('c17 a second refusal in a row is final, also when the connection opened in between', () => {
  const { link, pusher, refuse } = linked();
  refuse();
  link.resume();
  vi.advanceTimersToNextTimer();
  pusher.emit('state_change', { current: 'connected' });
  refuse();
  link.resume();
  vi.advanceTimersByTime(LONG_MS);
  expect(pusher.attempts).toBe(1);
  expect(link.state.value).toMatchObject({ kind: 'refused', code: 4009 });
});

test('c17 once the list was live again, the next refusal is a first one', () => {
  const { link, pusher, refuse } = linked();
  refuse();
  link.resume();
  vi.advanceTimersToNextTimer();
  link.handleLive();
  refuse();
  link.resume();
  vi.advanceTimersToNextTimer();
  expect(pusher.attempts).toBe(2);
});
