/** The head of a page: its heading, which takes the focus when somebody came here from elsewhere in the console, and what can be done here. */

import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { texts } from '../i18n';
import { paused } from '../model/live';
import { arrival } from '../view/arrival';
import { useConsole } from '../view/context';
import { Button } from './button';

interface PageHeadProps {
  readonly title: string;
  /** One sentence on what the page is for. */
  readonly lead?: ComponentChildren;
  /** The app that the page is about, for the title of the window. */
  readonly app?: string | null;
  /** Whether the page moves by itself: it then has a button to hold it still. */
  readonly live?: boolean;
  readonly children?: ComponentChildren;
}

export function PageHead({ title, lead, app = null, live = false, children }: PageHeadProps): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => arrival(heading.current), []);
  useEffect(() => {
    document.title = [title, app, texts.value.shell.product].filter((part) => part !== null && part !== '').join(' · ');
  });
  return (
    <div class="page-head">
      <div class="page-title">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {lead !== undefined && <p class="muted">{lead}</p>}
      </div>
      <div class="page-actions">
        {live && <LiveControl />}
        {children}
      </div>
    </div>
  );
}

function LiveControl(): JSX.Element {
  const { live } = useConsole();
  const t = texts.value.shell;
  const state = paused.value ? 'paused' : live.connected.value ? 'live' : 'away';
  return (
    <span class="live-control">
      <span class={`live-state live-${state}`} data-testid="live-state" data-state={state}>
        {{ paused: t.paused, live: t.live, away: t.away }[state]}
      </span>
      <Button look="quiet" testid="pause" pressed={paused.value} onClick={() => (paused.value = !paused.value)}>
        {t.pause}
      </Button>
    </span>
  );
}
