import { afterEach, expect, test, vi } from 'vitest';
import type { Failure } from '../../shared/http';

// The language is chosen where the module is read.
vi.stubGlobal('navigator', { languages: ['en'] });
const { locale } = await import('../../shared/i18n/locale');
const { explain } = await import('./failures');

const unfit: Failure = { status: 422, code: 'unfit', message: 'Said by the server.', field: 'socket_id', reason: null, retryAfterSeconds: null };

afterEach(() => {
  locale.value = 'en';
});

test('in English the server’s own sentence is told', () => {
  expect(explain(unfit)).toBe('Said by the server.');
});

test('in French what is unfit is told in the page’s words for its field', () => {
  locale.value = 'fr';
  expect(explain(unfit)).toContain('deux nombres');
  expect(explain({ ...unfit, field: 'channel' })).toContain('canal');
  expect(explain({ ...unfit, field: 'other' })).toMatch(/^Le serveur dit, en anglais\u00a0: .*Said by the server\./);
});

test('a setting that is refused is told in the page’s words, in English and in French', () => {
  const reason = { code: 'not_allowed', key: 'webhooks.url' };
  const refused: Failure = { ...unfit, code: 'bad_value', field: 'webhooks', reason };
  expect(explain(refused)).toMatch(/^An endpoint is an address with http/);
  locale.value = 'fr';
  expect(explain(refused)).toMatch(/^Une adresse commence par http/);
  const unheardOf = explain({ ...refused, reason: { ...reason, key: 'of.another.version' } });
  expect(unheardOf).toMatch(/^Ce réglage n’accepte pas cette valeur\. Le serveur dit, en anglais\u00a0: /);
  expect(explain({ ...refused, code: 'status_app', reason: { code: 'needed', key: 'enabled' } })).toMatch(/rester activée/);
});
