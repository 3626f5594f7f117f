/** Something that may be asked for many times a second and need not be done as often. */

import { useEffect, useRef } from 'preact/hooks';

/** `act` runs at once, then at most once in `intervalMs` and always after the last wish. */
export function useThrottled(act: () => void, intervalMs: number): () => void {
  const state = useRef({ act, timer: undefined as ReturnType<typeof setTimeout> | undefined, lastMs: Number.NEGATIVE_INFINITY });
  state.current.act = act;
  useEffect(() => () => clearTimeout(state.current.timer), []);
  return () => {
    const { current } = state;
    if (current.timer !== undefined) return;
    const wait = Math.max(0, current.lastMs + intervalMs - Date.now());
    current.timer = setTimeout(() => {
      current.timer = undefined;
      current.lastMs = Date.now();
      current.act();
    }, wait);
  };
}
