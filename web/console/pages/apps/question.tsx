/** What is asked before an app is duplicated, switched off or on, or deleted. */

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Failure } from '../../../shared/http';
import { texts } from '../../i18n';
import { changeSettings, deleteApp, duplicateApp } from '../../model/api';
import { failureIn } from '../../model/client';
import type { Card } from '../../model/contract';
import { Code, shellWord } from '../../parts/code';
import { Confirm } from '../../parts/confirm';
import { Field } from '../../parts/field';
import { toast } from '../../parts/toast';
import { useConsole } from '../../view/context';

export type Action = 'duplicate' | 'disable' | 'enable' | 'delete';

export interface Asked {
  readonly action: Action;
  readonly card: Card;
  readonly name: string;
}

export function Question({ asked, onClose }: { asked: Asked; onClose: () => void }): JSX.Element {
  switch (asked.action) {
    case 'duplicate':
      return <Duplicate asked={asked} onClose={onClose} />;
    case 'disable':
    case 'enable':
      return <SwitchApp asked={asked} onClose={onClose} />;
    case 'delete':
      return <Delete asked={asked} onClose={onClose} />;
  }
}

interface QuestionProps {
  readonly asked: Asked;
  readonly onClose: () => void;
}

function Duplicate({ asked: { card, name }, onClose }: QuestionProps): JSX.Element {
  const t = texts.value.apps;
  const [copy, setCopy] = useState(t.copyOf(name));
  const done = useDone();
  return (
    <Confirm
      title={t.duplicateTitle(name)}
      verb={t.duplicate}
      look="main"
      act={async () => done(failureIn(await duplicateApp(card.id, copy.trim())), t.created(copy))}
      onClose={onClose}
    >
      <p>{t.duplicateText}</p>
      <Field name="copy" label={t.newName} value={copy} onValue={setCopy} />
    </Confirm>
  );
}

function SwitchApp({ asked: { action, card, name }, onClose }: QuestionProps): JSX.Element {
  const t = texts.value.apps;
  const on = action === 'enable';
  const done = useDone();
  return (
    <Confirm
      title={on ? t.actionOn(t.enable, name) : t.disableTitle(name)}
      verb={on ? t.enable : t.disable}
      look={on ? 'main' : 'danger'}
      act={async () => done(failureIn(await changeSettings(card.id, { enabled: on })), on ? t.switchedOn(name) : t.switchedOff(name))}
      onClose={onClose}
    >
      {!on && <p>{t.disableText}</p>}
      <ByHand line={`rollcall apps set ${shellWord(card.id)} enabled=${on}`} />
    </Confirm>
  );
}

function Delete({ asked: { card, name }, onClose }: QuestionProps): JSX.Element {
  const t = texts.value.apps;
  const done = useDone();
  return (
    <Confirm
      title={t.deleteTitle(name)}
      verb={t.remove}
      typed={name}
      act={async () => done(failureIn(await deleteApp(card.id, name)), t.deleted(name))}
      onClose={onClose}
    >
      <p>{t.deleteText}</p>
      <ByHand line={`rollcall apps remove ${shellWord(card.id)}`} />
    </Confirm>
  );
}

function ByHand({ line }: { line: string }): JSX.Element {
  return <Code title={texts.value.common.byHand} text={line} />;
}

/** What follows from an answer: the list anew and a word about it, or the failure for the dialog. */
function useDone(): (failure: Failure | null, news: string) => Promise<Failure | null> {
  const { apps } = useConsole();
  return async (failure, news) => {
    if (failure !== null) return failure;
    toast(news);
    await apps.load();
    return null;
  };
}
