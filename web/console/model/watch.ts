/** The requests of the pages that watch: channels, connections, presence, stats, webhooks, errors, system (docs/console.md 2.5 to 2.7). */

import type { Failure } from '../../shared/http';
import { changeSettings, fetchSettings } from './api';
import { failureIn, get, path, post, remove, upload, withQuery } from './client';
import type { ChannelDetail, ChannelRow, Connection, ConnectionDetail, ErrorGroup, Presence, Range, Stats, System, WebhookLog, WebhookTest } from './contract';

/** A server lists as many and says how many there are. */
export const MOST_LISTED = 10_000;

export const fetchChannels = (app: string, prefix: string, sort: string) =>
  get<{ readonly total: number; readonly channels: readonly ChannelRow[] }>(withQuery(path('apps', app, 'channels'), { prefix, sort, limit: MOST_LISTED }));
export const fetchChannel = (app: string, name: string) => get<ChannelDetail>(withQuery(path('apps', app, 'channel'), { name }));

export const fetchConnections = (app: string, search: string, sort: string, address: 'short' | 'whole') =>
  get<{ readonly total: number; readonly connections: readonly Connection[] }>(
    withQuery(path('apps', app, 'connections'), { search, sort, limit: MOST_LISTED, address: address === 'whole' ? address : null }),
  );
export const fetchConnection = (app: string, socket: string) => get<ConnectionDetail>(path('apps', app, 'connections', socket));
export const disconnect = (app: string, socket: string, comeBack: boolean) => post(path('apps', app, 'connections', socket, 'disconnect'), { come_back: comeBack });
export const terminate = (app: string, user: string, channel?: string) =>
  post(path('apps', app, 'users', user, 'terminate'), channel === undefined ? {} : { channel });

/** Keeps a user out from now on, beside those who are kept out already. */
export async function block(app: string, user: string): Promise<Failure | null> {
  const settings = await fetchSettings(app);
  if (!settings.ok) return settings.failure;
  const known = settings.body.settings.find(({ key }) => key === 'blocked_users')?.value as readonly string[];
  return known.includes(user) ? null : failureIn(await changeSettings(app, { blocked_users: [...known, user] }));
}

export const fetchPresence = (app: string, channel: string) => get<Presence>(withQuery(path('apps', app, 'presence'), { channel }));

export const fetchErrors = (app: string) => get<{ readonly errors: readonly ErrorGroup[] }>(path('apps', app, 'errors'));
export const fetchErrorsOfNoApp = () => get<{ readonly errors: readonly ErrorGroup[] }>('errors');
export const fetchStats = (app: string, range: Range) => get<Stats>(withQuery(path('apps', app, 'stats'), { range }));

export const fetchWebhooks = (app: string) => get<WebhookLog>(path('apps', app, 'webhooks'));
export const testWebhook = (app: string, url: string) => post<WebhookTest>(path('apps', app, 'webhooks', 'test'), { url });
export const resendWebhook = (delivery: string) => post<{ readonly resent: number }>(path('webhooks', delivery, 'resend'));
export const resendWebhooks = (app: string) => post<{ readonly resent: number }>(path('apps', app, 'webhooks', 'resend'));

export const fetchSystem = () => get<System>('system');
export const sendBackup = (file: Blob, onSent: (part: number) => void, signal: AbortSignal) => upload('system/restore', file, onSent, signal);
export const discardBackup = () => remove('system/restore');
export const drain = (confirm: string) => post('system/drain', { confirm });

