/** One key pair: the secret masked until somebody asks for it, which is recorded. */

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Failure } from '../../../shared/http';
import { texts } from '../../i18n';
import { revealSecret } from '../../model/api';
import type { App, Key } from '../../model/contract';
import { Ago } from '../../parts/ago';
import { Button } from '../../parts/button';
import { CopyButton } from '../../parts/copy';
import { ErrorText } from '../../parts/field';
import { actorName } from '../../view/actor';
import { explain } from '../../view/failures';
import { Fact } from './fact';

interface KeyCardProps {
  readonly app: App;
  readonly pair: Key;
  readonly newest: boolean;
  readonly onRemove: () => void;
}

export function KeyCard({ app, pair, newest, onRemove }: KeyCardProps): JSX.Element {
  const t = texts.value.keys;
  const only = app.keys.length === 1;
  return (
    <li class="card key-card" data-testid={`key-${pair.key}`}>
      <dl class="facts">
        <Fact name={t.key}>
          <code data-testid="key">{pair.key}</code>
          {newest && <span class="tag">{t.newest}</span>} <CopyButton text={pair.key} what={`${t.key} ${pair.key}`} testid="copy-key" />
        </Fact>
        <Secret app={app.id} pair={pair} />
        <Fact name={t.created}>
          {pair.created_at === null ? t.unknown : <Ago ms={pair.created_at} />}{' '}
          {pair.created_by !== null && <span data-testid="created-by">{texts.value.settings.by(actorName(pair.created_by))}</span>}
        </Fact>
        <Fact name={t.lastUsed}>
          {pair.last_used_at === null ? texts.value.common.never : <Ago ms={pair.last_used_at} />}{' '}
          {pair.last_used_from !== null && t.usedFrom(pair.last_used_from)}
        </Fact>
      </dl>
      {app.fixed === null && (
        <div class="row">
          <Button look="quiet" testid="remove-key" label={t.removeOf(pair.key)} off={only} describedBy={only ? `only-${pair.key}` : undefined} onClick={onRemove}>
            {t.remove}
          </Button>
          {only && (
            <p class="hint" id={`only-${pair.key}`}>
              {t.onlyOne}
            </p>
          )}
        </div>
      )}
    </li>
  );
}

function Secret({ app, pair }: { app: string; pair: Key }): JSX.Element {
  const [secret, setSecret] = useState<string | null>(null);
  const [shown, setShown] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const t = texts.value.keys;
  /** Asked for once; each asking is recorded. */
  const ask = async (): Promise<string | null> => {
    if (secret !== null) return secret;
    const reply = await revealSecret(app, pair.key);
    setFailure(reply.ok ? null : reply.failure);
    if (!reply.ok) return null;
    setSecret(reply.body.secret);
    return reply.body.secret;
  };
  const toggle = async () => setShown(!shown && (await ask()) !== null);
  return (
    <Fact name={t.secret}>
      <code data-testid="secret">{shown && secret !== null ? secret : pair.secret_masked}</code>
      <Button look="small" testid="reveal" label={shown ? t.hideOf(pair.key) : t.showOf(pair.key)} onClick={() => void toggle()}>
        {shown ? t.hide : t.show}
      </Button>
      <CopyButton text={ask} what={`${t.secret} ${pair.key}`} testid="copy-secret" />
      {failure !== null && <ErrorText field="secret">{explain(failure)}</ErrorText>}
    </Fact>
  );
}
