import { expect, test } from 'vitest';
import { ChannelActivity } from './channel-activity';
import type { LiveEvent } from './contract';

let n = 0;

function messages(channel: string, count: number, of: Partial<LiveEvent> = {}): LiveEvent[] {
  return Array.from({ length: count }, () => ({ n: (n += 1), at: n, type: 'api_message', channel, ...of }));
}

function told(events: LiveEvent[], seen = events.length) {
  return { events, seen, shown: events.length };
}

test('a rate is that of the last ten seconds', () => {
  const activity = new ChannelActivity();
  activity.take(told(messages('a', 20)), 0);
  activity.refresh(1_000);
  expect(activity.rate('a')).toBeCloseTo(2);
  expect([activity.rate('b'), activity.sampled]).toEqual([0, false]);
  activity.refresh(10_001);
  expect(activity.rate('a')).toBe(0);
});

test('a sample is scaled by what was seen, and says that it is one', () => {
  const activity = new ChannelActivity();
  activity.take(told(messages('a', 20), 500), 0);
  activity.refresh(0);
  expect(activity.rate('a')).toBeCloseTo(50);
  expect(activity.sampled).toBe(true);
});

test('only messages count', () => {
  const activity = new ChannelActivity();
  activity.take(told([...messages('a', 1, { type: 'subscribed' }), ...messages('a', 1, { type: 'client_event' })]), 0);
  activity.refresh(0);
  expect(activity.rate('a')).toBeCloseTo(0.1);
  expect(activity.recent('a').length).toBe(1);
});

test('the last fifty of a channel are kept, newest first, and when the last one was', () => {
  n = 0;
  const activity = new ChannelActivity();
  activity.take(told([...messages('a', 60), ...messages('b', 1)]), 0);
  expect(activity.recent('a').length).toBe(50);
  expect(activity.recent('a')[0]!.n).toBe(60);
  expect([activity.lastAt('a'), activity.lastAt('b'), activity.lastAt('c')]).toEqual([60, 61, null]);
});

test('10,000 channels are remembered, those that spoke last', () => {
  const activity = new ChannelActivity();
  activity.take(told(Array.from({ length: 10_001 }, (_, index) => messages(`c${index}`, 1)[0]!)), 0);
  expect([activity.lastAt('c0'), activity.lastAt('c1') === null]).toEqual([null, false]);
});
