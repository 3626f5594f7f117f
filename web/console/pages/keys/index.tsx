/** The keys of an app: where to connect, with what, and how to change that without an interruption. */

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { texts } from '../../i18n';
import { addKey, fetchApp } from '../../model/api';
import { addressOf } from '../../model/address';
import type { App, Key } from '../../model/contract';
import { Banner } from '../../parts/banner';
import { Button } from '../../parts/button';
import { SameByHand, shellWord } from '../../parts/code';
import { CopyButton } from '../../parts/copy';
import { ErrorText } from '../../parts/field';
import { Loaded } from '../../parts/loaded';
import { PageHead } from '../../parts/page-head';
import { toast } from '../../parts/toast';
import type { PageProps } from '../../pages';
import { useConsole } from '../../view/context';
import { explain } from '../../view/failures';
import { useAction } from '../../view/use-action';
import { useResource } from '../../view/use-resource';
import { Fact } from './fact';
import { KeyCard } from './key-card';
import { RemoveKey } from './remove-key';

export function Page({ app: id }: PageProps): JSX.Element {
  const { apps } = useConsole();
  const app = useResource(`app ${id}`, () => fetchApp(id));
  const t = texts.value;
  return (
    <>
      <PageHead title={t.titles.keys} lead={t.keys.lead} app={apps.nameOf(id)} />
      <Loaded of={app}>{(data) => <Keys app={data.app} onChanged={() => app.reload()} />}</Loaded>
    </>
  );
}

function Keys({ app, onChanged }: { app: App; onChanged: () => Promise<void> }): JSX.Element {
  const [asked, setAsked] = useState<Key | null>(null);
  const t = texts.value;
  const add = useAction(async () => {
    const reply = await addKey(app.id);
    if (!reply.ok) return reply.failure;
    toast(t.keys.added);
    void onChanged();
    return null;
  });
  return (
    <>
      {app.fixed !== null && (
        <Banner look="warn" testid="fixed">
          <p class="banner-text">{t.settings.fixed(app.fixed)}</p>
        </Banner>
      )}
      <Where app={app} />
      <section class="section" aria-labelledby="pairs">
        <div class="section-head">
          <h2 id="pairs">{t.keys.pairs}</h2>
          {app.fixed === null && (
            <Button testid="add-key" busy={add.busy} onClick={() => void add.run()}>
              {t.keys.add}
            </Button>
          )}
        </div>
        {add.failure !== null && <ErrorText field="add-key">{explain(add.failure)}</ErrorText>}
        <p class="muted">{t.keys.recorded}</p>
        <ul class="stack" data-testid="keys">
          {app.keys.map((key, index) => (
            <KeyCard key={key.key} app={app} pair={key} newest={index === app.keys.length - 1 && index > 0} onRemove={() => setAsked(key)} />
          ))}
        </ul>
        <SameByHand lines={`rollcall apps show ${shellWord(app.id)} --secret`} />
      </section>
      <Rotation />
      {asked !== null && <RemoveKey app={app.id} pair={asked} onRemoved={onChanged} onClose={() => setAsked(null)} />}
    </>
  );
}

function Where({ app }: { app: App }): JSX.Element {
  const { signedIn } = useConsole();
  const { host, port, tls, prefix } = addressOf(signedIn.public_url);
  const t = texts.value;
  return (
    <section class="card section" aria-labelledby="where">
      <h2 id="where">{t.keys.where}</h2>
      <dl class="facts">
        <Copied name={t.keys.appId} value={app.id} />
        <Copied name={t.keys.host} value={host} />
        <Copied name={t.keys.port} value={String(port)} />
        <Fact name={t.keys.tls}>{tls ? t.common.on : t.common.off}</Fact>
        {prefix !== '' && <Copied name={t.keys.prefix} value={prefix} />}
      </dl>
    </section>
  );
}

function Copied({ name, value }: { name: string; value: string }): JSX.Element {
  return (
    <Fact name={name}>
      <code>{value}</code> <CopyButton text={value} what={name} />
    </Fact>
  );
}

function Rotation(): JSX.Element {
  const t = texts.value.keys;
  return (
    <section class="card section" aria-labelledby="rotate">
      <h2 id="rotate">{t.rotate}</h2>
      <ol class="steps">
        {t.rotateSteps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
    </section>
  );
}
