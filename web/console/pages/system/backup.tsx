/** Has a backup of the database made and gives it to the reader. */

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { BASE } from '../../../shared/base';
import { failureOf, unreachable, type Failure } from '../../../shared/http';
import { texts } from '../../i18n';
import { request } from '../../model/by-hand';
import { API } from '../../model/client';
import { Button } from '../../parts/button';
import { SameByHand } from '../../parts/code';
import { Confirm } from '../../parts/confirm';
import { toast } from '../../parts/toast';
import { useConsole } from '../../view/context';
import { download, fileName } from '../../view/download';

export function Backup(): JSX.Element {
  const [asked, setAsked] = useState(false);
  const { signedIn } = useConsole();
  const t = texts.value.logs;
  const act = async () => {
    const failure = await save();
    if (failure === null) toast(t.backupDone);
    return failure;
  };
  return (
    <>
      <Button look="quiet" testid="backup" onClick={() => setAsked(true)}>
        {t.backup}
      </Button>
      {asked && (
        <Confirm title={t.backup} verb={t.backup} look="main" act={act} onClose={() => setAsked(false)}>
          <p>{t.backupText}</p>
          <SameByHand lines={`${request(signedIn.public_url, 'POST', 'system/backup')} \\\n  -o rollcall.db`} />
        </Confirm>
      )}
    </>
  );
}

/** The answer is a file and no JSON, and takes as long as the database is large. */
async function save(): Promise<Failure | null> {
  try {
    const response = await fetch(`${BASE}${API}/system/backup`, { method: 'POST', cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!response.ok) return failureOf(response.status, await response.json().catch(() => null), response.headers.get('Retry-After'));
    download(await response.blob(), fileName('rollcall', 'backup', 'db', Date.now()));
    return null;
  } catch {
    return unreachable().failure;
  }
}

const PATIENCE_MS = 300_000;
