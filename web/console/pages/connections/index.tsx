/** Who is connected now, or one connection with what it is subscribed to; both have an address. */

import type { JSX } from 'preact';
import { query } from '../../model/location';
import type { PageProps } from '../../pages';
import { ConnectionList } from './list';
import { OneConnection } from './one';

export function Page({ app }: PageProps): JSX.Element {
  const socket = query.value.get('socket');
  if (socket !== null) return <OneConnection key={socket} app={app} socket={socket} />;
  return <ConnectionList app={app} />;
}
