/** Getting started. */

import { plurals } from '../../../shared/i18n/plural';

const plural = plurals('en');

export const start = {
  lead: 'Programs for this app that run as they are, and what the server sees of them.',
  front: 'Front end: receive',
  back: 'Back end: publish',
  frontTabs: 'Front ends',
  backTabs: 'Back ends',
  private: 'Private & presence',
  notes: {
    vanilla: 'Save it as index.html and open it, from whatever server or port. Then send a test event, or run one of the back ends below.',
    private: 'Two files in one directory. The page joins a private and a presence channel, for which the server beside it signs; its button sends a client event to everybody else who has the page open.',
    react: 'A component of any React project.',
    vue: 'A component of any Vue project.',
    svelte: 'A component of any Svelte 5 project.',
    echo: 'For the browser, and the variables for Laravel itself.',
    ios: 'The localhost of a simulator is this machine; a phone needs the address of the server in its network.',
    android: 'Plain http has to be allowed in the network security configuration of the app.',
    flutter: 'With the community’s client, since the official one knows no other server.',
    node: 'The official library.',
    php: 'The official library.',
    python: 'The official library.',
    ruby: 'The official library.',
    go: 'The official library.',
    rust: 'Rollcall’s own library, crates/sdk in its repository.',
    curl: 'No library at all: the request is signed with openssl.',
  },
  clientEventsOff: 'Client events are off for this app: the button of this page gets an error, which the debug console shows.',
  secretMasked: 'The secret is masked; copying puts it in.',
  showSecret: 'Show the secret',
  hideSecret: 'Hide the secret',
  prefixNote: (prefix: string) => `This server has the path prefix ${prefix}. Libraries that can’t put a path in front need an address without one.`,

  checklist: 'What the server has seen',
  done: (count: number, of: number) => `${count} of ${of}`,
  firsts: {
    connection: { title: 'A connection', how: 'Open the page of the front end.' },
    subscription: { title: 'A subscription', how: 'The page subscribes to my-channel when it is connected.' },
    event: { title: 'An event', how: 'Send a test event here, or run a back end.' },
    presence: { title: 'Somebody present', how: 'Private & presence joins a presence channel.' },
  },
  notYet: 'not yet',
  seen: (what: string) => `Seen: ${what}`,
  allDone: 'Everything works. The overview has the numbers, the debug console every event.',

  test: 'Send a test event',
  send: 'Send',
  sending: 'Sending…',
  sent: (count: number) => plural(count, { one: 'The event was published.', other: `${count} events were published.` }),

  receiver: 'Receiver',
  receiverText: 'A client of this app in this page. It counts as a connection, like every other.',
  listen: 'Listen',
  stopListening: 'Stop',
  states: { idle: 'Not connected', connecting: 'Connecting…', listening: (channel: string) => `Listening to ${channel}` },
  failed: (code: number | null) => (code === null ? 'The server refused the connection or the channel.' : `The server refused the connection, with code ${code}.`),
  nothingYet: 'Nothing has arrived yet. What is sent to this channel appears here.',
  publicOnly: 'A private channel needs a back end that authorizes; the receiver has none.',
};
