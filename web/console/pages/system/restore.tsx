/** Sends a backup to the server, which puts it in the place of its database when it starts the next time; until then it can be discarded. */

import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { texts } from '../../i18n';
import { command } from '../../model/by-hand';
import { failureIn } from '../../model/client';
import type { StagedBackup, System } from '../../model/contract';
import { discardBackup, sendBackup } from '../../model/watch';
import { Ago } from '../../parts/ago';
import { Banner } from '../../parts/banner';
import { Button } from '../../parts/button';
import { SameByHand } from '../../parts/code';
import { Confirm } from '../../parts/confirm';
import { ErrorText, FileField } from '../../parts/field';
import { toast } from '../../parts/toast';
import { explain } from '../../view/failures';
import { bytes } from '../../view/format';
import { useAction } from '../../view/use-action';

export function Restore({ system, onDone }: { system: System; onDone: () => void }): JSX.Element {
  const [file, setFile] = useState<File | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  /** What is asked about; the field may be empty again by the time the question goes. */
  const [asked, setAsked] = useState<File | null>(null);
  /** Another one is another, empty field: a browser keeps what was chosen in the old. */
  const [round, setRound] = useState(0);
  const t = texts.value.logs;
  const choose = (chosen: File | null) => {
    const most = system.restore_most_bytes;
    setFile(chosen);
    setProblem(chosen !== null && chosen.size > most ? t.restoreTooLarge(bytes(chosen.size), bytes(most)) : null);
  };
  const ask = () => {
    if (file === null) setProblem(t.restoreNone);
    else if (problem === null) setAsked(file);
  };
  return (
    <section class="section" data-testid="restore">
      <h2>{t.restore}</h2>
      <p class="muted">{t.restoreLead}</p>
      <form noValidate class="form" onSubmit={(event) => (event.preventDefault(), ask())}>
        <FileField key={round} name="backup-file" label={t.restoreFile} accept=".db,.sqlite,.sqlite3" error={problem} onFile={choose} />
        <div class="row">
          <Button look="quiet" type="submit" testid="restore-ask">
            {t.restoreAsk}
          </Button>
        </div>
      </form>
      {asked !== null && (
        <Sending
          file={asked}
          data={system.data_directory}
          onSent={() => (choose(null), setRound(round + 1), toast(t.restoreDone))}
          onClose={() => (setAsked(null), onDone())}
        />
      )}
    </section>
  );
}

interface SendingProps {
  readonly file: File;
  readonly data: string;
  readonly onSent: () => void;
  readonly onClose: () => void;
}

/** Asks, sends, and shows how far it is; who closes it meanwhile ends it. */
function Sending({ file, data, onSent, onClose }: SendingProps): JSX.Element {
  const [sent, setSent] = useState<number | null>(null);
  const leaving = useRef(new AbortController());
  const t = texts.value.logs;
  const act = async () => {
    setSent(0);
    const failure = failureIn(await sendBackup(file, setSent, leaving.current.signal));
    setSent(null);
    if (failure === null) onSent();
    return failure;
  };
  return (
    <Confirm title={t.restoreTitle} verb={t.restoreVerb} typed={WORD} act={act} onClose={() => (leaving.current.abort(), onClose())}>
      <p>{t.restoreText}</p>
      <SameByHand lines={command('rollcall', 'restore', file.name, '--data', data)} />
      {sent !== null && (
        <label class="stack" data-testid="restore-progress">
          {sent < 1 ? t.restoreSending : t.restoreChecking}
          {sent < 1 ? <progress class="progress" value={sent} /> : <progress class="progress" />}
        </label>
      )}
    </Confirm>
  );
}

/** A backup that waits for the next start. */
export function Staged({ backup, onDone }: { backup: StagedBackup; onDone: () => Promise<void> }): JSX.Element {
  const t = texts.value.logs;
  const { failure, busy, run } = useAction(async () => {
    const failed = failureIn(await discardBackup());
    await onDone();
    if (failed === null) {
      toast(t.restoreDiscarded);
      // The button is gone with the notice.
      document.querySelector('h1')?.focus();
    }
    return failed;
  });
  const { apps, people, newest_change: newest } = backup;
  return (
    <Banner look="warn" testid="staged">
      <div class="banner-text">
        <p>{apps === null || people === null ? t.stagedUnreadable : t.staged(apps, people)}</p>
        {newest !== null && (
          <p>
            {t.stagedNewest} <Ago ms={newest} />
          </p>
        )}
        {failure !== null && <ErrorText field="discard">{explain(failure)}</ErrorText>}
      </div>
      <Button look="quiet" testid="discard-restore" busy={busy} onClick={() => void run()}>
        {t.restoreDiscard}
      </Button>
    </Banner>
  );
}

/** The page's own guard: what is sent is the file alone. */
const WORD = 'restore';
