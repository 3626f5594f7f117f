/** A button that copies a text, and says that it did. */

import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { texts } from '../i18n';
import { Button } from './button';

/** `what` names the text for who hears several such buttons. `text` may be a promise of one that is asked for first. */
export function CopyButton({ text, what, testid = 'copy' }: { text: string | (() => Promise<string | null>); what: string; testid?: string }): JSX.Element {
  const t = texts.value.common;
  const [said, setSaid] = useState<'copied' | 'not-copied' | null>(null);
  useEffect(() => {
    if (said === null) return;
    const timer = setTimeout(() => setSaid(null), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const run = async () => {
    const content = typeof text === 'string' ? text : await text();
    if (content !== null) setSaid((await copy(content)) ? 'copied' : 'not-copied');
  };
  const words = { copied: t.copied, 'not-copied': t.notCopied };
  return (
    <span class="copy">
      <Button look="small" testid={testid} label={t.copyWhat(what)} onClick={() => void run()}>
        {said === null ? t.copy : words[said]}
      </Button>
      <span class="visually-hidden" role="status">
        {said === null ? '' : words[said]}
      </span>
    </span>
  );
}

/** A page on plain http has no clipboard of its own; there the text is selected in a field and the browser told to copy. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text);
  }
}

function copySelected(text: string): boolean {
  const before = document.activeElement;
  const field = document.createElement('textarea');
  field.value = text;
  field.readOnly = true;
  field.className = 'visually-hidden';
  // Inside a dialog that is open, since everything else can't have the focus.
  (document.querySelector('dialog[open]') ?? document.body).append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  if (before instanceof HTMLElement) before.focus();
  return done;
}

const SAID_MS = 2_000;
