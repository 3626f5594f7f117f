/** The machines that serve. */

import type { JSX } from 'preact';
import { texts } from '../../i18n';
import type { NodeCard } from '../../model/contract';
import { Table, type Column } from '../../parts/table';
import { bytes, duration, percent } from '../../view/format';

export function Nodes({ nodes }: { nodes: readonly NodeCard[] }): JSX.Element {
  const t = texts.value.overview;
  const columns: readonly Column<NodeCard>[] = [
    { id: 'name', header: t.node, cell: (node) => node.name },
    { id: 'cpu', header: t.cpu, numeric: true, cell: (node) => percent(node.cpu_percent / 100) },
    { id: 'memory', header: t.memory, numeric: true, cell: (node) => bytes(node.rss_bytes) },
    { id: 'uptime', header: t.uptime, cell: (node) => duration(node.uptime_seconds) },
    { id: 'version', header: t.version, cell: (node) => node.version },
    { id: 'state', header: t.state, cell: (node) => (node.draining ? t.draining : t.serving) },
  ];
  return (
    <section class="section" aria-labelledby="nodes">
      <h2 id="nodes">{t.nodes}</h2>
      <Table caption={t.nodes} columns={columns} rows={nodes} keyOf={(node) => node.name} testid="nodes" />
    </section>
  );
}
