/** What a page has asked its server for: the answer, the failure, and how to ask again. */

import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Failure, Reply } from '../../shared/http';

export interface Resource<T> {
  /** The last answer; it stays while a newer request fails. */
  readonly data: T | null;
  readonly failure: Failure | null;
  readonly reload: () => Promise<void>;
  /** Puts in what came by another way, such as the answer of a PATCH or a live event. */
  readonly set: (data: T) => void;
}

/** Asks when the component appears and whenever `key`, which says what is asked for, changes. */
export function useResource<T>(key: string, load: () => Promise<Reply<T>>): Resource<T> {
  const [state, setState] = useState<{ readonly key: string; readonly data: T | null; readonly failure: Failure | null }>(nothing(key));
  const latest = useRef({ key, load });
  latest.current = { key, load };
  const reload = useCallback(async () => {
    const asked = latest.current;
    const reply = await asked.load();
    // An answer to what nobody asks any more is none.
    if (latest.current.key !== asked.key) return;
    setState((before) => ({
      key: asked.key,
      data: reply.ok ? reply.body : before.key === asked.key ? before.data : null,
      failure: reply.ok ? null : reply.failure,
    }));
  }, []);
  const set = useCallback((data: T) => setState({ key: latest.current.key, data, failure: null }), []);
  useEffect(() => void reload(), [key]);
  const current = state.key === key ? state : nothing(key);
  return { data: current.data, failure: current.failure, reload, set };
}

function nothing(key: string) {
  return { key, data: null, failure: null };
}
