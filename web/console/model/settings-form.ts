/**
 * The form of an app's settings: what the server has, what was changed in the page, and what is wrong with it.
 *
 * A draft is apart from the known value, so that nothing that arrives can wipe it; a draft that says what is so already is no change.
 */

import { computed, signal, type ReadonlySignal } from '@preact/signals';
import type { Failure } from '../../shared/http';
import type { Changes, Endpoint, Setting, SettingValue } from './contract';

/** What a field holds: a switch's state, or text. */
export type Draft = boolean | string;

/** What the page can tell by itself; `refused` is what the server said. */
export type Mistake = { readonly kind: 'not-whole' | 'outside' } | { readonly kind: 'refused'; readonly failure: Failure };

export class SettingsForm {
  readonly #settings = signal<readonly Setting[]>([]);
  readonly #drafts = signal<ReadonlyMap<string, Draft>>(new Map());
  readonly #refusal = signal<Failure | null>(null);
  /** Whether somebody tried to save, after which mistakes are shown. */
  readonly #tried = signal(false);

  readonly changes: ReadonlySignal<Changes> = computed(() => {
    const changed = this.#settings.value.flatMap((setting) => {
      const value = this.#valueOf(setting);
      return value === INVALID || same(value, setting.value) ? [] : [[setting.key, same(value, setting.default) ? null : value] as const];
    });
    return Object.fromEntries(changed);
  });

  /** How many fields differ from what the server has, mistakes included. */
  readonly dirty: ReadonlySignal<number> = computed(
    () => this.#settings.value.filter((setting) => !same(this.#valueOf(setting), setting.value)).length,
  );

  get settings(): ReadonlySignal<readonly Setting[]> {
    return this.#settings;
  }

  /** Why the server saved nothing, when that is no matter of one field. */
  get failure(): Failure | null {
    const refusal = this.#refusal.value;
    return refusal !== null && this.#settings.value.some(({ key }) => key === refusal.field) ? null : refusal;
  }

  /** Takes what the server has now; drafts stay. What it said of a try before is over. */
  load(settings: readonly Setting[]): void {
    this.#settings.value = settings;
    this.#refusal.value = null;
  }

  /** What the field of `setting` shows. */
  draftOf(setting: Setting): Draft {
    return this.#drafts.value.get(setting.key) ?? written(setting.value);
  }

  isDirty(setting: Setting): boolean {
    return !same(this.#valueOf(setting), setting.value);
  }

  edit(key: string, draft: Draft): void {
    this.#drafts.value = new Map(this.#drafts.peek()).set(key, draft);
    if (this.#refusal.peek()?.field === key) this.#refusal.value = null;
  }

  /** The default as a draft: it is saved like any other. */
  editToDefault(setting: Setting): void {
    this.edit(setting.key, written(setting.default));
  }

  discard(): void {
    this.#drafts.value = new Map();
    this.#refusal.value = null;
    this.#tried.value = false;
  }

  mistakeIn(setting: Setting): Mistake | null {
    const refusal = this.#refusal.value;
    if (refusal?.field === setting.key) return { kind: 'refused', failure: refusal };
    return this.#tried.value ? mistake(setting, this.draftOf(setting)) : null;
  }

  /** The key of the first field with a mistake; from now on all are shown. */
  check(): string | null {
    this.#tried.value = true;
    return this.#settings.value.find((setting) => mistake(setting, this.draftOf(setting)) !== null)?.key ?? null;
  }

  handleSaved(settings: readonly Setting[]): void {
    this.load(settings);
    this.discard();
  }

  handleRefused(failure: Failure): void {
    this.#refusal.value = failure;
  }

  #valueOf(setting: Setting): SettingValue | typeof INVALID {
    const draft = this.#drafts.value.get(setting.key);
    if (draft === undefined) return setting.value;
    return mistake(setting, draft) === null ? parsed(setting, draft) : INVALID;
  }
}

/** The form of an app, drafts included: one form for as long as this window has the console, so that signing in again loses nothing. */
export function formOf(app: string): SettingsForm {
  const form = FORMS.get(app) ?? new SettingsForm();
  FORMS.set(app, form);
  return form;
}

const FORMS = new Map<string, SettingsForm>();

/** A value as a field shows it: lists have a line for each. */
export function written(value: SettingValue): Draft {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'object') return String(value);
  return value.map((item) => (typeof item === 'string' ? item : endpointLine(item))).join('\n');
}

function endpointLine({ url, events }: Endpoint): string {
  return events === undefined || events.length === 0 ? url : `${url} ${events.join(',')}`;
}

function mistake(setting: Setting, draft: Draft): Mistake | null {
  if (setting.kind !== 'whole' || typeof draft === 'boolean') return null;
  const text = draft.trim();
  if (!/^\d{1,16}$/.test(text)) return { kind: 'not-whole' };
  const number = Number(text);
  const inside = number >= (setting.least ?? 0) && number <= (setting.most ?? Number.MAX_SAFE_INTEGER);
  return inside ? null : { kind: 'outside' };
}

function parsed(setting: Setting, draft: Draft): SettingValue {
  if (typeof draft === 'boolean') return draft;
  if (setting.kind === 'whole') return Number(draft.trim());
  if (setting.kind === 'texts') return lines(draft);
  if (setting.kind === 'webhooks') return lines(draft).map(endpoint);
  return draft;
}

function lines(text: string): readonly string[] {
  return text.split('\n').map((line) => line.trim()).filter((line) => line !== '');
}

function endpoint(line: string): Endpoint {
  const [url = '', ...rest] = line.split(/\s+/);
  const events = rest.join('').split(',').filter((event) => event !== '');
  return events.length === 0 ? { url } : { url, events };
}

function same(a: SettingValue | typeof INVALID, b: SettingValue): boolean {
  return a !== INVALID && JSON.stringify(comparable(a)) === JSON.stringify(comparable(b));
}

/** Endpoints whatever the order of their keys, and whether "all events" is said or left out. */
function comparable(value: SettingValue): unknown {
  return typeof value === 'object' ? value.map((item) => (typeof item === 'string' ? item : endpointLine(item))) : value;
}

const INVALID = Symbol('a draft that can be no value');
