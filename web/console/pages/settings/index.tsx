/** The settings of an app: groups of fields, saved together, with what was changed before below. */

import type { JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { texts } from '../../i18n';
import { changeSettings, fetchChanges, fetchSettings } from '../../model/api';
import type { SettingGroup } from '../../model/contract';
import { holdPage } from '../../model/location';
import { formOf, type SettingsForm } from '../../model/settings-form';
import { Banner } from '../../parts/banner';
import { Button } from '../../parts/button';
import { SameByHand } from '../../parts/code';
import { ErrorText } from '../../parts/field';
import { settingLine } from '../../parts/fix-button';
import { Loaded } from '../../parts/loaded';
import { PageHead } from '../../parts/page-head';
import { toast } from '../../parts/toast';
import type { PageProps } from '../../pages';
import { useConsole } from '../../view/context';
import { explain } from '../../view/failures';
import { useAction } from '../../view/use-action';
import { useResource } from '../../view/use-resource';
import { History } from './history';
import { SettingField } from './setting-field';

export function Page({ app }: PageProps): JSX.Element {
  const { apps } = useConsole();
  const form = useMemo(() => formOf(app), [app]);
  const settings = useResource(`settings ${app}`, () => fetchSettings(app));
  const changes = useResource(`changes ${app}`, () => fetchChanges(app, null));
  const t = texts.value;
  useEffect(() => form.load(settings.data?.settings ?? []), [form, settings.data]);
  const handleSaved = () => Promise.all([changes.reload(), apps.load()]);
  const handleReverted = () => Promise.all([settings.reload(), handleSaved()]);
  return (
    <>
      <PageHead title={t.titles.settings} lead={t.settings.lead} app={apps.nameOf(app)} />
      <Loaded of={settings}>
        {({ fixed }) => (
          <>
            {fixed !== null && (
              <Banner look="warn" testid="fixed">
                <p class="banner-text">{t.settings.fixed(fixed)}</p>
              </Banner>
            )}
            <Form app={app} form={form} readOnly={fixed !== null} onSaved={handleSaved} />
          </>
        )}
      </Loaded>
      <History app={app} changes={changes} onReverted={handleReverted} />
    </>
  );
}

interface FormProps {
  readonly app: string;
  readonly form: SettingsForm;
  readonly readOnly: boolean;
  readonly onSaved: () => Promise<unknown>;
}

function Form({ app, form, readOnly, onSaved }: FormProps): JSX.Element {
  const t = texts.value.settings;
  const action = useAction(async () => {
    const reply = await changeSettings(app, form.changes.peek());
    if (!reply.ok) {
      form.handleRefused(reply.failure);
      focus(reply.failure.field);
      return reply.failure;
    }
    form.handleSaved(reply.body.settings);
    toast(t.saved);
    void onSaved();
    return null;
  });
  const save = () => {
    const wrong = form.check();
    if (wrong !== null) focus(wrong);
    else if (form.dirty.peek() > 0) void action.run();
  };
  useEffect(() => holdPage({ isHeld: () => form.dirty.peek() > 0, discard: () => form.discard() }), [form]);
  return (
    <form noValidate class="settings" data-testid="settings" onSubmit={(event) => (event.preventDefault(), save())}>
      {GROUPS.map((group) => (
        <Group key={group} group={group} form={form} readOnly={readOnly} />
      ))}
      <SaveBar form={form} busy={action.busy} />
      <SameByHand lines={settingLine(app, form.dirty.value > 0 ? form.changes.value : { client_events: true })} />
    </form>
  );
}

function Group({ group, form, readOnly }: { group: SettingGroup; form: SettingsForm; readOnly: boolean }): JSX.Element | null {
  const settings = form.settings.value.filter((setting) => setting.group === group);
  if (settings.length === 0) return null;
  return (
    <section class="card section" aria-labelledby={`settings-${group}`}>
      <h2 id={`settings-${group}`}>{texts.value.settings.groups[group]}</h2>
      <div class="settings-fields">
        {settings.map((setting) => (
          <SettingField key={setting.key} setting={setting} form={form} readOnly={readOnly} />
        ))}
      </div>
    </section>
  );
}

/** Stays in sight while something is not saved. */
function SaveBar({ form, busy }: { form: SettingsForm; busy: boolean }): JSX.Element {
  const t = texts.value;
  const count = form.dirty.value;
  return (
    <div class={count === 0 ? 'save-bar' : 'save-bar save-bar-dirty'}>
      {form.failure !== null && <ErrorText field="form">{explain(form.failure)}</ErrorText>}
      <p role="status" data-testid="dirty">
        {count > 0 ? t.settings.dirty(count) : ''}
      </p>
      {count > 0 && (
        <div class="row">
          <Button look="quiet" testid="discard" onClick={() => form.discard()}>
            {t.settings.discard}
          </Button>
          <Button type="submit" testid="save" busy={busy}>
            {busy ? t.common.saving : t.common.save}
          </Button>
        </div>
      )}
    </div>
  );
}

function focus(key: string | null): void {
  document.getElementById(`field-${key}`)?.focus();
}

const GROUPS: readonly SettingGroup[] = ['general', 'features', 'presence', 'limits', 'security', 'webhooks'];
