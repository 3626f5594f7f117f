/** The names that this browser's key may sign in as: one click each, and the way to be forgotten (docs/status.md section 0). */

import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { texts } from '../../shared/i18n';
import type { Failure } from '../../shared/http';
import { Confirm } from './confirm';
import { ErrorText } from './field';
import { Limited } from './limited';
import { refusalOf, type Join, type Refusal } from './refusal';

/** The refusal of one of the names. */
interface Refused extends Refusal {
  readonly name: string;
}

interface RememberedProps {
  readonly names: readonly string[];
  readonly onJoin: Join;
  readonly onForget: () => Promise<Failure | null>;
}

export function Remembered({ names, onJoin, onForget }: RememberedProps): JSX.Element | null {
  const [asking, setAsking] = useState(false);
  const [forgotten, setForgotten] = useState(false);
  const t = texts.value;
  const note = useFocusWhen(forgotten);
  if (forgotten) return <p ref={note} class="notice" role="status" tabIndex={-1} data-testid="forgotten">{t.forgotten}</p>;
  if (names.length === 0) return null;
  return (
    <div class="remembered" data-testid="remembered">
      <p>{t.remembers(names)}</p>
      <Names names={names} onJoin={onJoin} />
      <button type="button" class="link-button" data-testid="forget-device" onClick={() => setAsking(true)}>
        {t.forget}
      </button>
      {asking && (
        <Confirm
          title={t.forgetTitle}
          text={t.forgetText}
          verb={t.forget}
          act={onForget}
          onClose={() => setAsking(false)}
          onDone={() => (setAsking(false), setForgotten(true))}
        />
      )}
    </div>
  );
}

/** The status of the account stays as it is: nothing was typed. */
function Names({ names, onJoin }: { names: readonly string[]; onJoin: Join }): JSX.Element {
  const [refused, setRefused] = useState<Refused | null>(null);
  const busy = useRef(false);
  const t = texts.value;
  const join = async (name: string, how: 'confirmed' | 'plain') => {
    if (busy.current) return;
    busy.current = true;
    setRefused(null);
    const failure = await onJoin(name, null, how);
    busy.current = false;
    if (failure !== null) setRefused({ ...refusalOf(failure), name });
  };
  return (
    <>
      <ul class="remembered-names">
        {names.map((name) => (
          <li key={name}>
            <button type="button" class="button button-name" data-testid="sign-in-as" data-user={name} onClick={() => void join(name, 'plain')}>
              {t.signInAs(name)}
            </button>
          </li>
        ))}
      </ul>
      {refused !== null && (
        <ErrorText id="error-remembered" field="remembered">
          {refused.untilMs === null ? refused.text(t) : <Limited untilMs={refused.untilMs} onPassed={() => setRefused(null)} />}
        </ErrorText>
      )}
      {refused?.code === 'already_signed_in' && (
        <button type="button" class="button button-quiet" data-testid="switch" onClick={() => void join(refused.name, 'confirmed')}>
          {t.switchName(refused.name)}
        </button>
      )}
    </>
  );
}

/** What had the focus is gone; its place is taken by what became of it. */
function useFocusWhen(shown: boolean) {
  const element = useRef<HTMLParagraphElement>(null);
  useLayoutEffect(() => {
    if (shown) element.current?.focus();
  }, [shown]);
  return element;
}
