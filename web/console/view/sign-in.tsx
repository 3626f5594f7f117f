/** The way in: a name and a password, or a one-time code for who lost it. */

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { texts } from '../i18n';
import type { Notice, Session } from '../model/session';
import { Button } from '../parts/button';
import { Code } from '../parts/code';
import { ErrorText, Field } from '../parts/field';
import { Door } from './door';
import { explain } from './failures';
import { CodeForm } from './first-run';
import { useAction } from './use-action';

export function SignIn({ session, notice }: { session: Session; notice: Notice }): JSX.Element {
  const [lost, setLost] = useState(false);
  const t = texts.value.entry;
  if (lost) return <WithCode session={session} onBack={() => setLost(false)} />;
  return (
    <Door title={t.signInTitle} lead={<p>{t.signInLead}</p>}>
      {notice !== 'none' && (
        <p class="notice" role="status" data-testid="notice">
          {notice === 'ended' ? t.ended : t.signedOut}
        </p>
      )}
      <PasswordForm session={session} />
      <details class="by-hand">
        <summary>{t.forgot}</summary>
        <p>{t.forgotText}</p>
        <Code title={texts.value.common.command} text="rollcall console code" />
        <Button look="quiet" testid="use-code" onClick={() => setLost(true)}>
          {t.useCode}
        </Button>
      </details>
    </Door>
  );
}

function PasswordForm({ session }: { session: Session }): JSX.Element {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [missing, setMissing] = useState<'name' | 'password' | null>(null);
  const { failure, busy, run } = useAction(() => session.signIn(name, password));
  const t = texts.value.entry;
  const submit = () => {
    const lacks = name.trim() === '' ? 'name' : password === '' ? 'password' : null;
    setMissing(lacks);
    if (lacks === null) void run();
    else document.getElementById(`field-${lacks}`)?.focus();
  };
  return (
    <form noValidate class="form" data-testid="sign-in" onSubmit={(event) => (event.preventDefault(), submit())}>
      {failure !== null && <ErrorText field="form">{explain(failure)}</ErrorText>}
      <Field name="name" label={t.name} autocomplete="username" value={name} onValue={setName} error={missing === 'name' ? t.nameMissing : null} />
      <Field
        name="password"
        label={t.password}
        type="password"
        autocomplete="current-password"
        value={password}
        onValue={setPassword}
        error={missing === 'password' ? t.passwordMissing : null}
      />
      <Button type="submit" testid="sign-in-button" busy={busy}>
        {busy ? t.signingIn : t.signIn}
      </Button>
    </form>
  );
}

function WithCode({ session, onBack }: { session: Session; onBack: () => void }): JSX.Element {
  const t = texts.value.entry;
  return (
    <Door title={t.resetTitle} lead={<p>{t.resetLead}</p>}>
      <CodeForm session={session} verb={t.reset} />
      <Button look="quiet" testid="back" onClick={onBack}>
        {t.backToSignIn}
      </Button>
    </Door>
  );
}
