/** A button: what it says, how loud it is, and whether it is at work. A busy one keeps the focus, so it is never `disabled`. */

import type { ComponentChildren, JSX, Ref } from 'preact';

interface ButtonProps {
  readonly look?: 'main' | 'quiet' | 'small' | 'danger' | 'link';
  readonly type?: 'button' | 'submit';
  readonly busy?: boolean;
  /** What it would do can't be done now; it says why elsewhere. */
  readonly off?: boolean;
  readonly testid?: string;
  readonly label?: string;
  readonly describedBy?: string;
  readonly pressed?: boolean;
  readonly buttonRef?: Ref<HTMLButtonElement>;
  readonly onClick?: () => void;
  readonly children: ComponentChildren;
}

export function Button({ look = 'main', type = 'button', busy = false, off = false, ...rest }: ButtonProps): JSX.Element {
  return (
    <button
      ref={rest.buttonRef}
      type={type}
      class={LOOKS[look]}
      data-testid={rest.testid}
      aria-label={rest.label}
      aria-describedby={rest.describedBy}
      aria-pressed={rest.pressed}
      aria-disabled={busy || off ? true : undefined}
      aria-busy={busy ? true : undefined}
      onClick={(event) => {
        if (busy || off) event.preventDefault();
        else rest.onClick?.();
      }}
    >
      {rest.children}
    </button>
  );
}

const LOOKS = {
  main: 'button',
  quiet: 'button button-quiet',
  /** Beside one line of text. */
  small: 'button button-quiet button-small',
  danger: 'button button-danger',
  link: 'link-button',
} as const;
