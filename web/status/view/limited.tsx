/** "Try again in 12 s", counted down for the eye and said once to a screen reader (docs/status.md S14). */

import type { JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { texts } from '../../shared/i18n';
import { useCountdown } from '../../shared/view/use-countdown';

export function Limited({ untilMs, onPassed }: { untilMs: number; onPassed: () => void }): JSX.Element {
  const t = texts.value;
  const seconds = useCountdown(untilMs) ?? 0;
  const spoken = useMemo(() => t.signUpLimited(seconds), [untilMs, t]);
  useEffect(() => {
    if (seconds === 0) onPassed();
  }, [seconds]);
  return (
    <>
      <span aria-hidden="true" data-testid="limited">
        {t.signUpLimited(seconds)}
      </span>
      <span class="visually-hidden">{spoken}</span>
    </>
  );
}
