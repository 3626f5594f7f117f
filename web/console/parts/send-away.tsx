/** The button that ends all connections of a user, behind a question. */

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { texts } from '../i18n';
import { request } from '../model/by-hand';
import { failureIn, path } from '../model/client';
import { terminate } from '../model/watch';
import { useConsole } from '../view/context';
import { Button } from './button';
import { SameByHand } from './code';
import { Confirm } from './confirm';
import { toast } from './toast';

export function SendAway({ app, user, onDone }: { app: string; user: string; onDone: () => void }): JSX.Element {
  const [asked, setAsked] = useState(false);
  const { signedIn } = useConsole();
  const t = texts.value.watch;
  const act = async () => {
    const failure = failureIn(await terminate(app, user));
    if (failure === null) {
      toast(t.sentAway(user));
      onDone();
    }
    return failure;
  };
  return (
    <>
      <Button look="quiet" testid="send-away" label={`${t.sendAway}: ${user}`} onClick={() => setAsked(true)}>
        {t.sendAway}
      </Button>
      {asked && (
        <Confirm title={t.sendAwayTitle(user)} verb={t.sendAway} act={act} onClose={() => setAsked(false)}>
          <p>{t.sendAwayText}</p>
          <SameByHand lines={request(signedIn.public_url, 'POST', path('apps', app, 'users', user, 'terminate'))} />
        </Confirm>
      )}
    </>
  );
}
