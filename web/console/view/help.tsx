/** All shortcuts, and the switch that takes the plain letters away. */

import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { texts } from '../i18n';
import { Button } from '../parts/button';
import { Toggle } from '../parts/toggle';
import { PAGES } from '../pages';
import { chooseLetters, letters } from './use-shortcuts';

export function Help({ onClose }: { onClose: () => void }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const t = texts.value;
  useLayoutEffect(() => dialog.current?.showModal(), []);
  const rows = PAGES.filter((page) => page.key !== null).map((page) => [`g ${page.key}`, t.titles[page.id]] as const);
  return (
    <dialog ref={dialog} class="dialog card help" aria-labelledby="help-title" data-testid="help" onClose={onClose}>
      <h2 id="help-title">{t.shell.help}</h2>
      <dl class="keys">
        {[['Ctrl K', t.shell.find] as const, ['?', t.shell.help] as const, ...rows].map(([key, title]) => (
          <div key={key} class="keys-row">
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{title}</dd>
          </div>
        ))}
      </dl>
      <Toggle name="letters" on={letters.value === 'on'} onChange={(on) => chooseLetters(on ? 'on' : 'off')}>
        {t.shell.letters}
      </Toggle>
      <div class="dialog-actions">
        <Button testid="help-close" onClick={() => dialog.current?.close()}>
          {t.common.close}
        </Button>
      </div>
    </dialog>
  );
}
