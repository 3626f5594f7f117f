import { expect, test } from 'vitest';
import { draftOf, EMPTY_DRAFT, fieldOf, newEvent, problemsOf } from './draft-event';

const good = { ...EMPTY_DRAFT, channel: 'news', event: 'headline' };

test('a channel, a name and JSON are needed', () => {
  expect(problemsOf(good)).toEqual({});
  expect(problemsOf(EMPTY_DRAFT)).toEqual({ channel: 'missing', event: 'missing' });
  expect(problemsOf({ ...good, data: '{"a":}' }).data).toMatchObject({ line: 1, column: 6, found: '}' });
});

test('it is repeated up to a hundred times', () => {
  for (const repeat of ['1', '100', ' 7 ']) expect(problemsOf({ ...good, repeat })).toEqual({});
  for (const repeat of ['', '0', '101', '-1', '1.5', 'x']) expect(problemsOf({ ...good, repeat })).toEqual({ repeat: 'not-a-count' });
});

test('in the name of a user it has to be a client event, where those are taken', () => {
  const typing = { ...good, channel: 'presence-lobby', event: 'client-typing', user: '42' };
  expect(problemsOf(typing)).toEqual({});
  expect(problemsOf({ ...typing, user: ' ' })).toEqual({ user: 'missing' });
  expect(problemsOf({ ...typing, event: 'typing' })).toEqual({ event: 'not-client' });
  for (const channel of ['news', 'private-encrypted-x', '#server-to-user-1']) {
    expect(problemsOf({ ...typing, channel })).toEqual({ channel: 'no-client-channel' });
  }
});

test('a request carries what was filled in', () => {
  expect(newEvent({ ...good, data: '[1]' })).toEqual({ channel: 'news', event: 'headline', data: '[1]' });
  expect(newEvent({ ...good, socket: '1.2', repeat: '3', user: 'a' })).toEqual({
    channel: 'news', event: 'headline', data: '{}', socket_id: '1.2', repeat: 3, as_user: 'a',
  });
});

test('a message that was sent is a draft again', () => {
  expect(draftOf({ n: 1, at: 0, type: 'api_message', channel: 'a', event: 'b', data: '1' })).toEqual({ ...EMPTY_DRAFT, channel: 'a', event: 'b', data: '1' });
});

test('data that is no JSON is sent again as it was', () => {
  for (const data of ['plain text', '', '{"a":']) {
    const draft = draftOf({ n: 1, at: 0, type: 'api_message', channel: 'a', event: 'b', data });
    expect(draft.plain).toBe(true);
    expect(problemsOf(draft)).toEqual({});
    expect(newEvent(draft)).toEqual({ channel: 'a', event: 'b', data });
  }
});

test('what the server refuses is told at its field', () => {
  for (const [field, value] of Object.entries({ socket: '1.2', repeat: '2', user: 'u' })) {
    const names = Object.keys(newEvent({ ...good, [field]: value })).filter((name) => !['channel', 'event', 'data'].includes(name));
    expect(names.map(fieldOf)).toEqual([field]);
  }
  expect([fieldOf('channel'), fieldOf('event'), fieldOf('data')]).toEqual(['channel', 'event', 'data']);
  expect([fieldOf(null), fieldOf('name')]).toEqual([null, null]);
});
