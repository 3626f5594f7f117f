/** One of several, all in sight: radio buttons that look like buttons. */

import type { JSX } from 'preact';

interface ChoiceProps<K extends string> {
  readonly name: string;
  readonly legend: string;
  readonly options: Readonly<Record<K, string>>;
  readonly value: K;
  readonly onValue: (value: K) => void;
}

export function Choice<K extends string>({ name, legend, options, value, onValue }: ChoiceProps<K>): JSX.Element {
  return (
    <fieldset class="choice">
      <legend>{legend}</legend>
      <div class="choice-options">
        {(Object.keys(options) as K[]).map((key) => (
          <label key={key} class="choice-option">
            <input type="radio" name={name} value={key} checked={key === value} onChange={() => onValue(key)} />
            <span>{options[key]}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
