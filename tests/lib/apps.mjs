// The fixed apps of the suites. One app per rule that needs a setting; the ids tell nothing.

/** Plain defaults plus client events: most protocol tests. */
export const MAIN = app('1001', 'main', { client_events: true });
/** Client events off, which is the default. */
export const QUIET = app('1002', 'quiet');
export const DISABLED = app('1003', 'disabled', { enabled: false });
export const QUOTA = app('1004', 'quota', { max_connections: 1 });
/** Two active keys, oldest first. */
export const TWO_KEYS = {
  ...app('1005', 'two-keys'),
  keys: [
    { key: 'two-keys-old', secret: 'two-keys-old-secret' },
    { key: 'two-keys-new', secret: 'two-keys-new-secret' },
  ],
};
/** Finds dead peers within two seconds. */
export const LIVELY = app('1006', 'lively', { activity_timeout_seconds: 1, pong_timeout_seconds: 1 });
/** The key, secret and id of the published vectors (docs/protocol.md, appendix B). */
export const VECTORS = {
  ...app('3', 'vectors'),
  keys: [{ key: '278d425bdf160c739803', secret: '7ad3773142a6692b25b8' }],
};
/** A short grace, for tests that wait for its end. */
export const BRIEF = app('1008', 'brief', { presence: { max_members: 100, max_info_bytes: 1024, grace_seconds: 1 } });
/** A grace that no test lives to see the end of: what leaves here left at once. */
export const PATIENT = app('1009', 'patient', {
  presence: { max_members: 100, max_info_bytes: 1024, grace_seconds: 120 },
});
/** Tells subscribers how many they are, and forgets what cache channels kept after three seconds. */
export const COUNTED = app('1016', 'counted', { subscription_counting: true, cache_seconds: 3 });
export const STRICT = app('1010', 'strict', { strict_compat: true, client_events: true });
export const ORIGIN = app('1011', 'origin', { allowed_origins: ['https://good.example'] });
export const MIRROR = app('1012', 'mirror', { mirror: true });
export const NO_UPDATES = app('1013', 'no-updates', { member_updates: false });
/** Room for a burst, and a small debt limit. */
export const SLOW = app('1014', 'slow', { max_pending_bytes: 262_144 });
/** Finds dead peers within two seconds and forgets them after one more. */
export const GHOSTS = app('1015', 'ghosts', {
  activity_timeout_seconds: 1,
  pong_timeout_seconds: 1,
  presence: { max_members: 100, max_info_bytes: 1024, grace_seconds: 1 },
});
/** Tells whom a user watches, and forgets a lost one after a second. */
export const WATCHFUL = app('1019', 'watchful', { watchlist_events: true, presence: { grace_seconds: 1 } });
/** A second to sign in, and one place for who did. */
export const GUARDED = app('1017', 'guarded', { authorized_connections_seconds: 1, max_connections: 1 });
/** Ten messages a day. */
export const SPARING = app('1018', 'sparing', { max_messages_per_day: 10 });
/** What the scenario of the client libraries needs, all of it in one app. */
export const CLIENTS = app('1020', 'clients', { client_events: true, subscription_counting: true });
/** The app of the status page, as the program itself would create it but for its fixed key. */
export const STATUS = app('2001', 'status', {
  client_events: true,
  member_updates: true,
  mirror: true,
  bridge: true,
  presence: { max_members: 10_000, max_info_bytes: 1024, grace_seconds: 10 },
});

/** Every app above but the status page's. */
export const PROTOCOL_APPS = [
  MAIN,
  QUIET,
  DISABLED,
  QUOTA,
  TWO_KEYS,
  LIVELY,
  VECTORS,
  BRIEF,
  PATIENT,
  STRICT,
  ORIGIN,
  MIRROR,
  NO_UPDATES,
  SLOW,
  GHOSTS,
  COUNTED,
  WATCHFUL,
  GUARDED,
  SPARING,
];

/** The lobby's channel (docs/status.md section 0, "Rooms"). */
export const LOBBY = 'presence-whatsup-members';

/** The app's oldest key and secret. */
export function keyOf(app) {
  return app.keys[0];
}

function app(id, name, settings = {}) {
  return { id, name, keys: [{ key: `${name}-key`, secret: `${name}-secret` }], ...settings };
}
