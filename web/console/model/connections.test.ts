import { expect, test } from 'vitest';
import { clientOf, sorted, type ConnectionSort } from './connections';
import type { Connection } from './contract';

function connection(socket: string, of: Partial<Connection>): Connection {
  return {
    socket, user: null, address: '', origin: null, client: 'js', client_version: '8', transport: 'ws', tls: true, opened_at: 0,
    rtt_ms: null, pending_bytes: 0, slow: false, messages_in: 0, messages_out: 0, subscriptions: 0, ...of,
  };
}

const some = [
  connection('1.1', { opened_at: 10, user: 'bo', pending_bytes: 500, messages_in: 1, messages_out: 1 }),
  connection('2.2', { opened_at: 30, rtt_ms: 5, slow: true, pending_bytes: 10, subscriptions: 2 }),
  connection('3.3', { opened_at: 20, user: 'ana', rtt_ms: 80, messages_out: 9 }),
];

test.each<[ConnectionSort, string]>([
  ['opened', '2.2 3.3 1.1'],
  ['pending', '2.2 1.1 3.3'],
  ['rtt', '3.3 2.2 1.1'],
  ['messages', '3.3 1.1 2.2'],
  ['subscriptions', '2.2 1.1 3.3'],
  ['user', '3.3 1.1 2.2'],
])('by %s they stand %s', (by, order) => {
  expect(sorted(some, by).map(({ socket }) => socket).join(' ')).toBe(order);
});

test('what a client does not tell of itself is not made up', () => {
  expect(clientOf(connection('1.1', {}))).toBe('js 8');
  expect(clientOf(connection('1.1', { client_version: null }))).toBe('js');
  expect(clientOf(connection('1.1', { client: null, client_version: null }))).toBeNull();
});
