/** The event creator: an event of the API, or, clearly marked, a client event in the name of a user. */

import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { texts } from '../i18n';
import { sendEvent } from '../model/api';
import { fieldOf, newEvent, problemsOf, type DraftEvent } from '../model/draft-event';
import { Button } from './button';
import { SameByHand } from './code';
import { EventFields, told, useEventByHand, type EventFieldsProps } from './event-fields';
import { ErrorText, Field } from './field';
import { Toggle } from './toggle';
import { explain } from '../view/failures';
import { useAction } from '../view/use-action';

interface CreatorProps {
  readonly app: string;
  readonly draft: DraftEvent;
  readonly onDraft: (draft: DraftEvent) => void;
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  /** What it is called where it is about one channel. */
  readonly title?: string;
}

export function Creator({ app, draft, onDraft, open, onOpen, title = texts.value.debug.creator }: CreatorProps): JSX.Element {
  const details = useRef<HTMLDetailsElement>(null);
  // A message that is to be sent again opens it from far below.
  useLayoutEffect(() => {
    if (open) details.current?.querySelector('input')?.focus();
  }, [open]);
  return (
    <details ref={details} class="card creator" open={open} data-testid="creator" onToggle={(event) => onOpen(event.currentTarget.open)}>
      <summary>{title}</summary>
      {open && <Form app={app} draft={draft} onDraft={onDraft} />}
    </details>
  );
}

function Form({ app, draft, onDraft }: Pick<CreatorProps, 'app' | 'draft' | 'onDraft'>): JSX.Element {
  const [tried, setTried] = useState(false);
  const [sent, setSent] = useState<number | null>(null);
  const problems = problemsOf(draft);
  const { failure, busy, run } = useAction(async () => {
    const reply = await sendEvent(app, newEvent(draft));
    setSent(reply.ok ? reply.body.published : null);
    return reply.ok ? null : reply.failure;
  });
  const refused = fieldOf(failure?.field ?? null);
  const problem = (field: keyof DraftEvent) => (tried ? told(problems[field]) : null) ?? (failure !== null && refused === field ? explain(failure) : null);
  const t = texts.value.debug;
  const submit = (event: Event) => {
    event.preventDefault();
    setTried(true);
    setSent(null);
    if (Object.keys(problems).length === 0) void run();
  };
  return (
    <form class="form creator-form" noValidate onSubmit={submit}>
      <Fields draft={draft} onDraft={onDraft} problem={problem} />
      {failure !== null && !isShown(refused, draft) && <ErrorText field="send">{explain(failure)}</ErrorText>}
      <div class="row">
        <Button type="submit" look={draft.user === null ? 'main' : 'danger'} busy={busy} testid="send">
          {draft.user === null ? t.send : t.sendAs}
        </Button>
        <p role="status" data-testid="sent">
          {sent !== null && t.sent(sent)}
        </p>
      </div>
      <SameByHand lines={useEventByHand(app, draft)} />
    </form>
  );
}

/** The field of the user is there for client events only. */
function isShown(field: keyof DraftEvent | null, { user }: DraftEvent): boolean {
  return field !== null && (field !== 'user' || user !== null);
}

function Fields({ draft, onDraft, problem }: EventFieldsProps): JSX.Element {
  const t = texts.value.debug;
  const set = (change: Partial<DraftEvent>) => onDraft({ ...draft, ...change });
  return (
    <>
      <EventFields draft={draft} onDraft={onDraft} problem={problem} />
      <Toggle name="plain" on={draft.plain} onChange={(plain) => set({ plain })}>
        {t.plain}
      </Toggle>
      <div class="details-pair">
        <Field name="socket" label={t.socket} hint={t.socketHint} code value={draft.socket} error={problem('socket')} onValue={(socket) => set({ socket })} />
        <Field name="repeat" label={t.repeat} hint={t.repeatHint} type="number" least={1} most={100} value={draft.repeat} error={problem('repeat')} onValue={(repeat) => set({ repeat })} />
      </div>
      <Toggle name="as-user" on={draft.user !== null} onChange={(on) => set({ user: on ? '' : null })}>
        {t.asUser}
      </Toggle>
      {draft.user !== null && (
        <div class="stack impersonation" data-testid="impersonation">
          <p>{t.asUserWarning}</p>
          <Field name="user" label={t.user} value={draft.user} error={problem('user')} onValue={(user) => set({ user })} />
        </div>
      )}
    </>
  );
}
