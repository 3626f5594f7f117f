import { afterEach, expect, test, vi } from 'vitest';
import type { Failure } from '../../shared/http';

// The language is chosen where the module is read.
vi.stubGlobal('navigator', { languages: ['en'] });
const { locale } = await import('../../shared/i18n/locale');
const { explain } = await import('./failures');

const unfit: Failure = { status: 422, code: 'unfit', message: 'Said by the server.', field: 'socket_id', retryAfterSeconds: null };

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
  expect(explain({ ...unfit, field: 'other' })).toBe('Said by the server.');
});
