/** What stands where there is nothing yet: why, and how to get something. */

import type { ComponentChildren, JSX } from 'preact';

export function Empty({ title, children, testid = 'empty' }: { title: string; children: ComponentChildren; testid?: string }): JSX.Element {
  return (
    <div class="empty" data-testid={testid}>
      <span class="empty-mark" aria-hidden="true" />
      <p class="empty-title">{title}</p>
      <div class="empty-text">{children}</div>
    </div>
  );
}
