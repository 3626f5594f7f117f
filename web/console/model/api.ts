/** The requests of docs/console.md sections 2.1 to 2.5, by name; a page whose requests nobody shares keeps them beside itself. */

import type { Reply } from '../../shared/http';
import type { Proof } from '../../shared/link';
import { get, patch, path, post, remove, withQuery } from './client';
import type { App, Card, Change, Changes, Checklist, Key, NewEvent, Overview, SessionAnswer, Setting, Settings } from './contract';

export const fetchSession = () => get<SessionAnswer>('session');
export const setUp = (code: string, name: string, password: string) => post('setup', { code, name, password });
export const signIn = (name: string, password: string) => post('sign-in', { name, password });
export const signOut = () => post('sign-out');
export const changePassword = (current: string, next: string) => post('password', { current, new: next });

export const fetchApps = () => get<{ readonly apps: readonly Card[] }>('apps');
export const createApp = (name: string, clientEvents: boolean) => post<{ readonly app: App }>('apps', { name, client_events: clientEvents });
export const fetchApp = (app: string) => get<{ readonly app: App }>(path('apps', app));
export const duplicateApp = (app: string, name: string) => post<{ readonly app: App }>(path('apps', app, 'duplicate'), { name });
export const deleteApp = (app: string, confirm: string) => remove(path('apps', app), { confirm });

export const addKey = (app: string) => post<{ readonly key: Key }>(path('apps', app, 'keys'));
export const revealSecret = (app: string, key: string) => post<{ readonly secret: string }>(path('apps', app, 'keys', key, 'reveal'));
export const removeKey = (app: string, key: string) => remove(path('apps', app, 'keys', key));

export const fetchSettings = (app: string) => get<Settings>(path('apps', app, 'settings'));
export const changeSettings = (app: string, changes: Changes) =>
  patch<{ readonly settings: readonly Setting[]; readonly change: Change }>(path('apps', app, 'settings'), { changes });
export const fetchChanges = (app: string, before: number | null) =>
  get<{ readonly changes: readonly Change[] }>(withQuery(path('apps', app, 'changes'), { before }));
export const revertChange = (n: number) => post<{ readonly change: Change }>(path('changes', String(n), 'revert'));

export const fetchOverview = (app: string) => get<Overview>(path('apps', app, 'overview'));
export const fetchChecklist = (app: string) => get<Checklist>(path('apps', app, 'checklist'));
export const sendEvent = (app: string, event: NewEvent) => post<{ readonly published: number }>(path('apps', app, 'events'), event);

/** The proof for a live channel, in the form of pusher-js. */
export function authorizeLive(socketId: string, channel: string): Promise<Reply<Proof>> {
  return post<Proof>('live/auth', new URLSearchParams({ socket_id: socketId, channel_name: channel }));
}
