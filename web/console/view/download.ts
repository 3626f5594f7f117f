/** Gives the reader a file that was made in the browser. */

/** Nothing of it is shown or run, so the page's content policy has no say in it. */
export function download(content: string | Blob, name: string, type = 'text/plain'): void {
  const blob = typeof content === 'string' ? new Blob([content], { type: `${type};charset=utf-8` }) : content;
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}

/** A name for a file of this moment, such as `events-12-2024-06-01T14-02-03.ndjson`; colons are not for file names. */
export function fileName(what: string, app: string, ending: string, nowMs: number): string {
  return `${what}-${app}-${new Date(nowMs).toISOString().slice(0, 19).replaceAll(':', '-')}.${ending}`;
}

/** The browser begins to read it after the click. */
const KEPT_MS = 60_000;
