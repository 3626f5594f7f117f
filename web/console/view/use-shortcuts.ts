/** Listens for the shortcuts of `model/keys.ts`, and remembers whether plain letters are wanted. */

import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Shortcuts } from '../model/keys';

/** Above its first use, because the choice is read while this module is being evaluated. */
const STORAGE_KEY = 'rollcall.console.letters';

/** Whether `g` and a letter, and `?`, do anything; somebody who speaks to the computer may want them off (WCAG 2.1.4). */
export const letters = signal<'on' | 'off'>(remembered());

export function chooseLetters(choice: 'on' | 'off'): void {
  letters.value = choice;
  try {
    localStorage.setItem(STORAGE_KEY, choice);
  } catch {
    // Storage may be refused; the choice then lasts as long as the page.
  }
}

interface Handlers {
  readonly onPalette: () => void;
  readonly onHelp: () => void;
  readonly onJump: (key: string) => void;
}

export function useShortcuts(handlers: Handlers): void {
  const latest = useRef(handlers);
  latest.current = handlers;
  useEffect(() => {
    const shortcuts = new Shortcuts();
    const handle = (event: KeyboardEvent) => {
      // A question that is open is to be answered first.
      if (event.isComposing || document.querySelector('dialog[open]') !== null) return;
      const command = shortcuts.handle(event, isText(event.target) ? 'text' : 'page', letters.peek(), Date.now());
      if (command === null) return;
      event.preventDefault();
      if (command.kind === 'jump') latest.current.onJump(command.key);
      else if (command.kind === 'palette') latest.current.onPalette();
      else latest.current.onHelp();
    };
    document.addEventListener('keydown', handle);
    return () => document.removeEventListener('keydown', handle);
  }, []);
}

function isText(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]');
}

function remembered(): 'on' | 'off' {
  try {
    return localStorage.getItem(STORAGE_KEY) === 'off' ? 'off' : 'on';
  } catch {
    return 'on';
  }
}
