/** Something that a person does: once at a time, with the failure of the last try. */

import { useRef, useState } from 'preact/hooks';
import type { Failure } from '../../shared/http';

export interface Action {
  readonly failure: Failure | null;
  readonly busy: boolean;
  readonly run: () => Promise<void>;
  readonly clear: () => void;
}

/** `act` answers with its failure, or with null when it is done. */
export function useAction(act: () => Promise<Failure | null>): Action {
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  // State changes with the next render; a second click in the same tick must already find it set.
  const running = useRef(false);
  const run = async () => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    setFailure(null);
    const result = await act();
    running.current = false;
    setBusy(false);
    setFailure(result);
  };
  return { failure, busy, run, clear: () => setFailure(null) };
}
