/** The contract between the console and its server, as types: docs/console.md section 2, in its order. Times are milliseconds since 1970. */

/** 2.1 */
export interface SignedOut {
  readonly signed_in: false;
  readonly setup_needed: boolean;
  readonly version: string;
}

export interface SignedIn {
  readonly signed_in: true;
  readonly operator: { readonly name: string };
  readonly version: string;
  /** Where clients and back ends reach the server, with the path prefix and without a slash behind. */
  readonly public_url: string;
  readonly live: { readonly key: string; readonly channel_prefix: string };
}

export type SessionAnswer = SignedOut | SignedIn;

/** 2.2 */
export interface Card {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly is_status_app: boolean;
  /** Where it is declared, when the console can't change it. */
  readonly fixed: string | null;
  readonly connections: number;
  readonly peak: number;
  readonly messages_per_second: number;
  /** Messages of each of the last 60 seconds, oldest first. */
  readonly rates: readonly number[];
  readonly errors_last_hour: number;
}

export interface App {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly is_status_app: boolean;
  readonly fixed: string | null;
  readonly created_at: number | null;
  readonly keys: readonly Key[];
}

/** 2.3 */
export interface Key {
  readonly key: string;
  readonly created_at: number | null;
  /** An operator, `command line` or `first start`; null where no record tells. */
  readonly created_by: string | null;
  readonly last_used_at: number | null;
  readonly last_used_from: string | null;
  readonly secret_masked: string;
}

/** 2.4 */
export type SettingValue = boolean | number | string | readonly string[] | readonly Endpoint[];
export type SettingKind = 'switch' | 'whole' | 'text' | 'texts' | 'webhooks';
export type SettingGroup = 'features' | 'presence' | 'limits' | 'security' | 'webhooks' | 'general';
export type AppliesTo = 'new_and_open' | 'new_connections' | 'next_start';

export interface Setting {
  readonly key: string;
  readonly group: SettingGroup;
  readonly kind: SettingKind;
  readonly least?: number;
  readonly most?: number;
  /** What zero means, where it does not mean zero. */
  readonly zero?: string | null;
  readonly default: SettingValue;
  readonly value: SettingValue;
  readonly is_default: boolean;
  readonly doc: string;
  readonly applies_to: AppliesTo;
}

export interface Settings {
  readonly fixed: string | null;
  readonly settings: readonly Setting[];
}

/** What a PATCH carries; null is the default. */
export type Changes = Record<string, SettingValue | null>;

export interface Change {
  readonly n: number;
  readonly at: number;
  readonly actor: string;
  readonly address: string | null;
  readonly app: string | null;
  readonly what:
    | 'settings'
    | 'key_added'
    | 'key_removed'
    | 'key_revealed'
    | 'app_created'
    | 'app_removed'
    | 'operator'
    | 'webhook'
    | 'event'
    | 'disconnect'
    | 'terminate'
    | 'drain'
    | 'backup'
    | 'restore';
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
  readonly reverts: number | null;
  readonly can_revert: boolean;
}

/** 2.5: what is not *now* counts since the start of the server. */
export interface Pulse {
  readonly at: number;
  readonly connections: number;
  readonly connections_peak: number;
  readonly subscriptions: number;
  readonly channels: number;
  readonly members: number;
  readonly messages_in: number;
  readonly deliveries: number;
  readonly published: number;
  readonly client_events: number;
  readonly api_calls: number;
  readonly bytes_in: number;
  readonly bytes_out: number;
  readonly errors: number;
  readonly webhooks_sent: number;
  readonly webhooks_failed: number;
}

export interface Limit {
  readonly name: string;
  readonly used: number;
  readonly cap: number | null;
}

export interface NodeCard {
  readonly name: string;
  readonly cpu_percent: number;
  readonly rss_bytes: number;
  readonly uptime_seconds: number;
  readonly version: string;
  readonly draining: boolean;
}

export interface Overview {
  readonly now: Pulse;
  readonly hour_ago: Pulse | null;
  readonly limits: readonly Limit[];
  readonly errors: readonly ErrorGroup[];
  readonly nodes: readonly NodeCard[];
}

export type First = 'connection' | 'subscription' | 'event' | 'presence';
export type Checklist = Readonly<Record<First, number | null>>;

export type ChannelType = 'public' | 'private' | 'encrypted' | 'presence' | 'user';

export interface ChannelRow {
  readonly name: string;
  readonly type: ChannelType;
  readonly cache: boolean;
  readonly subscribers: number;
  readonly members: number | null;
}

export interface ChannelDetail {
  readonly name: string;
  readonly type: ChannelType;
  readonly subscribers: number;
  readonly members: readonly Member[] | null;
  readonly last_event: { readonly data: string; readonly expires_in_ms: number } | null;
}

export interface Member {
  readonly user: string;
  readonly info: unknown;
  readonly rev: number | null;
  readonly connections: readonly string[];
  readonly leaving_in_ms: number | null;
}

export interface Connection {
  readonly socket: string;
  readonly user: string | null;
  readonly address: string;
  readonly origin: string | null;
  readonly client: string | null;
  readonly client_version: string | null;
  readonly transport: 'ws' | 'xhr_streaming' | 'xhr_polling';
  readonly tls: boolean;
  readonly opened_at: number;
  readonly rtt_ms: number | null;
  readonly pending_bytes: number;
  readonly slow: boolean;
  readonly messages_in: number;
  readonly messages_out: number;
  readonly subscriptions: number;
}

