/** Whole seconds until a moment, counted down once a second. */

import { useEffect, useState } from 'preact/hooks';

/** Null while there is nothing to count down to; 0 once the moment has come. `untilMs` is by this device's clock. */
export function useCountdown(untilMs: number | null): number | null {
  const [, redraw] = useState(0);
  const left = untilMs === null ? null : Math.max(0, Math.ceil((untilMs - Date.now()) / SECOND_MS));
  useEffect(() => {
    if (untilMs === null) return;
    const timer = setInterval(() => redraw((count) => count + 1), SECOND_MS);
    return () => clearInterval(timer);
  }, [untilMs]);
  return left;
}

const SECOND_MS = 1_000;
