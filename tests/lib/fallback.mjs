// Browsers in which WebSockets do not work, so that pusher-js goes on over HTTP (docs/protocol.md section 5).

import { profile } from './browser.mjs';

/** The HTTP transports, and what keeps a page from using one that is tried before. */
export const TRANSPORTS = {
  xhr_streaming: async () => {},
  xhr_polling: (context) => context.route(/\/xhr_streaming\?/, (route) => route.abort()),
};

/** A person whose browser has no WebSocket at all, and can use only this transport. */
export async function withoutWebSocket(t, browser, server, transport, options = {}) {
  const person = await overHttp(t, browser, server, options);
  await person.context.addInitScript(() => delete window.WebSocket);
  await TRANSPORTS[transport](person.context);
  return person;
}

/** A person whose frames are noted also where they come over HTTP. */
export async function overHttp(t, browser, server, options = {}) {
  const person = await profile(t, browser, server, options);
  await person.context.exposeBinding('noteFrame', ({ page }, text) => person.frames.push({ page, ...JSON.parse(text) }));
  await person.context.addInitScript(noteFrames);
  return person;
}

/** Which transports a person's pages have used so far, by the requests they made. */
export function used(person) {
  const kinds = { '/xhr_streaming': 'xhr_streaming', '/xhr': 'xhr_polling' };
  const found = Object.entries(kinds).filter(([end]) => person.requests.some((request) => request.startsWith('POST ') && request.endsWith(end)));
  return [...(person.requested('WS ') > 0 ? ['ws'] : []), ...found.map(([, kind]) => kind)];
}

/** Runs in the page before its own scripts: looks at what the answers of receive requests say, and changes nothing. */
function noteFrames() {
  const open = XMLHttpRequest.prototype.open;
  XMLHttpRequest.prototype.open = function (method, url, ...rest) {
    if (/\/xhr(_streaming)?\?/.test(url)) listen(this);
    return open.call(this, method, url, ...rest);
  };

  function listen(request) {
    let read = 0;
    const note = () => {
      for (let end = request.responseText.indexOf('\n', read); end >= 0; end = request.responseText.indexOf('\n', read)) {
        const line = request.responseText.slice(read, end);
        read = end + 1;
        if (line.startsWith('a')) JSON.parse(line.slice(1)).forEach((frame) => window.noteFrame(frame));
      }
    };
    request.addEventListener('progress', note);
    request.addEventListener('load', note);
  }
}
