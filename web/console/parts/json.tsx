/** JSON as people read it, in colours; text nodes and nothing else. What is no JSON is shown as it is. */

import type { JSX } from 'preact';
import { pretty, tokens } from '../model/json';

export function Json({ text, label }: { text: string; label: string }): JSX.Element {
  return (
    <pre class="code-text json" tabIndex={0} role="group" aria-label={label} dir="ltr" data-testid="json">
      <code>
        {tokens(pretty(text)).map((token, index) => (
          <span key={index} class={`json-${token.kind}`}>
            {token.text}
          </span>
        ))}
      </code>
    </pre>
  );
}
