/** The filter of the debug console and the check boxes of the types; both live in the address, so that a view can be linked. */

import type { JSX } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { texts } from '../../i18n';
import type { LiveType } from '../../model/contract';
import { EVENT_TYPES, toneOf } from '../../model/events';
import { parseFilter, type FilterError, type Parsed } from '../../model/filter';
import { query, setQuery } from '../../model/location';
import { Button } from '../../parts/button';
import { Field } from '../../parts/field';
import type { Events } from './use-events';

export interface Filter {
  readonly text: string;
  readonly parsed: Parsed;
  readonly hidden: ReadonlySet<string>;
  readonly reset: () => void;
}

/** Reads the filter from the address and hands it to the log; one that is wrong leaves the one before in force. */
export function useFilter(events: Events): Filter {
  const text = query.value.get('q') ?? '';
  const hide = query.value.get('hide') ?? '';
  const parsed = useMemo(() => parseFilter(text), [text]);
  const hidden = useMemo(() => new Set(hide.split(',').filter((type) => type !== '')), [hide]);
  useEffect(() => {
    if (!parsed.ok) return;
    events.setFilter((event) => !hidden.has(event.type) && parsed.matches(event));
  }, [events, parsed, hidden]);
  return { text, parsed, hidden, reset: () => setQuery({ q: null, hide: null }) };
}

export function FilterBar({ filter }: { filter: Filter }): JSX.Element {
  const t = texts.value.debug;
  const input = useRef<HTMLInputElement>(null);
  const { text, parsed } = filter;
  return (
    <div class="stack">
      <Field
        name="filter"
        label={t.filter}
        hint={t.filterHint}
        error={parsed.ok ? null : `${sentence(parsed.error)} ${t.filterKept}`}
        value={text}
        onValue={(value) => setQuery({ q: value })}
        type="search"
        code
        placeholder="channel:presence-* -type:auth"
        inputRef={input}
      />
      {!parsed.ok && (
        <div>
          <Button look="link" testid="to-error" onClick={() => select(input.current, text, parsed.error)}>
            {t.showError}
          </Button>
        </div>
      )}
    </div>
  );
}

export function Types({ hidden }: { hidden: ReadonlySet<string> }): JSX.Element {
  const t = texts.value.debug;
  const choose = (types: Iterable<string>) => setQuery({ hide: [...types].join(',') });
  const toggle = (type: LiveType) => choose(hidden.has(type) ? [...hidden].filter((other) => other !== type) : [...hidden, type]);
  const shown = EVENT_TYPES.filter((type) => !hidden.has(type)).length;
  return (
    <details class="types" data-testid="types">
      <summary>
        {t.showTypes} <span class="tag">{t.typesShown(shown, EVENT_TYPES.length)}</span>
      </summary>
      <fieldset class="types-boxes">
        <legend class="visually-hidden">{t.showTypes}</legend>
        {EVENT_TYPES.map((type) => (
          <label key={type} class={`type type-${toneOf(type)} type-box`}>
            <input type="checkbox" name={`type-${type}`} checked={!hidden.has(type)} onChange={() => toggle(type)} />
            {t.types[type]}
          </label>
        ))}
        <Button look="link" testid="all-types" onClick={() => choose([])}>
          {t.allTypes}
        </Button>
        <Button look="link" testid="no-types" onClick={() => choose(EVENT_TYPES)}>
          {t.noTypes}
        </Button>
      </fieldset>
    </details>
  );
}

/** Where it is wrong, counted as people count, and why. */
function sentence({ code, at, what }: FilterError): string {
  const t = texts.value.debug;
  return `${t.filterAt(at + 1)} ${t.filterErrors[code](what, EVENT_TYPES)}`;
}

/** An error counts characters, a field counts units of UTF-16. */
function select(input: HTMLInputElement | null, text: string, { at, length }: FilterError): void {
  const characters = Array.from(text);
  const units = (count: number) => characters.slice(0, count).join('').length;
  input?.focus();
  input?.setSelectionRange(units(at), units(at + length));
}
