/**
 * What all paths of the server have in front (its setting `path_prefix`): empty, or a slash and segments.
 *
 * The server puts it into every attribute of a page that begins with a slash, hence into the one that is read here.
 */
export const BASE = baseOf(globalThis.document?.querySelector('meta[name="rollcall-base"]')?.getAttribute('content'));

/** The base without the slash at its end; a page that says nothing has none. */
export function baseOf(content: string | null | undefined): string {
  return (content ?? '').replace(/\/$/, '');
}
