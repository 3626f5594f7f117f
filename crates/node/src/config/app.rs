//! The settings of an app, in the order in which `docs/options.md` shows them. How a table of the
//! file becomes an app is in `app_table.rs`, and how words of a command change one in `edit.rs`.

use std::collections::BTreeSet;
use std::time::Duration;

use rollcall_engine::{App, AppId};

use super::setting::{AppliesTo, Group, Kind, NotAllowed, Preset, Reach, Setting};

/// One record per key.
pub static APP: &[Setting<App>] = &[
    required("id", "The id in the paths of the HTTP API. Any text; digits suit every SDK.", ID),
    required(
        "keys",
        "The key pairs, oldest first. Each connects and signs.",
        Kind::Keys(|app, keys| app.keys = keys),
    )
    .for_new_connections(),
    in_file("name", r#""""#, "What people call the app. Without one it is called by its id.", NAME),
    switch("enabled", "true", "Whether it accepts connections and requests.", |app, on| {
        app.enabled = on;
    }),
    switch("client_events", "false", "Whether members may send client events.", |app, on| {
        app.client_events = on;
    })
    .in_group(Group::Features),
    switch(
        "member_updates",
        "true",
        "Whether what is known of a member can change while it is present.",
        |app, on| app.member_updates = on,
    )
    .in_group(Group::Presence),
    switch(
        "mirror",
        "false",
        "Whether a changed member is announced again by member_added, for stock clients.",
        |app, on| app.mirror = on,
    )
    .in_group(Group::Presence),
    switch(
        "bridge",
        "false",
        "Whether the status app takes client-status-update out and answers for it. \
         The status page takes this up when the server starts.",
        |app, on| app.bridge = on,
    )
    .in_group(Group::Features)
    .at_the_next_start(),
    switch(
        "strict_compat",
        "false",
        "Whether it keeps to the hosted service: no grace, nothing coalesced, its time limits.",
        |app, on| app.strict_compat = on,
    )
    .in_group(Group::Features),
    switch(
        "subscription_counting",
        "false",
        "Whether subscribers are told how many they are, and back ends may ask.",
        |app, on| app.subscription_counting = on,
    )
    .in_group(Group::Features),
    switch(
        "watchlist_events",
        "false",
        "Whether a signed-in user hears which of the users on its watchlist come and go.",
        |app, on| app.watchlist_events = on,
    )
    .in_group(Group::Features),
    whole(
        "authorized_connections_seconds",
        "0",
        "How long a connection may stay that neither signs in nor joins a private or presence \
         channel. Connections count in the quota once they did; those from before the setting was \
         turned on may stay.",
        0,
        3600,
        |app, n| app.authorization_timeout = (n > 0).then(|| Duration::from_secs(n)),
    )
    .in_group(Group::Security)
    .for_new_connections()
    .zero_means("no limit"),
    switch(
        "force_tls",
        "false",
        "Whether connections without TLS are closed with 4000, upon which clients come back with it. \
         A trusted proxy may have taken the TLS off.",
        |app, on| app.force_tls = on,
    )
    .in_group(Group::Security),
    in_file(
        "webhooks",
        "[]",
        "Where to post what happens, and which of it ([webhooks.md](webhooks.md)).",
        Kind::Webhooks(|app, webhooks| app.webhooks = webhooks),
    )
    .in_group(Group::Webhooks),
    switch(
        "webhook_batching",
        "true",
        "Whether up to 20 events go into one request, which waits 250 ms for them; off, each has \
         its own, at once.",
        |app, on| app.webhook_batching = on,
    )
    .in_group(Group::Webhooks),
    whole("max_connections", "0", "The most connections at once.", 0, u32::MAX as u64, |app, n| {
        app.max_connections = n as u32;
    })
    .in_group(Group::Limits)
    .for_new_connections()
    .zero_means("no limit"),
    whole(
        "max_messages_per_day",
        "0",
        "The most messages that back ends may send from midnight to midnight in UTC, counted since \
         the server started. A published event is one, whatever the number of its channels, and two \
         with info.",
        0,
        1 << 40,
        |app, n| app.max_messages_per_day = n,
    )
    .in_group(Group::Limits)
    .zero_means("no limit"),
    in_file("allowed_origins", r#"["*"]"#, "Origins that browsers may connect from.", ORIGINS)
    .in_group(Group::Security)
    .for_new_connections(),
    in_file(
        "blocked_users",
        "[]",
        "Users that may neither sign in nor be a member: their connections are closed with 4009.",
        USERS,
    )
    .in_group(Group::Security),
    whole(
        "activity_timeout_seconds",
        "30",
        "The silence after which a connection is probed.",
        1,
        3600,
        |app, n| app.activity_timeout = Duration::from_secs(n),
    )
    .in_group(Group::Limits),
    whole(
        "pong_timeout_seconds",
        "10",
        "How long a probed connection may stay silent.",
        1,
        600,
        |app, n| app.pong_timeout = Duration::from_secs(n),
    )
    .in_group(Group::Limits),
    switch(
        "cache_channels",
        "true",
        "Whether cache channels keep their last event; off, they are like the others of their kind.",
        |app, on| app.cache_channels = on,
    )
    .in_group(Group::Features),
    whole(
        "cache_seconds",
        "1800",
        "How long a cache channel keeps its last event.",
        1,
        86_400,
        |app, n| app.cache_ttl = Duration::from_secs(n),
    )
    .in_group(Group::Features),
    whole(
        "max_pending_bytes",
        "1048576",
        "What a connection may owe before it is closed as a slow reader.",
        1024,
        1 << 30,
        |app, n| app.max_pending_bytes = n as usize,
    )
    .in_group(Group::Limits),
    whole(
        "presence.max_members",
        "100",
        "The most users on one presence channel.",
        1,
        100_000,
        |app, n| app.presence.max_members = n as usize,
    )
    .in_group(Group::Presence),
    whole(
        "presence.max_info_bytes",
        "1024",
        "The most bytes of what is told about one member, as JSON.",
        2,
        65_536,
        |app, n| app.presence.max_info_bytes = n as usize,
    )
    .in_group(Group::Presence),
    whole(
        "presence.grace_seconds",
        "3",
        "How long a member whose connection was lost stays one.",
        0,
        120,
        |app, n| app.presence.grace = Duration::from_secs(n),
    )
    .in_group(Group::Presence),
    whole(
        "limits.payload_bytes",
        "10240",
        "The most bytes of an event's data.",
        1,
        1 << 24,
        |app, n| app.limits.payload_bytes = n as usize,
    )
    .in_group(Group::Limits),
    whole(
        "limits.channel_name",
        "164",
        "The most characters of a channel name.",
        1,
        1024,
        |app, n| app.limits.channel_name = n as usize,
    )
    .in_group(Group::Limits),
    whole(
        "limits.event_name",
        "200",
        "The most characters of an event name.",
        1,
        1024,
        |app, n| app.limits.event_name = n as usize,
    )
    .in_group(Group::Limits),
    whole(
        "limits.client_events_per_second",
        "10",
        "Client events that one connection may send in a second.",
        1,
        100_000,
        |app, n| app.limits.client_events_per_second = n as u32,
    )
    .in_group(Group::Limits),
    whole(
        "limits.channels_per_publish",
        "100",
        "The most channels of one publish.",
        1,
        10_000,
        |app, n| app.limits.channels_per_publish = n as usize,
    )
    .in_group(Group::Limits),
    whole(
        "limits.cache_bytes",
        "67108864",
        "What the last events of all cache channels may take. \
         Beyond it, those published first are forgotten.",
        1 << 20,
        1 << 34,
        |app, n| app.limits.cache_bytes = n as usize,
    )
    .in_group(Group::Limits),
    whole("limits.batch", "10", "The most events of one batch.", 1, 10_000, |app, n| {
        app.limits.batch = n as usize;
    })
    .in_group(Group::Limits),
];

/// The record of a key, written with its table: `presence.grace_seconds`.
pub(super) fn find(dotted: &str) -> Option<&'static Setting<App>> {
    APP.iter().find(|setting| setting.key == dotted)
}

const fn in_file(
    key: &'static str,
    default: &'static str,
    doc: &'static str,
    kind: Kind<App>,
) -> Setting<App> {
    setting(key, Preset::Written(default), doc, kind)
}

const fn required(key: &'static str, doc: &'static str, kind: Kind<App>) -> Setting<App> {
    setting(key, Preset::Required, doc, kind)
}

const fn setting(
    key: &'static str,
    default: Preset,
    doc: &'static str,
    kind: Kind<App>,
) -> Setting<App> {
    let (group, applies_to) = (Group::General, AppliesTo::NewAndOpen);
    Setting { key, reach: Reach::File, default, doc, group, applies_to, kind }
}

const fn switch(
    key: &'static str,
    default: &'static str,
    doc: &'static str,
    set: fn(&mut App, bool),
) -> Setting<App> {
    in_file(key, default, doc, Kind::Switch(set))
}

const fn whole(
    key: &'static str,
    default: &'static str,
    doc: &'static str,
    least: u64,
    most: u64,
    set: fn(&mut App, u64),
) -> Setting<App> {
    in_file(key, default, doc, Kind::Whole { least, most, zero: None, set })
}

impl Setting<App> {
    const fn in_group(self, group: Group) -> Self {
        Self { group, ..self }
    }

    const fn for_new_connections(self) -> Self {
        Self { applies_to: AppliesTo::NewConnections, ..self }
    }

    const fn at_the_next_start(self) -> Self {
        Self { applies_to: AppliesTo::NextStart, ..self }
    }

    const fn zero_means(self, meaning: &'static str) -> Self {
        match self.kind {
            Kind::Whole { least, most, set, .. } => {
                Self { kind: Kind::Whole { least, most, zero: Some(meaning), set }, ..self }
            }
            kind => Self { kind, ..self },
        }
    }
}

const ID: Kind<App> = Kind::Text {
    allowed: "a text of 1 to 128 characters, without slashes and control characters",
    set: |app, id| {
        let legal = |c: char| c != '/' && !c.is_control();
        let fits = (1..=128).contains(&id.chars().count()) && id.chars().all(legal);
        app.id = fits.then(|| AppId::new(id)).ok_or(NotAllowed)?;
        Ok(())
    },
};

const NAME: Kind<App> = Kind::Text {
    allowed: "a text of at most 128 characters, without control and bidi characters",
    set: |app, name| {
        let illegal = |c: char| c.is_control() || is_bidi_control(c);
        let fits = name.chars().count() <= 128 && !name.chars().any(illegal);
        app.name = fits.then(|| name.to_owned()).ok_or(NotAllowed)?;
        Ok(())
    },
};

/// What reorders the text around it, in lists and logs too: marks, embeddings, overrides, isolates.
fn is_bidi_control(c: char) -> bool {
    matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

const ORIGINS: Kind<App> = Kind::Texts {
    allowed: "a list of origins such as \"https://example.com\", without a slash behind, or [\"*\"] \
              for all",
    set: |app, origins| {
        let legal = |origin: &&str| *origin == "*" || is_origin(origin);
        let fits = !origins.is_empty() && origins.iter().all(legal);
        let owned = || origins.iter().map(|&origin| origin.to_owned()).collect();
        app.allowed_origins = fits.then(owned).ok_or(NotAllowed)?;
        Ok(())
    },
};

const USERS: Kind<App> = Kind::Texts {
    allowed: "a list of at most 1000 user ids of 1 to 200 characters, each once",
    set: |app, users| {
        let legal = |user: &&str| (1..=200).contains(&user.chars().count());
        let set: BTreeSet<String> = users.iter().map(|&user| user.to_owned()).collect();
        let fits = users.len() <= 1000 && set.len() == users.len() && users.iter().all(legal);
        app.blocked_users = fits.then_some(set).ok_or(NotAllowed)?;
        Ok(())
    },
};

/// What a browser could send: anything else would be compared in vain.
fn is_origin(text: &str) -> bool {
    let legal = |c: char| c.is_ascii_graphic() && !"/?#@*".contains(c);
    text.split_once("://").is_some_and(|(scheme, host)| {
        !scheme.is_empty() && !host.is_empty() && scheme.chars().chain(host.chars()).all(legal)
    })
}
