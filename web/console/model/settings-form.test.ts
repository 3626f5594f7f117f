/** What counts as a change of a setting, what is sent, and where a refusal is shown. */

import { expect, test } from 'vitest';
import { failureOf } from '../../shared/http';
import type { Setting } from './contract';
import { formOf, SettingsForm } from './settings-form';

const SWITCH = setting({ key: 'client_events', kind: 'switch', default: false, value: false });
const WHOLE = setting({ key: 'presence.grace_seconds', kind: 'whole', default: 3, value: 5, least: 0, most: 120 });
const TEXTS = setting({ key: 'allowed_origins', kind: 'texts', default: ['*'], value: ['*'] });
const HOOKS = setting({ key: 'webhooks', kind: 'webhooks', default: [], value: [{ url: 'https://a.example', events: ['presence'] }] });

function setting(about: Pick<Setting, 'key' | 'kind' | 'default' | 'value'> & Partial<Setting>): Setting {
  return { group: 'features', is_default: false, doc: '', applies_to: 'new_and_open', ...about };
}

function form(): SettingsForm {
  const made = new SettingsForm();
  made.load([SWITCH, WHOLE, TEXTS, HOOKS]);
  return made;
}

test('nothing is changed until something is', () => {
  const fresh = form();
  expect(fresh.dirty.value).toBe(0);
  expect(fresh.changes.value).toEqual({});
});

test('a change back to what is so is no change', () => {
  const edited = form();
  edited.edit('client_events', true);
  expect(edited.changes.value).toEqual({ client_events: true });
  edited.edit('client_events', false);
  expect(edited.dirty.value).toBe(0);
});

test('the default is sent as null', () => {
  const edited = form();
  edited.editToDefault(WHOLE);
  expect(edited.changes.value).toEqual({ 'presence.grace_seconds': null });
});

test('a list has a line for each, and blank lines are none', () => {
  const edited = form();
  expect(edited.draftOf(HOOKS)).toBe('https://a.example presence');
  edited.edit('allowed_origins', ' https://a.example \n\nhttps://b.example\n');
  edited.edit('webhooks', 'https://b.example\nhttps://c.example presence, channel_existence');
  expect(edited.changes.value).toEqual({
    allowed_origins: ['https://a.example', 'https://b.example'],
    webhooks: [{ url: 'https://b.example' }, { url: 'https://c.example', events: ['presence', 'channel_existence'] }],
  });
});

test('a number that is none, or outside its bounds, is not sent and is found', () => {
  const edited = form();
  for (const [draft, kind] of [['', 'not-whole'], ['1.5', 'not-whole'], ['-1', 'not-whole'], ['121', 'outside']] as const) {
    edited.edit(WHOLE.key, draft);
    expect(edited.changes.value).toEqual({});
    expect(edited.dirty.value).toBe(1);
    expect(edited.check()).toBe(WHOLE.key);
    expect(edited.mistakeIn(WHOLE)).toEqual({ kind });
  }
  edited.edit(WHOLE.key, ' 120 ');
  expect(edited.check()).toBeNull();
  expect(edited.changes.value).toEqual({ [WHOLE.key]: 120 });
});

test('a refusal stands at its field until that is edited', () => {
  const edited = form();
  const failure = failureOf(422, { error: 'invalid', message: 'no such origin', field: TEXTS.key }, null);
  edited.edit(TEXTS.key, 'nonsense');
  edited.handleRefused(failure);
  expect(edited.mistakeIn(TEXTS)).toEqual({ kind: 'refused', failure });
  expect(edited.failure).toBeNull();
  edited.edit(TEXTS.key, 'https://a.example');
  expect(edited.mistakeIn(TEXTS)).toBeNull();
});

test('a refusal of something else stands above the form', () => {
  const edited = form();
  edited.handleRefused(failureOf(409, { error: 'fixed' }, null));
  expect(edited.failure?.code).toBe('fixed');
});

test('what arrives from elsewhere leaves drafts alone, and a save clears them', () => {
  const edited = form();
  edited.edit('client_events', true);
  edited.load([SWITCH, { ...WHOLE, value: 7 }, TEXTS, HOOKS]);
  expect(edited.draftOf(SWITCH)).toBe(true);
  edited.handleSaved([{ ...SWITCH, value: true }, WHOLE, TEXTS, HOOKS]);
  expect(edited.dirty.value).toBe(0);
});

test('an app keeps its draft while the page is away, and not what was said of a try', () => {
  formOf('1001').load([SWITCH]);
  formOf('1001').edit('client_events', true);
  formOf('1001').handleRefused(failureOf(401, { error: 'not_signed_in' }, null));
  const again = formOf('1001');
  again.load([SWITCH]);
  expect([again.changes.value, again.failure]).toEqual([{ client_events: true }, null]);
  expect(formOf('1002').dirty.value).toBe(0);
});
