/** The frame of what is shown before somebody is in: the name of the product, the language, and one card. */

import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { texts } from '../i18n';
import { arrival } from './arrival';
import { LanguageChoice } from './language';

export function Door({ title, lead, children }: { title: string; lead: ComponentChildren; children: ComponentChildren }): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  const t = texts.value.shell;
  useLayoutEffect(() => arrival(heading.current), []);
  useEffect(() => void (document.title = `${title} · ${t.product}`));
  return (
    <>
      <header class="topbar">
        <p class="brand">
          <span class="brand-mark" aria-hidden="true" />
          <span>{t.product}</span>
        </p>
        <LanguageChoice />
      </header>
      <main class="door">
        <section class="card door-card">
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          <div class="muted stack">{lead}</div>
          {children}
        </section>
      </main>
    </>
  );
}
