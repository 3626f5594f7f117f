/** The question before a page is left that has something unsaved. */

import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { texts } from '../i18n';
import { leave, stay, wanted } from '../model/location';
import { Confirm } from '../parts/confirm';

export function Leaving(): JSX.Element | null {
  return wanted.value === null ? null : <Question />;
}

function Question(): JSX.Element {
  const t = texts.value.shell;
  const leaves = useRef(false);
  const act = async () => {
    leaves.current = true;
    return null;
  };
  // Only once the dialog is gone: it gives the focus back, and the next page takes it.
  return (
    <Confirm title={t.leaveTitle} verb={t.leave} no={t.stay} act={act} onClose={() => (leaves.current ? leave() : stay())}>
      <p>{t.leaveText}</p>
    </Confirm>
  );
}
