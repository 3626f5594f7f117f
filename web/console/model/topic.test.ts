/** The page and the server call live channels alike (docs/live-channels.json). */

import { expect, test } from 'vitest';
import cases from '../../../docs/live-channels.json';
import { topicOf } from './topic';

test.each(cases.channels)('the events of $app come by $channel', ({ app, channel }) => {
  expect(`private-${topicOf('debug', app)}`).toBe(channel);
});
