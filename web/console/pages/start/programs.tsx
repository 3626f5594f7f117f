/** The programs: a tab for each front end and back end, with the secret masked until somebody wants it. */

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Failure } from '../../../shared/http';
import { texts } from '../../i18n';
import { addressOf } from '../../model/address';
import { fetchSettings, revealSecret } from '../../model/api';
import type { App } from '../../model/contract';
import { query, setQuery } from '../../model/location';
import { BACK_SNIPPETS, filled, FRONT_SNIPPETS, hasSecret, type Credentials, type FrontTab, type Snippet } from '../../model/snippets';
import { backOf, BACKS, frontOf, FRONTS, type Back } from '../../model/stacks';
import { Banner } from '../../parts/banner';
import { Button } from '../../parts/button';
import { Code } from '../../parts/code';
import { ErrorText } from '../../parts/field';
import { FixButton } from '../../parts/fix-button';
import { Tabs } from '../../parts/tabs';
import { useConsole } from '../../view/context';
import { explain } from '../../view/failures';
import { useResource } from '../../view/use-resource';

export function Programs({ app }: { app: App }): JSX.Element {
  const t = texts.value.start;
  const secret = useSecret(app);
  const asked = query.value.get('front');
  const front: FrontTab = asked === 'private' ? 'private' : frontOf(asked);
  const back = backOf(query.value.get('back'));
  return (
    <>
      <section class="section" aria-labelledby="front">
        <h2 id="front">{t.front}</h2>
        <Tabs name="front" label={t.frontTabs} tabs={frontTabs(t.private)} current={front} onChoose={(key) => setQuery({ front: key })}>
          <p class="muted">{t.notes[front]}</p>
          {front === 'private' && <ClientEventsOff app={app.id} />}
          <Files app={app} snippets={FRONT_SNIPPETS[front]} secret={secret} />
        </Tabs>
      </section>
      <section class="section" aria-labelledby="back">
        <h2 id="back">{t.back}</h2>
        <Tabs name="back" label={t.backTabs} tabs={BACK_TABS} current={back} onChoose={(key) => setQuery({ back: key })}>
          <p class="muted">{t.notes[back]}</p>
          <Files app={app} snippets={BACK_SNIPPETS[back]} secret={secret} />
        </Tabs>
      </section>
    </>
  );
}

function Files({ app, snippets, secret }: { app: App; snippets: readonly Snippet[]; secret: Secret }): JSX.Element {
  const { signedIn } = useConsole();
  const t = texts.value.start;
  const { public_url: publicUrl } = signedIn;
  const address = addressOf(publicUrl);
  const withSecret = (text: string): Credentials => ({ appId: app.id, key: newestKey(app).key, secret: text, publicUrl, address });
  const copy = (snippet: Snippet) => async () => {
    const whole = await secret.ask();
    return whole === null ? null : filled(snippet, withSecret(whole));
  };
  return (
    <>
      {address.prefix !== '' && snippets.some(hasSecret) && <p class="hint">{t.prefixNote(address.prefix)}</p>}
      {snippets.map((snippet) => (
        <Code
          key={snippet.file}
          title={snippet.file}
          text={filled(snippet, withSecret(secret.shown ?? newestKey(app).secret_masked))}
          copied={hasSecret(snippet) ? copy(snippet) : undefined}
          testid={`snippet-${snippet.file}`}
        />
      ))}
      {snippets.some(hasSecret) && <SecretLine secret={secret} />}
    </>
  );
}

function SecretLine({ secret }: { secret: Secret }): JSX.Element {
  const t = texts.value.start;
  return (
    <div class="row">
      {secret.shown === null && <p class="hint">{t.secretMasked}</p>}
      <Button look="link" testid="show-secret" onClick={() => void secret.toggle()}>
        {secret.shown === null ? t.showSecret : t.hideSecret}
      </Button>
      {secret.failure !== null && <ErrorText field="secret">{explain(secret.failure)}</ErrorText>}
    </div>
  );
}

function ClientEventsOff({ app }: { app: string }): JSX.Element | null {
  const settings = useResource(`settings ${app}`, () => fetchSettings(app));
  const off = settings.data?.settings.some(({ key, value }) => key === 'client_events' && value === false) ?? false;
  if (!off) return null;
  return (
    <Banner look="warn" testid="client-events-off">
      <p class="banner-text">{texts.value.start.clientEventsOff}</p>
      {settings.data?.fixed === null && <FixButton app={app} setting="client_events" suggested onFixed={() => settings.reload()} />}
    </Banner>
  );
}

interface Secret {
  /** Null while it is masked. */
  readonly shown: string | null;
  readonly failure: Failure | null;
  readonly ask: () => Promise<string | null>;
  readonly toggle: () => Promise<void>;
}

/** The secret of the newest key; it is asked for once, which is recorded. */
function useSecret(app: App): Secret {
  const [secret, setSecret] = useState<string | null>(null);
  const [visible, setVisible] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const ask = async () => {
    if (secret !== null) return secret;
    const reply = await revealSecret(app.id, newestKey(app).key);
    setFailure(reply.ok ? null : reply.failure);
    if (!reply.ok) return null;
    setSecret(reply.body.secret);
    return reply.body.secret;
  };
  const toggle = async () => setVisible(!visible && (await ask()) !== null);
  return { shown: visible ? secret : null, failure, ask, toggle };
}

/** What programs are written with today; an app has one key at least. */
function newestKey(app: App) {
  return app.keys.at(-1) ?? { key: '', secret_masked: '' };
}

function frontTabs(privateTitle: string): readonly { readonly key: FrontTab; readonly title: string }[] {
  const [vanilla, ...others] = Object.entries(FRONTS).map(([key, title]) => ({ key: key as FrontTab, title: title as string }));
  return [vanilla!, { key: 'private', title: privateTitle }, ...others];
}

const BACK_TABS = Object.entries(BACKS).map(([key, title]) => ({ key: key as Back, title }));
