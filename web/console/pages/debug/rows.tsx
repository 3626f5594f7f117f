/** The rows of the debug console, newest first; a row that opens shows everything about its event. */

import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { locale } from '../../../shared/i18n/locale';
import { texts } from '../../i18n';
import type { LiveEvent, LiveType } from '../../model/contract';
import type { EventLog } from '../../model/event-log';
import { toneOf } from '../../model/events';
import { cutIfAny } from '../../parts/foreign';
import { WindowedTable, type WindowedColumn } from '../../parts/windowed-table';
import { timeOfDay } from '../../view/exact-time';
import { bytes, milliseconds } from '../../view/format';
import { Details } from './details';

interface RowsProps {
  readonly app: string;
  readonly log: EventLog;
  readonly order: readonly string[];
  readonly onReplay: (event: LiveEvent) => void;
}

export function Rows({ app, log, order, onReplay }: RowsProps): JSX.Element {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (id: string) => {
    const next = new Set(open);
    if (!next.delete(id)) next.add(id);
    setOpen(next);
  };
  return (
    <WindowedTable
      caption={texts.value.debug.rows}
      layout="debug-rows"
      columns={useMemo(columns, [locale.value])}
      ids={order}
      rowOf={(id) => log.event(id)}
      open={open}
      onOpen={toggle}
      detail={(event) => <Details app={app} event={event} onReplay={onReplay} />}
      rowClass={(event) => (event.impersonated === true ? 'debug-row impersonated' : 'debug-row')}
      testid="events"
    />
  );
}

/** A type by its colour, its shape and its name. */
export function TypeTag({ type }: { type: LiveType }): JSX.Element {
  return <span class={`type type-${toneOf(type)}`}>{texts.value.debug.types[type]}</span>;
}

function columns(): readonly WindowedColumn<LiveEvent>[] {
  const t = texts.value.debug;
  return [
    { id: 'time', header: t.columns.time, cell: ({ at }) => timeOfDay(at) },
    { id: 'type', header: t.columns.type, cell: (event) => <Type event={event} /> },
    { id: 'socket', header: t.columns.socket, cell: ({ socket }) => cutIfAny(socket) },
    { id: 'user', header: t.columns.user, cell: ({ user }) => cutIfAny(user) },
    { id: 'channel', header: t.columns.channel, cell: ({ channel }) => cutIfAny(channel) },
    { id: 'event', header: t.columns.event, cell: ({ event }) => cutIfAny(event) },
    { id: 'size', header: t.columns.size, numeric: true, cell: ({ size }) => (size === undefined ? null : bytes(size)) },
    { id: 'latency', header: t.columns.latency, numeric: true, cell: ({ latency_us: us }) => (us === undefined ? null : milliseconds(us / 1_000)) },
    { id: 'payload', header: t.columns.payload, cell: (event) => cutIfAny(preview(event)) },
  ];
}

function Type({ event }: { event: LiveEvent }): JSX.Element {
  const t = texts.value.debug;
  return (
    <>
      <TypeTag type={event.type} />
      {event.impersonated === true && (
        <span class="tag tag-warn" title={t.impersonatedLong} data-testid="impersonated">
          {t.impersonated}
        </span>
      )}
    </>
  );
}

/** The reason of an error, else the beginning of the data. */
function preview({ message, code, data }: LiveEvent): string {
  const reason = [code, message].filter((part) => part !== undefined).join(' ');
  return (reason === '' ? (data ?? '') : reason).slice(0, PREVIEW);
}

const PREVIEW = 200;
