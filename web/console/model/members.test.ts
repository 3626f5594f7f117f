import { expect, test } from 'vitest';
import type { Member } from './contract';
import { byAvailability, statusOf } from './members';

const member = (user: string, leaving: number | null = null): Member => ({ user, info: null, rev: null, connections: [], leaving_in_ms: leaving });

test('the status is that of the status app, else the info itself', () => {
  expect([{ status: 'At lunch', rev: 3 }, { status: '' }, { name: 'x' }, 'text', null, undefined].map(statusOf)).toEqual([
    'At lunch', '', '{"name":"x"}', '"text"', null, null,
  ]);
});

test('people stand by name, and who leaves first stands first', () => {
  const { here, leaving } = byAvailability([member('person-10'), member('late', 9_000), member('Élise'), member('soon', 100), member('person-2')], 'en');
  expect(here.map(({ user }) => user)).toEqual(['Élise', 'person-2', 'person-10']);
  expect(leaving.map(({ user }) => user)).toEqual(['soon', 'late']);
});
