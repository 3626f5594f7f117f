/** The cure of an error: a button that sets the setting that would have prevented it, after saying what that means. */

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { texts } from '../i18n';
import { changeSettings } from '../model/api';
import { failureIn } from '../model/client';
import type { SettingValue } from '../model/contract';
import { labelOf, valueText } from '../view/settings-text';
import { Button } from './button';
import { Code, shellWord } from './code';
import { Confirm } from './confirm';
import { toast } from './toast';

interface FixProps {
  readonly app: string;
  readonly setting: string;
  readonly suggested: SettingValue;
  /** Ends when the page shows what is so now. */
  readonly onFixed?: () => Promise<unknown>;
}

export function FixButton({ app, setting, suggested, onFixed }: FixProps): JSX.Element {
  const [asking, setAsking] = useState(false);
  const t = texts.value.settings;
  const [label, value] = [labelOf(setting), valueText(suggested)];
  const act = async () => {
    const failure = failureIn(await changeSettings(app, { [setting]: suggested }));
    if (failure === null) {
      toast(t.fixDone(label, value));
      await onFixed?.();
    }
    return failure;
  };
  return (
    <>
      <Button look="quiet" testid={`fix-${setting}`} onClick={() => setAsking(true)}>
        {suggested === true ? t.switchOn(label) : suggested === false ? t.switchOff(label) : t.setTo(label, value)}
      </Button>
      {asking && (
        <Confirm title={t.fixTitle(label, value)} verb={t.fix} look="main" act={act} onClose={() => setAsking(false)}>
          <p>{t.fixText}</p>
          <Code title={texts.value.common.byHand} text={settingLine(app, { [setting]: suggested })} />
        </Confirm>
      )}
    </>
  );
}

/** The command that makes these changes; null sets the default. */
export function settingLine(app: string, changes: Readonly<Record<string, SettingValue | null>>): string {
  const words = Object.entries(changes).map(([key, value]) => shellWord(`${key}=${written(value)}`));
  return ['rollcall apps set', shellWord(app), ...words].join(' ');
}

/** A value as the command line takes it: lists of texts with commas, endpoints as in the file. */
function written(value: SettingValue | null): string {
  if (value === null) return '';
  if (typeof value !== 'object') return String(value);
  if (value.every((item) => typeof item === 'string')) return value.join(',');
  const endpoints = value.map((item) => {
    const { url, events } = item as { url: string; events?: readonly string[] };
    return events === undefined ? `{ url = ${JSON.stringify(url)} }` : `{ url = ${JSON.stringify(url)}, events = ${JSON.stringify(events)} }`;
  });
  return `[${endpoints.join(', ')}]`;
}
