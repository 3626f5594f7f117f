/** A switch with its name beside it; what it means may stand elsewhere and be tied by `describedBy`. */

import type { ComponentChildren, JSX } from 'preact';

interface ToggleProps {
  readonly name: string;
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
  readonly off?: boolean;
  readonly describedBy?: string;
  readonly children: ComponentChildren;
}

export function Toggle({ name, on, onChange, off = false, describedBy, children }: ToggleProps): JSX.Element {
  return (
    <button
      type="button"
      role="switch"
      class="switch"
      id={`field-${name}`}
      data-testid={`toggle-${name}`}
      aria-checked={on}
      aria-describedby={describedBy}
      aria-disabled={off ? true : undefined}
      onClick={() => !off && onChange(!on)}
    >
      <span>{children}</span>
    </button>
  );
}
