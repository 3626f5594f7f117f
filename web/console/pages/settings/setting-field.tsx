/** One setting: its name, its value, what it does, to whom a change applies, and what is wrong with it. */

import type { JSX } from 'preact';
import { visible } from '../../../shared/visible';
import { texts } from '../../i18n';
import type { Setting } from '../../model/contract';
import { wrongLine } from '../../model/endpoint-lines';
import type { Draft, Mistake, SettingsForm } from '../../model/settings-form';
import { Button } from '../../parts/button';
import { ErrorText, Field, TextArea } from '../../parts/field';
import { Toggle } from '../../parts/toggle';
import { explain } from '../../view/failures';
import { number } from '../../view/format';
import { docOf, labelOf, valueText } from '../../view/settings-text';

interface SettingFieldProps {
  readonly setting: Setting;
  readonly form: SettingsForm;
  readonly readOnly: boolean;
}

export function SettingField({ setting, form, readOnly }: SettingFieldProps): JSX.Element {
  const t = texts.value.settings;
  const label = labelOf(setting.key);
  const dirty = form.isDirty(setting);
  return (
    <div class={dirty ? 'setting setting-dirty' : 'setting'} data-testid={`setting-${setting.key}`}>
      <Control setting={setting} form={form} readOnly={readOnly} label={label} />
      <p class="row setting-foot">
        <code>{setting.key}</code>
        <span class="tag">{dirty ? t.changed : setting.is_default ? t.isDefault : t.defaultIs(valueText(setting.default))}</span>
        {!readOnly && !setting.is_default && !dirty && (
          <Button look="link" testid={`default-${setting.key}`} label={t.toDefaultOf(label)} onClick={() => form.editToDefault(setting)}>
            {t.toDefault}
          </Button>
        )}
      </p>
    </div>
  );
}

function Control({ setting, form, readOnly, label }: SettingFieldProps & { label: string }): JSX.Element {
  const draft = form.draftOf(setting);
  const wrong = form.mistakeIn(setting);
  const shared = { name: setting.key, label, hint: <Hint setting={setting} />, error: wrong === null ? null : mistakeText(wrong, setting, draft), readOnly };
  if (typeof draft === 'boolean') return <Switch {...shared} on={draft} onChange={(on) => form.edit(setting.key, on)} />;
  const field = { ...shared, value: draft, onValue: (value: string) => form.edit(setting.key, value) };
  if (setting.kind === 'texts' || setting.kind === 'webhooks') return <TextArea {...field} code rows={Math.min(8, draft.split('\n').length + 1)} />;
  if (setting.kind === 'whole') return <Field {...field} type="number" least={setting.least} most={setting.most} />;
  return <Field {...field} />;
}

interface SwitchProps {
  readonly name: string;
  readonly label: string;
  readonly hint: JSX.Element;
  readonly error: string | null;
  readonly readOnly: boolean;
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
}

function Switch({ name, label, hint, error, readOnly, on, onChange }: SwitchProps): JSX.Element {
  return (
    <div class="field">
      <Toggle name={name} on={on} onChange={onChange} off={readOnly} describedBy={`hint-${name}`}>
        {label}
      </Toggle>
      {error !== null && <ErrorText field={name}>{error}</ErrorText>}
      <p class="hint" id={`hint-${name}`}>
        {hint}
      </p>
    </div>
  );
}

function Hint({ setting }: { setting: Setting }): JSX.Element {
  const t = texts.value.settings;
  const parts = [docOf(setting)];
  if (setting.kind === 'whole' && setting.least !== undefined && setting.most !== undefined) parts.push(t.bounds(number(setting.least), number(setting.most)));
  if (setting.zero !== undefined && setting.zero !== null) parts.push(t.zero);
  if (setting.kind === 'texts') parts.push(t.linesHint);
  if (setting.kind === 'webhooks') parts.push(t.endpointsHint(classes()));
  return (
    <>
      {parts.join(' ')} <span class="applies">{t.applies[setting.applies_to]}</span>
    </>
  );
}

/** The kinds of events that an endpoint may get, each with what it is. */
function classes(): string {
  return Object.entries(texts.value.webhooks.classes)
    .map(([name, what]) => `${name} (${what})`)
    .join(', ');
}

function mistakeText(mistake: Mistake, setting: Setting, draft: Draft): string {
  const t = texts.value.settings;
  switch (mistake.kind) {
    case 'not-whole':
      return t.notWhole;
    case 'outside':
      return t.outside(number(setting.least ?? 0), number(setting.most ?? 0));
    case 'refused':
      return lineText(setting, draft) ?? explain(mistake.failure);
  }
}

/** Which line of the endpoints is wrong, as far as this page can tell. */
function lineText({ kind }: Setting, draft: Draft): string | null {
  if (kind !== 'webhooks' || typeof draft === 'boolean') return null;
  const t = texts.value.settings;
  const wrong = wrongLine(draft, new Set(Object.keys(texts.value.webhooks.classes)));
  return wrong === null ? null : t.wrongLine(wrong.line, t.wrongLines[wrong.problem](visible(wrong.what)));
}
