/** A notice that belongs to a whole page: something to know before one reads on. */

import type { ComponentChildren, JSX } from 'preact';

interface BannerProps {
  readonly look?: 'info' | 'warn' | 'danger';
  readonly testid?: string;
  readonly children: ComponentChildren;
}

export function Banner({ look = 'info', testid, children }: BannerProps): JSX.Element {
  return (
    <div class={`banner ${LOOKS[look]}`} data-testid={testid}>
      {children}
    </div>
  );
}

const LOOKS = { info: 'banner-over', warn: '', danger: 'banner-refused' } as const;
