/** The button that ends all connections of a user, behind a question; with a channel also what holds the member there, and its grace. */

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

interface SendAwayProps {
  readonly app: string;
  readonly user: string;
  readonly channel?: string;
  readonly onDone: () => void;
}

export function SendAway({ app, user, channel, onDone }: SendAwayProps): JSX.Element {
  const [asked, setAsked] = useState(false);
  const { signedIn } = useConsole();
  const t = texts.value.watch;
  const act = async () => {
    const failure = failureIn(await terminate(app, user, channel));
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
          <SameByHand lines={request(signedIn.public_url, 'POST', path('apps', app, 'users', user, 'terminate'), channel === undefined ? {} : { channel })} />
        </Confirm>
      )}
    </>
  );
}
