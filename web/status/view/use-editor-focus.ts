/** Where the focus goes when the status turns from button to field and back (docs/status.md 4.2). */

import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { StatusEditor } from '../model/editor';

interface EditorFocus {
  readonly button: RefObject<HTMLButtonElement | null>;
  readonly input: RefObject<HTMLInputElement | null>;
  /** The field is about to close by a key or a button, so the focus must not fall on the floor. */
  readonly leaveByKey: () => void;
}

export function useEditorFocus(editor: StatusEditor): EditorFocus {
  const button = useRef<HTMLButtonElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const byKey = useRef(false);
  const open = editor.open.value;
  const before = useRef(open);
  const kind = editor.save.value.kind;
  useLayoutEffect(() => {
    // A draft that a reload brought back does not take the focus; only what a person did moves it.
    if (open && !before.current) input.current?.focus();
    // Most edits replace the whole text; one that was refused is to be mended.
    if (open && !before.current && !editor.dirty.peek()) input.current?.select();
    if (!open && byKey.current) button.current?.focus();
    before.current = open;
    byKey.current = false;
  }, [open]);
  useLayoutEffect(() => {
    if (kind === 'rejected' || kind === 'failed' || kind === 'too-long') input.current?.focus();
  }, [kind]);
  return { button, input, leaveByKey: () => (byKey.current = true) };
}
