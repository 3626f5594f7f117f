/** A big number, and how it differs from an hour ago: said in words too, because an arrow is no word. */

import type { ComponentChildren, JSX } from 'preact';
import { texts } from '../i18n';
import { number, short, signed } from '../view/format';

interface FigureProps {
  readonly label: string;
  readonly value: number;
  /** Left out when there is nothing to compare with. */
  readonly before?: number | undefined;
  /** Whether more of it is bad. */
  readonly bad?: boolean;
  readonly testid?: string;
  readonly format?: (value: number) => string;
  readonly children?: ComponentChildren;
}

export function Figure({ label, value, before, bad = false, testid, format = short, children }: FigureProps): JSX.Element {
  return (
    <div class="figure" data-testid={testid}>
      <p class="figure-label">{label}</p>
      <p class="figure-value" title={number(value, 2)}>
        {format(value)}
      </p>
      {before !== undefined && <Delta by={value - before} bad={bad} />}
      {children}
    </div>
  );
}

function Delta({ by, bad }: { by: number; bad: boolean }): JSX.Element {
  const t = texts.value.common;
  const look = !bad || by === 0 ? 'same' : by > 0 ? 'worse' : 'better';
  return (
    <p class={`delta delta-${look}`}>
      <span aria-hidden="true">{by === 0 ? '=' : by > 0 ? '▲' : '▼'}</span> {t.sinceAnHourAgo(signed(by))}
    </p>
  );
}
