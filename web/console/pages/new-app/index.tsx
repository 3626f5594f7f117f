/** The wizard that makes an app: a name, what it will be used with, and then on to code that runs. */

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { BASE } from '../../../shared/base';
import { texts } from '../../i18n';
import { createApp } from '../../model/api';
import { go, pathTo, query } from '../../model/location';
import { BACKS, FRONTS, type Back, type Front } from '../../model/stacks';
import { Button } from '../../parts/button';
import { SameByHand, shellWord } from '../../parts/code';
import { ErrorText, Field } from '../../parts/field';
import { PageHead } from '../../parts/page-head';
import { toast } from '../../parts/toast';
import { Toggle } from '../../parts/toggle';
import { useConsole } from '../../view/context';
import { explain } from '../../view/failures';
import { useAction } from '../../view/use-action';
import { Choice } from './choice';

export function Page(): JSX.Element {
  const t = texts.value;
  const first = query.value.get('first') !== null;
  return (
    <>
      <PageHead title={t.titles.newApp} lead={first ? t.apps.firstLead : t.apps.newLead} />
      {first && <p class="step">{t.entry.step(2, 2)}</p>}
      <Form />
      <section class="section" aria-labelledby="demo">
        <h2 id="demo">{t.apps.demoTitle}</h2>
        <p class="muted">{t.apps.demo}</p>
        <p>
          <a class="button button-quiet" href={`${BASE}/`} data-testid="demo">
            {t.apps.openDemo}
          </a>
        </p>
      </section>
    </>
  );
}

function Form(): JSX.Element {
  const { apps } = useConsole();
  const [name, setName] = useState('');
  const [front, setFront] = useState<Front>('vanilla');
  const [back, setBack] = useState<Back>('node');
  const [clientEvents, setClientEvents] = useState(false);
  const [mistake, setMistake] = useState<string | null>(null);
  const t = texts.value.apps;
  const { failure, busy, run } = useAction(async () => {
    const reply = await createApp(name.trim(), clientEvents);
    if (!reply.ok) {
      if (reply.failure.field === 'name') focusName();
      return reply.failure;
    }
    void apps.load();
    toast(t.created(reply.body.app.name));
    go(`${pathTo('apps', reply.body.app.id, 'getting-started')}?${new URLSearchParams({ front, back })}`);
    return null;
  });
  const submit = () => {
    const wrong = name.trim() === '' ? t.nameMissing : [...name.trim()].length > LONGEST ? t.nameLong : null;
    setMistake(wrong);
    if (wrong === null) void run();
    else focusName();
  };
  const nameFailure = failure?.field === 'name' ? explain(failure) : null;
  return (
    <form noValidate class="card form" data-testid="new-app-form" onSubmit={(event) => (event.preventDefault(), submit())}>
      {failure !== null && nameFailure === null && <ErrorText field="form">{explain(failure)}</ErrorText>}
      <Field name="name" label={t.name} hint={t.nameHint} value={name} onValue={setName} error={mistake ?? nameFailure} />
      <Choice name="front" legend={t.front} options={FRONTS} value={front} onValue={setFront} />
      <Choice name="back" legend={t.back} options={BACKS} value={back} onValue={setBack} />
      <div class="stack">
        <Toggle name="client-events" on={clientEvents} onChange={setClientEvents} describedBy="client-events-hint">
          {t.clientEvents}
        </Toggle>
        <p class="hint" id="client-events-hint">
          {t.clientEventsHint}
        </p>
      </div>
      <div class="row">
        <Button type="submit" testid="create-app" busy={busy}>
          {busy ? t.creating : t.createApp}
        </Button>
      </div>
      <SameByHand lines={`rollcall apps add 1001 ${shellWord(`name=${name.trim() || 'Chat'}`)}${clientEvents ? ' client_events=true' : ''}`} />
    </form>
  );
}

function focusName(): void {
  document.getElementById('field-name')?.focus();
}

const LONGEST = 128;
