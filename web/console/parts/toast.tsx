/** Short news about what a person just did; it is read out, stays a while, and can be sent away. Failures stand where they happened. */

import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { texts } from '../i18n';

const news = signal<{ readonly text: string; readonly n: number } | null>(null);
let timer: ReturnType<typeof setTimeout> | undefined;
let count = 0;

export function toast(text: string): void {
  clearTimeout(timer);
  count += 1;
  news.value = { text, n: count };
  timer = setTimeout(() => (news.value = null), STAYS_MS);
}

/** Always in the document, so that assistive technology follows it. */
export function Toasts(): JSX.Element {
  const current = news.value;
  return (
    <div class="toasts">
      <div role="status" data-testid="toast">
        {current !== null && (
          <p key={current.n} class="toast">
            {current.text}
          </p>
        )}
      </div>
      {current !== null && (
        <button type="button" class="toast-close" aria-label={texts.value.common.dismiss} onClick={() => (news.value = null)}>
          ×
        </button>
      )}
    </div>
  );
}

const STAYS_MS = 6_000;
