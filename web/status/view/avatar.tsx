/** A person's initials on their colour; decoration, as the name stands beside it. */

import type { JSX } from 'preact';
import { initials, tone } from '../../shared/avatar';

export function Avatar({ user }: { user: string }): JSX.Element {
  return (
    <span class={`avatar ${tone(user)}`} aria-hidden="true">
      {initials(user)}
    </span>
  );
}
