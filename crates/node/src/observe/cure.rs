//! What an operator should set so that an error does not happen again: the setting is in the table of
//! kinds, the value depends on the settings of the app.

use rollcall_engine::App;
use rollcall_wire::errors::{Cure, ErrorKind, Suggestion};
use serde_json::Value;

use crate::config::{APP, Kind};

/// The setting that would cure an error, and what to set it to; none if nothing would, or if the
/// setting is as far as it goes.
pub(crate) fn suggest(
    app: &App,
    kind: ErrorKind,
    origin: Option<&str>,
) -> Option<(&'static str, Value)> {
    let Cure { setting, to } = kind.cure()?;
    let value = match to {
        Suggestion::On => true.into(),
        Suggestion::Off => false.into(),
        Suggestion::NoLimit => 0.into(),
        Suggestion::Twice => twice(app, setting)?.into(),
        Suggestion::WithOrigin => with_origin(app, setting, origin?)?,
    };
    Some((setting, value))
}

fn twice(app: &App, setting: &str) -> Option<u64> {
    let now = number(app, setting)?;
    let Kind::Whole { most, .. } = kind_of(setting)? else { return None };
    Some(now.saturating_mul(2).min(*most)).filter(|&more| more > now)
}

/// The settings that [`Suggestion::Twice`] is said of.
fn number(app: &App, setting: &str) -> Option<u64> {
    Some(match setting {
        "max_connections" => app.max_connections.into(),
        "max_messages_per_day" => app.max_messages_per_day,
        "max_pending_bytes" => app.max_pending_bytes as u64,
        "pong_timeout_seconds" => app.pong_timeout.as_secs(),
        "presence.max_members" => app.presence.max_members as u64,
        "presence.max_info_bytes" => app.presence.max_info_bytes as u64,
        "limits.payload_bytes" => app.limits.payload_bytes as u64,
        "limits.channel_name" => app.limits.channel_name as u64,
        "limits.event_name" => app.limits.event_name as u64,
        "limits.client_events_per_second" => app.limits.client_events_per_second.into(),
        "limits.channels_per_publish" => app.limits.channels_per_publish as u64,
        "limits.batch" => app.limits.batch as u64,
        _ => return None,
    })
}

/// An origin that no setting takes, such as none at all, cannot be allowed.
fn with_origin(app: &App, setting: &str, origin: &str) -> Option<Value> {
    let Kind::Texts { set, .. } = kind_of(setting)? else { return None };
    let known = app.allowed_origins.iter().map(String::as_str);
    let origins: Vec<&str> = known.chain([origin]).collect();
    set(&mut app.clone(), &origins).ok().map(|()| origins.into())
}

fn kind_of(key: &str) -> Option<&'static Kind<App>> {
    APP.iter().find(|setting| setting.key == key).map(|setting| &setting.kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(app: &mut App, setting: &str, value: &Value) {
        match kind_of(setting).expect("the table names settings that exist") {
            Kind::Switch(set) => set(app, value.as_bool().unwrap()),
            Kind::Whole { least, most, set, .. } => {
                let number = value.as_u64().unwrap();
                assert!((*least..=*most).contains(&number), "{setting} = {number}");
                set(app, number);
            }
            Kind::Texts { set, .. } => {
                let texts = value.as_array().unwrap().iter().map(|text| text.as_str().unwrap());
                set(app, &texts.collect::<Vec<_>>()).unwrap();
            }
            _ => panic!("{setting} is of another kind"),
        }
    }

    #[test]
    fn every_cure_is_a_setting_that_takes_what_is_suggested_and_changes_by_it() {
        for kind in ErrorKind::ALL.iter().filter(|kind| kind.cure().is_some()) {
            let mut app = App::new("1", Vec::new());
            app.max_connections = 10;
            app.max_messages_per_day = 10;
            app.force_tls = true;
            app.enabled = false;
            app.member_updates = false;
            app.authorization_timeout = Some(std::time::Duration::from_secs(3));
            app.allowed_origins = vec!["https://a.example".to_owned()];
            let before = app.clone();
            let (setting, value) = suggest(&app, *kind, Some("https://b.example")).expect("it is");
            apply(&mut app, setting, &value);
            assert_ne!(app, before, "{kind}: {setting} = {value}");
        }
    }

    #[test]
    fn nothing_is_suggested_beyond_what_a_setting_takes() {
        let mut app = App::new("1", Vec::new());
        app.presence.max_members = 70_000;
        let suggest = |app: &App| suggest(app, ErrorKind::ChannelFull, None).map(|(_, v)| v);
        assert_eq!(suggest(&app), Some(100_000.into()));
        app.presence.max_members = 100_000;
        assert_eq!(suggest(&app), None);
        let origin = |origin| super::suggest(&app, ErrorKind::OriginNotAllowed, origin);
        assert_eq!((origin(None), origin(Some("no origin"))), (None, None));
    }
}
