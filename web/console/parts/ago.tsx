/** A moment as people say it, kept current; the exact time is in `datetime` and the tooltip (docs/status.md C14). */

import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ago, exactly } from '../../shared/ago';
import { serverNow } from '../../shared/clock';
import { locale } from '../../shared/i18n/locale';
import { watchMoment } from '../../shared/moments';
import { texts } from '../i18n';

export function Ago({ ms }: { ms: number }): JSX.Element {
  const [, redraw] = useState(0);
  useEffect(() => watchMoment(ms, () => redraw((count) => count + 1)), [ms]);
  return (
    <time dateTime={new Date(ms).toISOString()} title={exactly(ms, locale.value)}>
      {ago(serverNow() - ms, locale.value, 'long') ?? texts.value.common.justNow}
    </time>
  );
}
