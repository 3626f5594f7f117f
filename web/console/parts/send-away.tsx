/** The buttons that end all connections of a user, for now or for good, behind a question; with a channel also what holds the member there, and its grace. */

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { visible } from '../../shared/visible';
import { texts } from '../i18n';
import { request } from '../model/by-hand';
import { failureIn, path } from '../model/client';
import { pathTo } from '../model/location';
import { block, terminate } from '../model/watch';
import { useConsole } from '../view/context';
import { Button } from './button';
import { SameByHand } from './code';
import { Confirm } from './confirm';
import { LinkTo } from './link';
import { toast } from './toast';

interface SendAwayProps {
  readonly app: string;
  readonly user: string;
  readonly channel?: string;
  readonly onDone: () => void;
}

export function SendAway({ app, user, channel, onDone }: SendAwayProps): JSX.Element {
  const shown = visible(user);
  const [asked, setAsked] = useState<'now' | 'for-good' | null>(null);
  const { signedIn } = useConsole();
  const t = texts.value.watch;
  const forGood = asked === 'for-good';
  const act = async () => {
    const failure = (forGood ? await block(app, user) : null) ?? failureIn(await terminate(app, user, channel));
    if (failure === null) {
      toast(forGood ? t.blocked(shown) : t.sentAway(shown));
      onDone();
    }
    return failure;
  };
  return (
    <span class="row">
      <Button look="quiet" testid="send-away" label={`${t.sendAway}: ${shown}`} onClick={() => setAsked('now')}>
        {t.sendAway}
      </Button>
      <Button look="quiet" testid="block" label={`${t.block}: ${shown}`} onClick={() => setAsked('for-good')}>
        {t.block}
      </Button>
      {asked !== null && (
        <Confirm title={forGood ? t.blockTitle(shown) : t.sendAwayTitle(shown)} verb={forGood ? t.block : t.sendAway} act={act} onClose={() => setAsked(null)}>
          <p>{forGood ? t.blockText : t.sendAwayText}</p>
          {forGood ? (
            <p>
              <LinkTo to={pathTo('apps', app, 'settings')}>{texts.value.settings.labels.blocked_users}</LinkTo>
            </p>
          ) : (
            <SameByHand lines={request(signedIn.public_url, 'POST', path('apps', app, 'users', user, 'terminate'), channel === undefined ? {} : { channel })} />
          )}
        </Confirm>
      )}
    </span>
  );
}
