/** The first run: whoever has the one-time code becomes the operator. What follows is the wizard that makes the first app. */

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Failure } from '../../shared/http';
import { texts } from '../i18n';
import { mistakeIn, writtenCode, type Mistake } from '../model/credentials';
import { go } from '../model/location';
import type { Session } from '../model/session';
import { Button } from '../parts/button';
import { Code } from '../parts/code';
import { ErrorText, Field } from '../parts/field';
import { Door } from './door';
import { explain } from './failures';
import { useAction } from './use-action';

export function FirstRun({ session }: { session: Session }): JSX.Element {
  const t = texts.value.entry;
  return (
    <Door title={t.setUpTitle} lead={<p>{t.setUpLead}</p>}>
      <p class="step">{t.step(1, 2)}</p>
      <CodeForm session={session} verb={t.create} onDone={() => go('/new-app?first', 'replace')} />
    </Door>
  );
}

/** A one-time code, a name and a new password: for the first run, and for a password that was lost. */
export function CodeForm({ session, verb, onDone }: { session: Session; verb: string; onDone?: () => void }): JSX.Element {
  const [code, setCode] = useState('');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [mistake, setMistake] = useState<Mistake | null>(null);
  const { failure, busy, run } = useAction(async () => {
    const result = await session.setUp(writtenCode(code) ?? code, name.trim(), password);
    if (result === null) onDone?.();
    return result;
  });
  const t = texts.value.entry;
  const errorOf = (field: Mistake['field']) => (mistake?.field === field ? t[mistake.text] : serverError(failure, field));
  const submit = () => {
    const wrong = mistakeIn(code, name, password);
    setMistake(wrong);
    if (wrong === null) void run();
    else document.getElementById(`field-${wrong.field}`)?.focus();
  };
  return (
    <form noValidate class="form" data-testid="set-up" onSubmit={(event) => (event.preventDefault(), submit())}>
      {failure !== null && fieldOf(failure) === null && <ErrorText field="form">{explain(failure)}</ErrorText>}
      <Field name="code" label={t.code} hint={t.codeHint} code autocomplete="one-time-code" placeholder="XXXX-XXXX-XXXX" value={code} onValue={setCode} error={errorOf('code')} />
      <details class="by-hand">
        <summary>{t.codeLost}</summary>
        <Code title={texts.value.common.command} text="rollcall console code" />
      </details>
      <Field name="name" label={t.setName} hint={t.setNameHint} autocomplete="username" value={name} onValue={setName} error={errorOf('name')} />
      <Field
        name="password"
        label={t.setPassword}
        hint={t.setPasswordHint}
        type="password"
        autocomplete="new-password"
        value={password}
        onValue={setPassword}
        error={errorOf('password')}
      />
      <Button type="submit" testid="set-up-button" busy={busy}>
        {busy ? t.creating : verb}
      </Button>
    </form>
  );
}

function serverError(failure: Failure | null, field: Mistake['field']): string | null {
  return failure !== null && fieldOf(failure) === field ? explain(failure) : null;
}

/** A wrong code is a matter of the code, whether the server names the field or not. */
function fieldOf(failure: Failure): string | null {
  if (failure.code === 'wrong_code') return 'code';
  return failure.field === 'name' || failure.field === 'password' || failure.field === 'code' ? failure.field : null;
}
