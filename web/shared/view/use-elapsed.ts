/** Time that has passed, as a fact that a component can depend on. */

import { useEffect, useState } from 'preact/hooks';

/** Whether `state` has been the same value for `ms`. */
export function useElapsed<T>(state: T, ms: number): boolean {
  const [elapsed, setElapsed] = useState<{ readonly state: T } | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setElapsed({ state }), ms);
    return () => clearTimeout(timer);
  }, [state, ms]);
  return elapsed !== null && elapsed.state === state;
}
