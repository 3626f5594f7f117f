/** A link to a place in the console; it moves without loading the page anew, and is an ordinary link for everything else. */

import type { ComponentChildren, JSX } from 'preact';
import { go, href } from '../model/location';

interface LinkProps {
  /** A path below the console, such as `/apps/12/keys`. */
  readonly to: string;
  readonly class?: string;
  readonly current?: boolean;
  readonly testid?: string;
  readonly onFollow?: () => void;
  readonly children: ComponentChildren;
}

export function LinkTo({ to, current = false, testid, onFollow, children, ...rest }: LinkProps): JSX.Element {
  const follow = (event: MouseEvent) => {
    // Another tab, another window or a download is the browser's to do.
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    onFollow?.();
    go(to);
  };
  return (
    <a href={href(to)} class={rest.class} aria-current={current ? 'page' : undefined} data-testid={testid} onClick={follow}>
      {children}
    </a>
  );
}
