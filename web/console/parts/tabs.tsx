/** Tabs as assistive technology knows them: one stop for Tab, arrows between them, the panel below. */

import type { ComponentChildren, JSX } from 'preact';
import { useRef } from 'preact/hooks';

interface TabsProps<K extends string> {
  /** Unique on the page. */
  readonly name: string;
  readonly label: string;
  readonly tabs: readonly { readonly key: K; readonly title: string }[];
  readonly current: K;
  readonly onChoose: (key: K) => void;
  readonly children: ComponentChildren;
}

export function Tabs<K extends string>({ name, label, tabs, current, onChoose, children }: TabsProps<K>): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  const at = tabs.findIndex(({ key }) => key === current);
  const move = (event: KeyboardEvent) => {
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    const tab = next === undefined ? undefined : tabs[(next + tabs.length) % tabs.length];
    if (tab === undefined) return;
    event.preventDefault();
    onChoose(tab.key);
    list.current?.querySelector<HTMLElement>(`#${tabId(name, tab.key)}`)?.focus();
  };
  return (
    <div class="tabs">
      <div ref={list} class="tab-list" role="tablist" aria-label={label} onKeyDown={move}>
        {tabs.map(({ key, title }) => (
          <button
            key={key}
            type="button"
            role="tab"
            id={tabId(name, key)}
            class="tab"
            data-testid={tabId(name, key)}
            aria-selected={key === current}
            aria-controls={`panel-${name}`}
            tabIndex={key === current ? 0 : -1}
            onClick={() => onChoose(key)}
          >
            {title}
          </button>
        ))}
      </div>
      <div id={`panel-${name}`} class="tab-panel" role="tabpanel" aria-labelledby={tabId(name, current)}>
        {children}
      </div>
    </div>
  );
}

function tabId(name: string, key: string): string {
  return `tab-${name}-${key}`;
}
