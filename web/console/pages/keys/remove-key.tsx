/** The question before a key pair is removed. */

import type { JSX } from 'preact';
import type { Failure } from '../../../shared/http';
import { texts } from '../../i18n';
import { removeKey } from '../../model/api';
import { failureIn } from '../../model/client';
import type { Key } from '../../model/contract';
import { Confirm } from '../../parts/confirm';
import { toast } from '../../parts/toast';

interface RemoveKeyProps {
  readonly app: string;
  readonly pair: Key;
  /** Ends when the page shows what is so now. */
  readonly onRemoved: () => Promise<unknown>;
  readonly onClose: () => void;
}

export function RemoveKey({ app, pair, onRemoved, onClose }: RemoveKeyProps): JSX.Element {
  const t = texts.value.keys;
  const act = async (): Promise<Failure | null> => {
    const failure = failureIn(await removeKey(app, pair.key));
    if (failure === null) {
      toast(t.removed);
      await onRemoved();
    }
    return failure;
  };
  return (
    <Confirm title={t.removeTitle} verb={t.remove} typed={pair.key} act={act} onClose={onClose}>
      <p>{t.removeText}</p>
    </Confirm>
  );
}
