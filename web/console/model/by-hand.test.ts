import { expect, test } from 'vitest';
import { command, request, word } from './by-hand';

test('a word is quoted when a shell would take it for something else', () => {
  expect(['plain', 'a b', "it's", '$HOME', '', 'client_events=true', '{"a":1}'].map(word)).toEqual([
    'plain', "'a b'", `'it'\\''s'`, "'$HOME'", "''", 'client_events=true', `'{"a":1}'`,
  ]);
  expect(command('rollcall', 'trigger', '--app', '12', 'my channel')).toBe("rollcall trigger --app 12 'my channel'");
});

test('a request has its method, its token and its body', () => {
  expect(request('http://h:9000/rt', 'POST', 'system/drain', { confirm: 'drain' })).toBe(
    `curl -X POST http://h:9000/rt/console/api/system/drain \\\n  -H "Authorization: Bearer $(rollcall console token)" \\\n` +
      `  -H 'Content-Type: application/json' \\\n  -d '{"confirm":"drain"}'`,
  );
  expect(request('http://h', 'GET', 'system')).toBe(`curl http://h/console/api/system \\\n  -H "Authorization: Bearer $(rollcall console token)"`);
});
