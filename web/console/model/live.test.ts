/** A live channel is subscribed while somebody listens to it, and no longer. */

import { signal } from '@preact/signals';
import { beforeEach, expect, test, vi } from 'vitest';
import { Live } from './live';

const { pusher, handleLive } = vi.hoisted(() => {
  const handlers = new Map<string, Set<(data: unknown) => void>>();
  return {
    handleLive: vi.fn(),
    pusher: {
      subscribed: new Set<string>(),
      subscribe(name: string) {
        pusher.subscribed.add(name);
        return {
          bind: (event: string, handle: (data: unknown) => void) => {
            const key = `${name} ${event}`;
            handlers.set(key, (handlers.get(key) ?? new Set()).add(handle));
          },
          unbind: (event: string, handle: (data: unknown) => void) => handlers.get(`${name} ${event}`)?.delete(handle),
        };
      },
      unsubscribe: (name: string) => pusher.subscribed.delete(name),
      emit: (name: string, event: string, data: unknown) => handlers.get(`${name} ${event}`)?.forEach((handle) => handle(data)),
    },
  };
});

vi.mock('../../shared/link', () => ({
  Link: class {
    readonly pusher = pusher;
    readonly state = signal({ kind: 'connected' });
    handleLive = handleLive;
  },
}));

const SESSION = 'private-session';

beforeEach(() => {
  pusher.subscribed.clear();
  handleLive.mockClear();
});

function live(): Live {
  return new Live({ key: 'k', channel_prefix: 'private-' }, async () => ({ ok: true, body: { auth: '' } }));
}

test('what arrives on a channel goes to whoever listens', () => {
  const heard: unknown[] = [];
  live().listen('apps', 'cards', (data) => heard.push(data));
  pusher.emit('private-apps', 'cards', { apps: [] });
  expect(heard).toEqual([{ apps: [] }]);
});

test('a channel is left when the last one stops listening', async () => {
  const made = live();
  const stops = [made.listen('apps', 'cards', () => {}), made.listen('apps', 'cards', () => {})];
  stops[0]?.();
  await Promise.resolve();
  expect(pusher.subscribed).toEqual(new Set([SESSION, 'private-apps']));
  stops[1]?.();
  await Promise.resolve();
  expect(pusher.subscribed).toEqual(new Set([SESSION]));
});

test('the next page that listens to the same keeps the subscription', async () => {
  const made = live();
  made.listen('apps', 'cards', () => {})();
  made.listen('apps', 'cards', () => {});
  await Promise.resolve();
  expect(pusher.subscribed).toEqual(new Set([SESSION, 'private-apps']));
});

test('a page that listens to nothing is subscribed to its session, and knows by that that it was let in', () => {
  live();
  expect(pusher.subscribed).toEqual(new Set([SESSION]));
  expect(handleLive).not.toHaveBeenCalled();
  pusher.emit(SESSION, 'pusher:subscription_succeeded', {});
  expect(handleLive).toHaveBeenCalled();
});