export interface ConnectionDetail {
  readonly connection: Connection;
  readonly subscriptions: readonly { readonly channel: string; readonly user: string | null }[];
}

export interface Presence {
  readonly channels: readonly { readonly name: string; readonly members: number }[];
  readonly channel: string | null;
  readonly members: readonly Member[];
}

/** What the event creator sends. `as_user` makes it a client event in that user's name. */
export interface NewEvent {
  readonly channel: string;
  readonly event: string;
  /** A text of JSON, as subscribers get it. */
  readonly data: string;
  readonly socket_id?: string;
  readonly repeat?: number;
  readonly as_user?: string;
}

/** 2.6: setting `setting` to `suggested` would cure it. */
export interface ErrorGroup {
  readonly kind: string;
  readonly code: number | null;
  readonly message: string;
  readonly count: number;
  readonly first_at: number;
  readonly last_at: number;
  readonly sample: Readonly<Record<string, unknown>> | null;
  readonly setting: string | null;
  readonly suggested?: SettingValue | null;
}

/** 2.7 */
export type Range = '15m' | '1h' | '6h' | '24h' | '7d' | '30d';

export interface Point {
  readonly at: number;
  readonly connections_now: number;
  readonly connections_peak: number;
  readonly members: number;
  readonly published: number;
  readonly client_events: number;
  readonly api_calls: number;
  readonly deliveries: number;
  readonly messages_in: number;
  readonly bytes_in: number;
  readonly bytes_out: number;
  readonly presence_events: number;
  readonly webhooks_sent: number;
  readonly webhooks_failed: number;
  readonly errors_by_code: Readonly<Record<string, number>>;
  readonly latency_ms: { readonly p50: number; readonly p95: number; readonly p99: number } | null;
}

/** Null is a gap in which no server ran. */
export interface Stats {
  readonly step_seconds: number;
  readonly from: number;
  readonly to: number;
  readonly points: readonly (Point | null)[];
}

export interface Endpoint {
  readonly url: string;
  readonly events?: readonly string[];
}

/** A request to an endpoint: `at`, `status` and `took_ms` are those of the last attempt. */
export interface Delivery {
  readonly id: string;
  readonly url: string;
  readonly state: 'delivered' | 'waiting' | 'wanted' | 'given_up';
  readonly attempts: number;
  readonly at: number | null;
  readonly status: number | null;
  readonly took_ms: number | null;
  readonly problem: string | null;
  readonly next_attempt_at: number | null;
  readonly events: readonly string[];
  readonly body: string;
  readonly signature: string;
}

export interface WebhookLog {
  readonly endpoints: readonly { readonly url: string; readonly events: readonly string[]; readonly batching: boolean }[];
  readonly deliveries: readonly Delivery[];
}

export interface WebhookTest {
  readonly status: number | null;
  readonly took_ms: number;
  readonly error: string | null;
  readonly signature: string;
  readonly body: string;
}

/** A backup that takes the place of the database at the next start; null is what can't be read. */
export interface StagedBackup {
  readonly at: number;
  readonly bytes: number;
  readonly apps: number | null;
  readonly people: number | null;
  readonly newest_change: number | null;
}

export interface System {
  readonly version: string;
  readonly started_at: number;
  readonly data_directory: string;
  readonly database_bytes: number;
  readonly options: readonly {
    readonly key: string;
    readonly value: unknown;
    readonly source: 'flag' | 'variable' | 'file' | 'default';
    readonly place: string | null;
  }[];
  readonly log: readonly string[];
  readonly licences: readonly { readonly name: string; readonly version: string; readonly licence: string }[];
  readonly draining: boolean;
  readonly restore: StagedBackup | null;
  /** How large a backup may be that is sent. */
  readonly restore_most_bytes: number;
}

/** 2.8 */
export type LiveType =
  | 'connection'
  | 'disconnection'
  | 'occupied'
  | 'vacated'
  | 'subscribed'
  | 'unsubscribed'
  | 'api_message'
  | 'client_event'
  | 'member_added'
  | 'member_removed'
  | 'member_updated'
  | 'error'
  | 'api_error'
  | 'client_error'
  | 'webhook_sent'
  | 'webhook_failed'
  | 'status_change'
  | 'auth'
  | 'rate_limit';

export interface LiveEvent {
  readonly n: number;
  readonly at: number;
  readonly type: LiveType;
  readonly socket?: string;
  readonly user?: string;
  readonly channel?: string;
  readonly event?: string;
  readonly size?: number;
  readonly latency_us?: number;
  readonly data?: string;
  readonly data_cut?: boolean;
  readonly kind?: string;
  readonly code?: number;
  readonly message?: string;
  readonly setting?: string;
  readonly suggested?: SettingValue;
  readonly impersonated?: true;
}

/** What arrives on the live channels, by the name of the event. */
export interface LiveEvents {
  readonly pulse: { readonly now: Pulse };
  readonly events: { readonly events: readonly LiveEvent[]; readonly seen: number; readonly shown: number };
  readonly cards: { readonly apps: readonly Card[] };
  readonly error: { readonly error: ErrorGroup };
  readonly first: { readonly what: First; readonly at: number };
}
