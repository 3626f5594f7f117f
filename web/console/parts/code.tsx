/** Text to be copied as it is: a program, a command, a line for a shell. */

import type { ComponentChildren, JSX } from 'preact';
import { texts } from '../i18n';
import { CopyButton } from './copy';

export { word as shellWord } from '../model/by-hand';

interface CodeProps {
  /** What it is, for who can't see what is around it, and for the copy button. */
  readonly title: string;
  readonly text: string;
  readonly testid?: string;
  /** What is copied, where that is not what is shown: a secret is masked on the screen. */
  readonly copied?: string | (() => Promise<string | null>);
}

export function Code({ title, text, copied, testid = 'code' }: CodeProps): JSX.Element {
  return (
    <figure class="code">
      <figcaption class="code-head">
        <span>{title}</span>
        <CopyButton text={copied ?? text} what={title} />
      </figcaption>
      <pre class="code-text" tabIndex={0} role="group" aria-label={title} dir="ltr" data-testid={testid}>
        <code>{text}</code>
      </pre>
    </figure>
  );
}

/** The command or request that does the same as what stands above it. */
export function SameByHand({ lines, children }: { lines: string; children?: ComponentChildren }): JSX.Element {
  const t = texts.value.common;
  return (
    <details class="by-hand" data-testid="by-hand">
      <summary>{t.byHand}</summary>
      {children}
      <Code title={t.command} text={lines} />
    </details>
  );
}
