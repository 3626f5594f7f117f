/** Ends the server, after a word was typed. */

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { texts } from '../../i18n';
import { request } from '../../model/by-hand';
import { failureIn } from '../../model/client';
import { drain } from '../../model/watch';
import { Button } from '../../parts/button';
import { SameByHand } from '../../parts/code';
import { Confirm } from '../../parts/confirm';
import { toast } from '../../parts/toast';
import { useConsole } from '../../view/context';

export function Drain({ draining, onDone }: { draining: boolean; onDone: () => void }): JSX.Element {
  const [asked, setAsked] = useState(false);
  const { signedIn } = useConsole();
  const t = texts.value.logs;
  const act = async () => {
    const failure = failureIn(await drain(WORD));
    if (failure === null) {
      toast(t.drained);
      onDone();
    }
    return failure;
  };
  return (
    <>
      <Button look="quiet" testid="drain" off={draining} onClick={() => setAsked(true)}>
        {t.drain}
      </Button>
      {asked && (
        <Confirm title={t.drainTitle} verb={t.drainVerb} typed={WORD} act={act} onClose={() => setAsked(false)}>
          <p>{t.drainText}</p>
          <SameByHand lines={request(signedIn.public_url, 'POST', 'system/drain', { confirm: WORD })} />
        </Confirm>
      )}
    </>
  );
}

/** The server asks for the same. */
const WORD = 'drain';
