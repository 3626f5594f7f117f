/** A labelled text field with its hint and its error, tied together for assistive technology. */

import type { ComponentChildren, JSX, Ref } from 'preact';

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  readonly error: string | null;
  readonly inputRef: Ref<HTMLInputElement>;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly placeholder?: string;
  readonly autocomplete: 'nickname' | 'off';
}

export function Field(props: FieldProps): JSX.Element {
  const [id, hintId, errorId] = [`field-${props.name}`, `hint-${props.name}`, `error-${props.name}`];
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <input
        id={id}
        ref={props.inputRef}
        class="input"
        type="text"
        name={props.name}
        dir="auto"
        value={props.value}
        placeholder={props.placeholder ?? ''}
        autocomplete={props.autocomplete}
        aria-invalid={props.error !== null}
        aria-describedby={props.error === null ? hintId : `${errorId} ${hintId}`}
        onInput={(event) => props.onValue(event.currentTarget.value)}
      />
      {props.error !== null && (
        <ErrorText id={errorId} field={props.name}>
          {props.error}
        </ErrorText>
      )}
      <p class="hint" id={hintId}>
        {props.hint}
      </p>
    </div>
  );
}

interface ErrorTextProps {
  readonly id: string;
  readonly field: string;
  readonly children: ComponentChildren;
}

export function ErrorText({ id, field, children }: ErrorTextProps): JSX.Element {
  return (
    <p class="error" id={id} role="alert" data-testid="error" data-field={field}>
      {children}
    </p>
  );
}
