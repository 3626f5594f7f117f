/** The programs of Getting started have the app's own values in them, and nothing that is no value of theirs. */

import { expect, test } from 'vitest';
import { addressOf } from './address';
import { BACK_SNIPPETS, filled, FRONT_SNIPPETS, hasSecret, type Credentials } from './snippets';

const ALL = [...Object.values(FRONT_SNIPPETS), ...Object.values(BACK_SNIPPETS)].flat();

function credentials(about: Partial<Credentials> = {}): Credentials {
  const publicUrl = about.publicUrl ?? 'http://127.0.0.1:9000';
  return { appId: '1001', key: 'the-key', secret: 'the-secret', publicUrl, address: addressOf(publicUrl), ...about };
}

test('every placeholder is filled, and every program has the key', () => {
  for (const snippet of ALL) {
    const text = filled(snippet, credentials());
    expect(text, snippet.file).not.toMatch(/\{\{\w+\}\}/);
    expect(text, snippet.file).toContain('the-key');
  }
});

test('braces of a template language stay as they are', () => {
  expect(filled(FRONT_SNIPPETS.vue[0]!, credentials())).toContain('{{ message }}');
});

test('only back ends hold the secret, and all of them do', () => {
  for (const snippet of Object.values(BACK_SNIPPETS).flat()) expect(hasSecret(snippet), snippet.file).toBe(true);
  for (const snippet of ALL.filter((one) => /\.(html|jsx|vue|svelte|swift|kt|dart)$|echo\.js/.test(one.file))) {
    expect(filled(snippet, credentials()), snippet.file).not.toContain('the-secret');
  }
});

test('a page takes pusher-js from its own server, and no program names another host', () => {
  expect(filled(FRONT_SNIPPETS.vanilla[0]!, credentials())).toContain('<script src="http://127.0.0.1:9000/console/pusher.min.js">');
  for (const snippet of ALL) {
    const hosts = filled(snippet, credentials()).match(/https?:\/\/[\w.-]+/g) ?? [];
    for (const host of hosts) expect(['http://127.0.0.1', 'http://localhost', 'https://github.com'], snippet.file).toContain(host);
  }
});

test('the prefix of the server is a line of its own, and none without one', () => {
  const page = FRONT_SNIPPETS.vanilla[0]!;
  expect(filled(page, credentials())).not.toContain('wsPath');
  expect(filled(page, credentials({ publicUrl: 'https://example.com/rt', address: addressOf('https://example.com/rt') }))).toContain('wsPath: "/rt",');
});

test('TLS is as the server has it', () => {
  const secure = credentials({ publicUrl: 'https://example.com', address: addressOf('https://example.com') });
  expect(filled(BACK_SNIPPETS.python[0]!, secure)).toContain('port=443,\n    ssl=True,');
  expect(filled(FRONT_SNIPPETS.flutter[0]!, secure)).toContain("scheme: 'wss'");
  expect(filled(BACK_SNIPPETS.go[0]!, credentials())).toContain('Secure: false');
});

test('an id that is hard to write can end no quotes', () => {
  const odd = credentials({ appId: `a"b'c\\d</script>` });
  expect(filled(BACK_SNIPPETS.node[0]!, odd)).toContain(`appId: "a\\"b'c\\\\d</script>"`);
  expect(filled(BACK_SNIPPETS.php[0]!, odd)).toContain(`'a"b\\'c\\\\d</script>'`);
  expect(filled(BACK_SNIPPETS.curl[0]!, odd)).toContain(`app_id='a"b'\\''c\\d</script>'`);
  const key = credentials({ key: '</script>' });
  expect(filled(FRONT_SNIPPETS.vanilla[0]!, key)).not.toContain('"</script>');
});
