/** The end of the server's log. It stays at its end while it is there, and where somebody scrolled to otherwise. */

import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { texts } from '../../i18n';

export function LogTail({ lines }: { lines: readonly string[] }): JSX.Element {
  const t = texts.value.logs;
  const box = useRef<HTMLPreElement>(null);
  const atEnd = useRef(true);
  useLayoutEffect(() => {
    if (box.current !== null && atEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines]);
  const handleScroll = () => {
    const { scrollTop, clientHeight, scrollHeight } = box.current!;
    atEnd.current = scrollTop + clientHeight >= scrollHeight - 4;
  };
  return (
    <section class="section">
      <h2>{t.log}</h2>
      <p class="muted">{lines.length === 0 ? t.logEmpty : t.logLead}</p>
      {lines.length > 0 && (
        <pre ref={box} class="code-text log-tail" tabIndex={0} role="region" aria-label={t.log} dir="ltr" data-testid="log" onScroll={handleScroll}>
          <code>{lines.join('\n')}</code>
        </pre>
      )}
    </section>
  );
}
