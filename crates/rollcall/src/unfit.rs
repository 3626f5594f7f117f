//! Whether an app can carry the status page: found out at the start, not by the people who would
//! see no list.

use std::fmt;

use rollcall_engine::App;
use rollcall_status::LOBBY;

/// What an app lacks without which the status page does not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// It accepts nothing.
    Disabled,
    /// A changed status would reach nobody (docs/status.md 3.4).
    NoMemberUpdates,
    /// A status would not fit into what is told about a member.
    SmallInfo(usize),
    /// The name of the page's channel is too long for it.
    ShortChannelName(usize),
}

impl Unfit {
    /// The key of the setting that is not as it has to be.
    pub(crate) fn setting(&self) -> &'static str {
        match self {
            Self::Disabled => "enabled",
            Self::NoMemberUpdates => "member_updates",
            Self::SmallInfo(_) => "presence.max_info_bytes",
            Self::ShortChannelName(_) => "limits.channel_name",
        }
    }
}

/// The first thing that `app` lacks.
pub(crate) fn check(app: &App) -> Result<(), Unfit> {
    match app {
        app if !app.enabled => Err(Unfit::Disabled),
        app if !app.member_updates => Err(Unfit::NoMemberUpdates),
        app if app.presence.max_info_bytes < INFO_BYTES => {
            Err(Unfit::SmallInfo(app.presence.max_info_bytes))
        }
        app if app.limits.channel_name < LOBBY.len() => {
            Err(Unfit::ShortChannelName(app.limits.channel_name))
        }
        _ => Ok(()),
    }
}

/// What the operator's own pages, which know only Pusher, miss in `app`.
pub(crate) fn missing_for_own_pages(app: &App) -> impl Iterator<Item = &'static str> {
    let switches = [(app.bridge, "bridge"), (app.mirror, "mirror")];
    switches.into_iter().filter(|(on, _)| !on).map(|(_, name)| name)
}

/// How many people the page's list takes, where that is fewer than it is made for. No reason to
/// refuse: a small list may be meant, and whoever finds it full is told so.
pub(crate) fn small_lobby(app: &App) -> Option<usize> {
    Some(app.presence.max_members).filter(|&most| most < LOBBY_MEMBERS)
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let setting = self.setting();
        match self {
            Self::Disabled | Self::NoMemberUpdates => {
                write!(f, "{setting} must be true, not false")
            }
            Self::SmallInfo(bytes) => {
                write!(f, "{setting} must be at least {INFO_BYTES}, not {bytes}")
            }
            Self::ShortChannelName(most) => {
                write!(f, "{setting} must be at least {}, not {most}", LOBBY.len())
            }
        }
    }
}

/// So many people the page shows without strain; the app of the first start takes them.
const LOBBY_MEMBERS: usize = 1000;

/// The largest member info of the status page (docs/status.md section 0 "Member info").
const INFO_BYTES: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn app(change: fn(&mut App)) -> App {
        let mut app = App::new("7", Vec::new());
        change(&mut app);
        app
    }

    #[test]
    fn an_app_must_be_able_to_carry_the_page() {
        let table: [(fn(&mut App), _); 6] = [
            (|_| {}, None),
            (|app| app.enabled = false, Some("enabled must be true, not false")),
            (|app| app.member_updates = false, Some("member_updates must be true, not false")),
            (
                |app| app.presence.max_info_bytes = 1023,
                Some("presence.max_info_bytes must be at least 1024, not 1023"),
            ),
            (
                |app| app.limits.channel_name = 23,
                Some("limits.channel_name must be at least 24, not 23"),
            ),
            (|app| app.limits.channel_name = 24, None),
        ];
        for (change, sentence) in table {
            let unfit = check(&app(change)).err().map(|unfit| unfit.to_string());
            assert_eq!(unfit.as_deref(), sentence);
        }
    }

    #[test]
    fn a_lobby_for_fewer_than_a_thousand_is_noticed() {
        let lobby = |change| small_lobby(&app(change));
        assert_eq!(lobby(|_| {}), Some(100));
        assert_eq!(lobby(|app| app.presence.max_members = 999), Some(999));
        assert_eq!(lobby(|app| app.presence.max_members = 1000), None);
    }

    #[test]
    fn own_pages_want_the_bridge_and_the_mirror() {
        let missing = |change| missing_for_own_pages(&app(change)).collect::<Vec<_>>();
        assert_eq!(missing(|_| {}), ["bridge", "mirror"]);
        assert_eq!(missing(|app| app.bridge = true), ["mirror"]);
        assert_eq!(missing(|app| (app.bridge, app.mirror) = (true, true)), [""; 0]);
    }
}
