/** The operator's own account: its password, and the way out. */

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { texts } from '../../i18n';
import { changePassword } from '../../model/api';
import { failureIn } from '../../model/client';
import { passwordMistake } from '../../model/credentials';
import { Button } from '../../parts/button';
import { SameByHand } from '../../parts/code';
import { ErrorText, Field } from '../../parts/field';
import { PageHead } from '../../parts/page-head';
import { toast } from '../../parts/toast';
import { useConsole } from '../../view/context';
import { explain } from '../../view/failures';
import { useAction } from '../../view/use-action';

export function Page(): JSX.Element {
  const { signedIn } = useConsole();
  const t = texts.value;
  return (
    <>
      <PageHead title={t.titles.account} lead={t.entry.accountLead(signedIn.operator.name)} />
      <section class="card section narrow" aria-labelledby="change">
        <h2 id="change">{t.entry.changeTitle}</h2>
        <PasswordForm name={signedIn.operator.name} />
        <SameByHand lines="rollcall console code">
          <p class="muted">{t.entry.forgotText}</p>
        </SameByHand>
      </section>
    </>
  );
}

function PasswordForm({ name }: { name: string }): JSX.Element {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [wrong, setWrong] = useState<'current' | 'next' | null>(null);
  const t = texts.value.entry;
  const { failure, busy, run } = useAction(async () => {
    const result = failureIn(await changePassword(current, next));
    if (result === null) (setCurrent(''), setNext(''), toast(t.changed));
    return result;
  });
  const mistake = passwordMistake(next);
  const submit = () => {
    const field = current === '' ? 'current' : mistake === null ? null : 'next';
    setWrong(field);
    if (field === null) void run();
    else document.getElementById(`field-${field}`)?.focus();
  };
  const about = failure === null ? null : failure.code === 'wrong_password' || failure.field === 'current' ? 'current' : failure.field === 'new' ? 'next' : 'form';
  const text = failure === null ? null : explain(failure);
  return (
    <form noValidate class="form" data-testid="password-form" onSubmit={(event) => (event.preventDefault(), submit())}>
      {about === 'form' && <ErrorText field="form">{text}</ErrorText>}
      {/* Password managers want to know whose password this is. */}
      <input type="text" name="username" autocomplete="username" value={name} readOnly hidden />
      <Field
        name="current"
        type="password"
        label={t.current}
        autocomplete="current-password"
        value={current}
        onValue={setCurrent}
        error={wrong === 'current' ? t.passwordMissing : about === 'current' ? text : null}
      />
      <Field
        name="next"
        type="password"
        label={t.next}
        hint={t.setPasswordHint}
        autocomplete="new-password"
        value={next}
        onValue={setNext}
        error={wrong === 'next' && mistake !== null ? t[mistake.text] : about === 'next' ? text : null}
      />
      <div class="row">
        <Button type="submit" testid="change-password" busy={busy}>
          {t.change}
        </Button>
      </div>
    </form>
  );
}
