/** Labelled fields with their hint and their error, tied together for assistive technology. */

import type { ComponentChildren, JSX, Ref } from 'preact';
import { useState } from 'preact/hooks';
import { texts } from '../i18n';
import { Foreign } from './foreign';

interface FieldProps {
  /** Unique on the page; also the field's name. */
  readonly name: string;
  readonly label: ComponentChildren;
  readonly hint?: ComponentChildren;
  readonly error?: string | null;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly type?: 'text' | 'password' | 'search' | 'number' | 'url';
  readonly least?: number;
  readonly most?: number;
  readonly placeholder?: string;
  readonly autocomplete?: 'username' | 'current-password' | 'new-password' | 'one-time-code' | 'off';
  readonly readOnly?: boolean;
  /** For text that is code: a fixed pitch, and no help with spelling. */
  readonly code?: boolean;
  readonly inputRef?: Ref<HTMLInputElement>;
}

export function Field(props: FieldProps): JSX.Element {
  const { type = 'text', autocomplete = 'off', code = false, readOnly = false } = props;
  return (
    <Labelled {...props}>
      {(ties) => (
        <input
          {...ties}
          ref={props.inputRef}
          class={code ? 'input input-code' : 'input'}
          // One component for several types; the types of Preact want one each.
          type={type as 'text'}
          name={props.name}
          dir={code ? 'ltr' : 'auto'}
          min={props.least}
          max={props.most}
          value={props.value}
          placeholder={props.placeholder}
          autocomplete={autocomplete}
          autocapitalize={code ? 'off' : undefined}
          spellcheck={!code && type === 'text'}
          readOnly={readOnly}
          onInput={(event) => props.onValue(event.currentTarget.value)}
        />
      )}
    </Labelled>
  );
}

interface AreaProps extends Pick<FieldProps, 'name' | 'label' | 'hint' | 'error' | 'value' | 'onValue' | 'readOnly' | 'code'> {
  readonly rows?: number;
}

export function TextArea(props: AreaProps): JSX.Element {
  return (
    <Labelled {...props}>
      {(ties) => (
        <textarea
          {...ties}
          class={props.code ? 'input input-code' : 'input'}
          name={props.name}
          rows={props.rows ?? 4}
          value={props.value}
          spellcheck={!props.code}
          readOnly={props.readOnly ?? false}
          onInput={(event) => props.onValue(event.currentTarget.value)}
        />
      )}
    </Labelled>
  );
}

interface SelectProps extends Pick<FieldProps, 'name' | 'label' | 'hint' | 'error' | 'value' | 'onValue'> {
  readonly options: readonly { readonly value: string; readonly label: string }[];
}

export function Select(props: SelectProps): JSX.Element {
  return (
    <Labelled {...props}>
      {(ties) => (
        <select {...ties} class="select" name={props.name} value={props.value} onChange={(event) => props.onValue(event.currentTarget.value)}>
          {props.options.map(({ value, label }) => (
            <option key={value} value={value} selected={value === props.value}>
              {label}
            </option>
          ))}
        </select>
      )}
    </Labelled>
  );
}

interface FileFieldProps extends Pick<FieldProps, 'name' | 'label' | 'hint' | 'error'> {
  /** The endings of names that are offered first. */
  readonly accept: string;
  readonly onFile: (file: File | null) => void;
}

/** The browser's own field lies over what is shown, unseen: its words are in the language of the browser. */
export function FileField(props: FileFieldProps): JSX.Element {
  const t = texts.value.common;
  const [chosen, setChosen] = useState<File | null>(null);
  const choose = (file: File | null) => {
    setChosen(file);
    props.onFile(file);
  };
  return (
    <Labelled {...props}>
      {(ties) => (
        <span class="file-field">
          <input {...ties} type="file" name={props.name} accept={props.accept} onChange={(event) => choose(event.currentTarget.files?.[0] ?? null)} />
          <span class="input row" aria-hidden="true">
            <span class="button button-quiet button-small">{t.chooseFile}</span>
            {chosen === null ? <span class="muted">{t.noFile}</span> : <Foreign text={chosen.name} />}
          </span>
        </span>
      )}
    </Labelled>
  );
}

/** A sentence about what went wrong; it is read out when it appears. */
export function ErrorText({ id, field, children }: { id?: string; field: string; children: ComponentChildren }): JSX.Element {
  return (
    <p class="error" id={id} role="alert" data-testid="error" data-field={field}>
      {children}
    </p>
  );
}

interface Ties {
  readonly id: string;
  readonly 'aria-invalid': boolean | undefined;
  readonly 'aria-describedby': string | undefined;
}

interface LabelledProps extends Pick<FieldProps, 'name' | 'label' | 'hint' | 'error'> {
  readonly children: (ties: Ties) => JSX.Element;
}

function Labelled({ name, label, hint, error = null, children }: LabelledProps): JSX.Element {
  const [id, hintId, errorId] = [`field-${name}`, `hint-${name}`, `error-${name}`];
  const described = [error === null ? null : errorId, hint === undefined ? null : hintId].filter((part) => part !== null).join(' ');
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, 'aria-invalid': error === null ? undefined : true, 'aria-describedby': described === '' ? undefined : described })}
      {error !== null && (
        <ErrorText id={errorId} field={name}>
          {error}
        </ErrorText>
      )}
      {hint !== undefined && (
        <p class="hint" id={hintId}>
          {hint}
        </p>
      )}
    </div>
  );
}
