/** The button that sets the setting which would cure an error, and what became of it. */

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { texts } from '../i18n';
import { changeSettings } from '../model/api';
import { command, settingWord } from '../model/by-hand';
import type { AppliesTo, SettingValue } from '../model/contract';
import { explain } from '../view/failures';
import { useAction } from '../view/use-action';
import { Button } from './button';
import { SameByHand } from './code';
import { ErrorText } from './field';

export interface CureProps {
  readonly app: string;
  readonly setting: string;
  readonly suggested: SettingValue;
  readonly onCured?: () => void;
}

export function Cure({ app, setting, suggested, onCured }: CureProps): JSX.Element {
  const [applies, setApplies] = useState<AppliesTo | null>(null);
  const { failure, busy, run } = useAction(async () => {
    const reply = await changeSettings(app, { [setting]: suggested });
    if (!reply.ok) return reply.failure;
    setApplies(reply.body.settings.find(({ key }) => key === setting)?.applies_to ?? 'new_and_open');
    onCured?.();
    return null;
  });
  const t = texts.value.cure;
  return (
    <div class="cure" data-testid="cure" data-setting={setting}>
      {applies === null && (
        <Button look="quiet" busy={busy} testid="fix" onClick={() => void run()}>
          {verb(setting, suggested)}
        </Button>
      )}
      <p role="status" class={applies === null ? 'visually-hidden' : 'cure-done'}>
        {applies !== null && `${t.done(setting, value(suggested))} ${t.applies[applies]}`}
      </p>
      {failure !== null && <ErrorText field="cure">{explain(failure)}</ErrorText>}
      <SameByHand lines={command('rollcall', 'apps', 'set', app, settingWord(setting, suggested))} />
    </div>
  );
}

function verb(setting: string, suggested: SettingValue): string {
  const t = texts.value.cure;
  if (typeof suggested === 'boolean') return suggested ? t.switchOn(setting) : t.switchOff(setting);
  return t.set(setting, value(suggested));
}

function value(of: SettingValue): string {
  const t = texts.value.common;
  if (typeof of === 'boolean') return of ? t.on : t.off;
  return typeof of === 'object' ? of.map((one) => (typeof one === 'string' ? one : one.url)).join(', ') : String(of);
}
