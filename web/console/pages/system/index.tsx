/** The server itself: version, options and where each came from, storage, backup and the way back, the log, the end, and the licences. */

import type { ComponentChildren, JSX } from 'preact';
import { texts } from '../../i18n';
import { request } from '../../model/by-hand';
import type { System } from '../../model/contract';
import { query, setQuery } from '../../model/location';
import { fetchSystem } from '../../model/watch';
import { Ago } from '../../parts/ago';
import { Banner } from '../../parts/banner';
import { SameByHand } from '../../parts/code';
import { Loaded } from '../../parts/loaded';
import { PageHead } from '../../parts/page-head';
import { Table } from '../../parts/table';
import { Toggle } from '../../parts/toggle';
import { useConsole } from '../../view/context';
import { bytes } from '../../view/format';
import { usePolled } from '../../view/use-polled';
import { Backup } from './backup';
import { Drain } from './drain';
import { LogTail } from './log-tail';
import { Restore, Staged } from './restore';

export function Page(): JSX.Element {
  const { signedIn } = useConsole();
  const system = usePolled('system', fetchSystem, EVERY_MS);
  const t = texts.value;
  return (
    <>
      <PageHead title={t.titles.system} lead={t.logs.systemLead} live />
      <Loaded of={system}>
        {(data) => (
          <>
            {data.draining && (
              <Banner look="warn" testid="draining">
                <p class="banner-text">{t.logs.draining}</p>
              </Banner>
            )}
            {data.restore !== null && <Staged backup={data.restore} onDone={system.reload} />}
            <Facts system={data} />
            <div class="row">
              <Backup />
              <Drain draining={data.draining} onDone={() => void system.reload()} />
            </div>
            <Restore system={data} onDone={() => void system.reload()} />
            <Options options={data.options} />
            <LogTail lines={data.log} />
            <Licences licences={data.licences} />
          </>
        )}
      </Loaded>
      <SameByHand lines={request(signedIn.public_url, 'GET', 'system')} />
    </>
  );
}

function Facts({ system }: { system: System }): JSX.Element {
  const t = texts.value.logs;
  const facts: readonly (readonly [string, ComponentChildren])[] = [
    [t.version, system.version],
    [t.started, <Ago ms={system.started_at} />],
    [t.data, <code>{system.data_directory}</code>],
    [t.size, bytes(system.database_bytes)],
  ];
  return (
    <dl class="card facts">
      {facts.map(([name, value]) => (
        <div key={name} class="fact">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Options({ options }: { options: System['options'] }): JSX.Element {
  const t = texts.value.logs;
  const onlySet = query.value.get('options') === 'set';
  const shown = onlySet ? options.filter(({ source }) => source !== 'default') : options;
  return (
    <section class="section">
      <div class="section-head">
        <h2>{t.options}</h2>
        <Toggle name="only-set" on={onlySet} onChange={(on) => setQuery({ options: on ? 'set' : null })}>
          {t.onlySet}
        </Toggle>
      </div>
      <p class="muted">{t.redacted}</p>
      <Table
        caption={t.options}
        rows={shown}
        keyOf={({ key }) => key}
        testid="options"
        columns={[
          { id: 'key', header: t.option, cell: ({ key }) => <code>{key}</code> },
          { id: 'value', header: t.value, cell: ({ value }) => <code class="payload">{typeof value === 'string' ? value : JSON.stringify(value)}</code> },
          { id: 'source', header: t.source, cell: ({ source, place }) => (place === null ? t.sources[source] : `${t.sources[source]}, ${place}`) },
        ]}
      />
    </section>
  );
}

function Licences({ licences }: { licences: System['licences'] }): JSX.Element {
  const t = texts.value.logs;
  return (
    <section class="section">
      <h2>{t.licences}</h2>
      <details data-testid="licences">
        <summary class="opener">{t.licencesCount(licences.length)}</summary>
        <Table
          caption={t.licences}
          rows={licences}
          keyOf={({ name, version }) => `${name} ${version}`}
          columns={[
            { id: 'name', header: t.part, cell: ({ name }) => name },
            { id: 'version', header: t.version, cell: ({ version }) => version },
            { id: 'licence', header: t.licence, cell: ({ licence }) => licence },
          ]}
        />
      </details>
    </section>
  );
}

const EVERY_MS = 5_000;
