//! The options of the program, in the order in which help and `docs/options.md` show them.

use super::proxies::{PathPrefix, TrustedProxies};
use super::setting::{AppliesTo, Group, Kind, NotAllowed, Preset, Reach, Setting};
use super::types::{ListenAddress, LogLevel, MetricsToken, PublicUrl};
use super::{Config, MAX_SHARDS, optional_path};

/// One record per option.
pub static SERVER: &[Setting<Config>] = &[
    Setting {
        key: "listen",
        reach: Reach::Anywhere("HOST:PORT"),
        default: Preset::Written(r#""127.0.0.1:9000""#),
        doc: "Where to accept connections. \
              Pages, WebSockets and the HTTP API share the port; port 0 takes a free one. \
              Use 0.0.0.0:9000 to be reachable from other machines.",
        group: Group::Program,
        applies_to: AppliesTo::NextStart,
        kind: Kind::Text {
            allowed: "a host and a port, such as 127.0.0.1:9000, localhost:9000 or [::1]:9000",
            set: |config, text| set(&mut config.listen, ListenAddress::parse(text)),
        },
    },
    Setting {
        key: "data",
        reach: Reach::Anywhere("DIR"),
        default: Preset::Written(r#""data""#),
        doc: "The directory of the database. \
              It is created if need be, readable by its owner alone: secrets are in it.",
        group: Group::Program,
        applies_to: AppliesTo::NextStart,
        kind: Kind::Path {
            allowed: "the path of a directory",
            set: |config, path| {
                let parsed = optional_path(path).ok_or(NotAllowed);
                set(&mut config.data, parsed)
            },
        },
    },
    Setting {
        key: "config",
        reach: Reach::CommandLine("FILE"),
        default: Preset::Written(r#""""#),
        doc: "A TOML file with the keys of docs/options.md, which can also declare apps. \
              A flag beats a variable, a variable the file, the file the default.",
        group: Group::Program,
        applies_to: AppliesTo::NextStart,
        kind: Kind::Path {
            allowed: "the path of a file",
            set: |config, path| set(&mut config.file, Ok(optional_path(path))),
        },
    },
    Setting {
        key: "shards",
        reach: Reach::Anywhere("N"),
        default: Preset::Computed("one per core"),
        doc: "How many threads hold connections.",
        group: Group::Program,
        applies_to: AppliesTo::NextStart,
        kind: Kind::Whole {
            least: 1,
            most: MAX_SHARDS as u64,
            zero: None,
            set: |config, shards| config.shards = shards as usize,
        },
    },
    Setting {
        key: "pages",
        reach: Reach::Anywhere("DIR"),
        default: Preset::Written(r#""""#),
        doc: "A directory of your own pages, served at / instead of the status page. \
              The status page is then at /rollcall/.",
        group: Group::Program,
        applies_to: AppliesTo::NextStart,
        kind: Kind::Path {
            allowed: "the path of a directory",
            set: |config, path| set(&mut config.pages, Ok(optional_path(path))),
        },
    },
    Setting {
        key: "public_url",
        reach: Reach::Anywhere("URL"),
        default: Preset::Written(r#""""#),
        doc: "Where people reach this server, when that is not the address it listens on. \
              With https, cookies are Secure and requests from http pages are refused.",
        group: Group::Program,
        applies_to: AppliesTo::NextStart,
        kind: Kind::Text {
            allowed: "an http or https URL without a path, such as https://rollcall.example.com",
            set: |config, text| match text {
                "" => set(&mut config.front.public_url, Ok(None)),
                url => set(&mut config.front.public_url, PublicUrl::parse(url).map(Some)),
            },
        },
    },
    Setting {
        key: "tls_cert",
        reach: Reach::Anywhere("FILE"),
        default: Preset::Written(r#""""#),
        doc: "The certificate for TLS, with those that vouch for it, as PEM. \
              The port then takes https and wss, and sends pages that are asked for over http \
              there. A changed file counts for the next connection, within seconds.",
        group: Group::Program,
        applies_to: AppliesTo::NextStart,
        kind: Kind::Path {
            allowed: "the path of a file",
            set: |config, path| set(&mut config.tls_cert, Ok(optional_path(path))),
        },
    },
    Setting {
        key: "tls_key",
        reach: Reach::Anywhere("FILE"),
        default: Preset::Written(r#""""#),
        doc: "The private key of the certificate, as PEM without a password.",
        group: Group::Program,
        applies_to: AppliesTo::NextStart,
        kind: Kind::Path {
            allowed: "the path of a file",
            set: |config, path| set(&mut config.tls_key, Ok(optional_path(path))),
        },
    },
    Setting {
        key: "path_prefix",
        reach: Reach::Anywhere("PATH"),
        default: Preset::Written(r#""""#),
        doc: "A path before all paths, for who shares a host name with other programs. \
              Requests with it and without it are served, since a proxy may take it off; pages and \
              redirects have it.",
        group: Group::Program,
        applies_to: AppliesTo::NextStart,
        kind: Kind::Text {
            allowed: "a path such as /rollcall, of letters, digits and the signs - . _ ~, that does \
                      not begin as a path of this server's does (/app, /apps, /api, …)",
            set: |config, path| set(&mut config.front.path_prefix, PathPrefix::parse(path)),
        },
    },
    Setting {
        key: "trusted_proxies",
        reach: Reach::Anywhere("LIST"),
        default: Preset::Written("[]"),
        doc: "Proxies whose X-Forwarded-For and X-Forwarded-Proto count (docs/proxies.md). \
              Addresses and networks; a flag or variable separates them by commas.",
        group: Group::Program,
        applies_to: AppliesTo::NextStart,
        kind: Kind::Texts {
            allowed: "a list of at most 256 addresses or networks, such as 127.0.0.1 or 10.0.0.0/8",
            set: |config, list| set(&mut config.front.trusted_proxies, TrustedProxies::parse(list)),
        },
    },
    Setting {
        key: "status_app",
        reach: Reach::Anywhere("ID"),
        default: Preset::Written(r#""""#),
        doc: "The id of the app that the status page uses. \
              Without one it is the app rollcall, which the first start creates.",
        group: Group::Program,
        applies_to: AppliesTo::NextStart,
        kind: Kind::Text {
            allowed: "the id of an app",
            set: |config, id| {
                config.status_app = (!id.is_empty()).then(|| id.to_owned());
                Ok(())
            },
        },
    },
    Setting {
        key: "stats_days",
        reach: Reach::Anywhere("DAYS"),
        default: Preset::Written("30"),
        doc: "For how many days the console keeps what apps did. \
              The last two hours are kept in steps of ten seconds, two days in minutes, and the \
              rest in quarters of an hour.",
        group: Group::Program,
        applies_to: AppliesTo::NextStart,
        kind: Kind::Whole {
            least: 1,
            most: 366,
            zero: None,
            set: |config, days| config.stats_days = days as u32,
        },
    },
    Setting {
        key: "sign_ups_per_10_minutes",
        reach: Reach::Anywhere("N"),
        default: Preset::Written("300"),
        doc: "How many people may sign up on the status page from one address. \
              Tries at names that are taken count too, a whole IPv6 /64 is one address, and \
              behind a proxy that is not trusted everybody has the proxy's.",
        group: Group::Program,
        applies_to: AppliesTo::NextStart,
        kind: Kind::Whole {
            least: 0,
            most: MAX_PER_WINDOW,
            zero: NO_LIMIT,
            set: |config, times| config.sign_ups_per_10_minutes = times as u32,
        },
    },
    Setting {
        key: "sign_ins_per_minute",
        reach: Reach::Anywhere("N"),
        default: Preset::Written("5"),
        doc: "How often one name may be signed in to from one address. \
              Tries that fail because the name is somebody else's are counted apart: after so \
              many in a minute the next has to wait a minute, and twice as long after each \
              further one, up to an hour.",
        group: Group::Program,
        applies_to: AppliesTo::NextStart,
        kind: Kind::Whole {
            least: 0,
            most: MAX_PER_WINDOW,
            zero: NO_LIMIT,
            set: |config, times| config.sign_ins_per_minute = times as u32,
        },
    },
    Setting {
        key: "statuses_per_10_seconds",
        reach: Reach::Anywhere("N"),
        default: Preset::Written("5"),
        doc: "How often one user may change the status, by whichever page.",
        group: Group::Program,
        applies_to: AppliesTo::NextStart,
        kind: Kind::Whole {
            least: 0,
            most: MAX_PER_WINDOW,
            zero: NO_LIMIT,
            set: |config, times| config.statuses_per_10_seconds = times as u32,
        },
    },
    Setting {
        key: "auths_per_minute",
        reach: Reach::Anywhere("N"),
        default: Preset::Written("120"),
        doc: "How many subscriptions are signed for one signed-in browser.",
        group: Group::Program,
        applies_to: AppliesTo::NextStart,
        kind: Kind::Whole {
            least: 0,
            most: MAX_PER_WINDOW,
            zero: NO_LIMIT,
            set: |config, times| config.auths_per_minute = times as u32,
        },
    },
    Setting {
        key: "metrics_token",
        reach: Reach::Anywhere("TOKEN"),
        default: Preset::Written(r#""""#),
        doc: "What a reader of /metrics has to send, as Authorization: Bearer. \
              Without one, /metrics is for this machine alone (docs/metrics.md). \
              Others on the machine can see flags; the variable and the file are hidden from them.",
        group: Group::Program,
        applies_to: AppliesTo::NextStart,
        kind: Kind::Secret {
            allowed: "a text of 16 to 256 letters, digits and signs, without spaces",
            set: |config, text| match text {
                "" => set(&mut config.metrics_token, Ok(None)),
                token => set(&mut config.metrics_token, MetricsToken::parse(token).map(Some)),
            },
        },
    },
    Setting {
        key: "log",
        reach: Reach::Anywhere("LEVEL"),
        default: Preset::Written(r#""info""#),
        doc: "How much the log on standard error says.",
        group: Group::Program,
        applies_to: AppliesTo::NextStart,
        kind: Kind::Text {
            allowed: "off, error, warn, info, debug or trace",
            set: |config, text| set(&mut config.log, LogLevel::parse(text)),
        },
    },
];

const NO_LIMIT: Option<&str> = Some("no limit");
const MAX_PER_WINDOW: u64 = 1_000_000;

fn set<V>(slot: &mut V, parsed: Result<V, NotAllowed>) -> Result<(), NotAllowed> {
    *slot = parsed?;
    Ok(())
}
