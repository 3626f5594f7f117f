/** What a page asks for again and again while somebody looks at it: what has no live channel of its own. */

import { useEffect, useRef } from 'preact/hooks';
import type { Reply } from '../../shared/http';
import { paused } from '../model/live';
import { useResource, type Resource } from './use-resource';

/** Asks `everyMs` after each answer; not while the console is paused or the window is hidden. A function of the answer may ask more rarely for large ones. */
export function usePolled<T>(key: string, load: () => Promise<Reply<T>>, everyMs: number | ((data: T) => number)): Resource<T> {
  const resource = useResource(key, load);
  const latest = useRef(resource);
  latest.current = resource;
  const { data, failure } = resource;
  const wait = typeof everyMs === 'number' ? everyMs : data === null ? RETRY_MS : everyMs(data);
  useEffect(() => {
    if (data === null && failure === null) return;
    const timer = setInterval(() => {
      if (!paused.peek() && !document.hidden) void latest.current.reload();
    }, wait);
    return () => clearInterval(timer);
  }, [key, data, failure, wait]);
  return resource;
}

const RETRY_MS = 5_000;
