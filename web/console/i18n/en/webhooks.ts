/** Webhooks: endpoints, the log of requests, test, signatures. */

import { isolated, plurals, waits } from '../../../shared/i18n/plural';

const plural = plurals('en');
const number = new Intl.NumberFormat('en');
const wait = waits('en', ' ');

export const webhooks = {
  lead: 'What this app tells its back ends, and whether it arrives.',
  endpoints: 'Endpoints',
  url: 'URL',
  events: 'Events',
  classes: {
    channel_existence: 'Channels occupied and vacated',
    presence: 'Members added and removed',
    client_events: 'Client events',
    cache_miss: 'Cache misses',
    subscription_count: 'Subscription counts',
  },
  batching: 'Batching:',
  batched: 'up to 20 events together, after 250 ms at most',
  notBatched: 'each event by itself, at once',
  edit: 'Change them in the settings',
  emptyTitle: 'No endpoints',
  empty: 'An endpoint is a URL of your back end that is told when channels are occupied or vacated, when members come and go, and more. Add one in the settings, or with this command:',
  test: 'Send a test',
  testLead: 'A request with one made-up event, signed as all others. It is not repeated, and your back end is to ignore its channel.',
  testUrl: 'To',
  testing: 'Sending…',
  testOk: (status: number, ms: number) => `The endpoint answered ${status} after ${number.format(ms)} ms: it takes webhooks.`,
  testNotOk: (status: number, ms: number) => `The endpoint answered ${status} after ${number.format(ms)} ms. Only 2xx counts as delivered.`,
  testFailed: (why: string) => `The endpoint was not reached: ${isolated(why)}`,
  log: 'Requests, latest first',
  logEmpty: 'No request yet. The first one goes out when something happens that an endpoint asked for.',
  state: 'State',
  allStates: 'All states',
  states: { delivered: 'Delivered', waiting: 'To be repeated', wanted: 'Sent again on request', given_up: 'Given up' },
  attempts: 'Attempts',
  status: 'Answer',
  latency: 'Latency',
  when: 'Last attempt',
  next: 'Next attempt',
  nextIn: (seconds: number) => (seconds === 0 ? 'now' : `in ${wait(seconds)}`),
  noAnswer: 'none',
  body: 'Body',
  signature: 'X-Pusher-Signature',
  problem: 'Why:',
  resend: 'Send again',
  noResend: {
    delivered: 'It has arrived. Only what was given up can be sent again.',
    waiting: 'It is repeated by itself until it arrives, for five minutes at most. If it is given up then, it can be sent again from here.',
    wanted: 'It is on its way again already.',
  },
  resendAll: 'Send all failed again',
  resent: (count: number) => plural(count, { one: '1 request is sent again.', other: `${number.format(count)} requests are sent again.` }),
  resendText: 'All requests that were given up are sent again, with their old ids and a new time. They may arrive after later events.',
  verify: 'Check signatures',
  verifyLead: 'The signature is the HMAC-SHA256 of the body, as it came, with the secret of the key that X-Pusher-Key names. The official server libraries do this for you.',
};
