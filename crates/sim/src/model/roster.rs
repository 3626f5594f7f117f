//! Who is present, in the model: each member with the connections it has and, when it has none, the
//! moment at which it goes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use rollcall_engine::message::Member;
use rollcall_engine::{App, Time};

use super::{Address, grace};

const MEMORY: Duration = Duration::from_secs(600);

#[derive(Debug, Default)]
pub(super) struct Roster {
    /// Counts the changes.
    serial: u64,
    present: BTreeMap<String, Present>,
    /// Info with a revision of users who are not there, and until when it counts.
    absent: BTreeMap<String, (Info, Time)>,
    app: Option<Arc<App>>,
    departures: u64,
}

#[derive(Debug)]
struct Present {
    info: Info,
    /// Whether somebody updated it, so that it is remembered when its user leaves.
    updated: bool,
    connections: BTreeSet<Address>,
    /// When it goes; those of the same moment go in the order in which they were lost.
    goes: Option<(Time, u64)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Info {
    text: Option<Arc<str>>,
    rev: Option<u64>,
}

#[derive(Debug)]
pub(super) enum Change {
    Joined(String),
    Left(String),
    Updated(String),
}

impl Change {
    pub(super) fn user(&self) -> &str {
        let (Self::Joined(user) | Self::Left(user) | Self::Updated(user)) = self;
        user
    }
}

impl Roster {
    /// The change that a join makes, or the limit that refuses it.
    pub(super) fn join(
        &mut self,
        who: Address,
        member: &Member,
        app: &Arc<App>,
    ) -> Result<Option<Change>, usize> {
        self.app = Some(Arc::clone(app));
        let user = member.user.as_str().to_owned();
        let brought = Info { text: member.info.clone(), rev: member.rev };
        if let Some(present) = self.present.get_mut(&user) {
            present.connections.insert(who);
            let came_back = present.goes.take().is_some();
            let is_newer = brought.rev >= present.info.rev && brought.text != present.info.text;
            if came_back && is_newer {
                present.info = brought;
                return Ok(Some(self.count(Change::Updated(user))));
            }
            return Ok(None);
        }
        if self.present.len() >= app.presence.max_members {
            return Err(app.presence.max_members);
        }
        let known = self.absent.remove(&user).map(|(info, _)| info);
        let updated = known.is_some();
        let info = known.filter(|known| brought.rev < known.rev).unwrap_or(brought);
        let connections = BTreeSet::from([who]);
        self.present.insert(user.clone(), Present { info, updated, connections, goes: None });
        Ok(Some(self.count(Change::Joined(user))))
    }

    /// The change that a leave makes at once.
    pub(super) fn leave(
        &mut self,
        now: Time,
        who: Address,
        user: &str,
        stays: bool,
    ) -> Option<Change> {
        let stay = if stays { grace(self.app()) } else { Duration::ZERO };
        self.departures += 1;
        let present = self.present.get_mut(user)?;
        present.connections.remove(&who);
        if !present.connections.is_empty() {
            return None;
        }
        present.goes = Some((now + stay, self.departures));
        if stay.is_zero() { self.remove(now, user.to_owned()) } else { None }
    }

    /// The change that new info makes.
    pub(super) fn update(&mut self, now: Time, member: &Member, app: &Arc<App>) -> Option<Change> {
        self.app = Some(Arc::clone(app));
        let user = member.user.as_str().to_owned();
        let info = Info { text: member.info.clone(), rev: member.rev };
        let Some(present) = self.present.get_mut(&user) else {
            self.remember(now, user, info);
            return None;
        };
        if info.rev.is_some() && info.rev < present.info.rev {
            return None;
        }
        present.updated |= info.rev.is_some();
        let differs = present.info.text != info.text;
        present.info = Info { text: info.text, rev: info.rev.or(present.info.rev) };
        differs.then(|| self.count(Change::Updated(user)))
    }

    /// The next change that time has made.
    pub(super) fn expire(&mut self, now: Time) -> Option<Change> {
        self.absent.retain(|_, (_, until)| *until > now);
        let gone = self.present.iter().filter_map(|(user, present)| Some((present.goes?, user)));
        let ((at, _), user) = gone.filter(|((at, _), _)| *at <= now).min()?;
        let user = user.clone();
        self.remove(at, user)
    }

    pub(super) fn app(&self) -> &App {
        self.app.as_deref().expect("a roster is changed by joins and updates, which bring the app")
    }

    pub(super) fn members(&self) -> usize {
        self.present.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.present.is_empty() && self.absent.is_empty()
    }

    /// The roster in the words of transcripts.
    pub(super) fn snapshot(&self) -> String {
        let member = |(user, present): (&String, &Present)| {
            format!("{user}{}", present.info.text.as_deref().unwrap_or_default())
        };
        let members: Vec<String> = self.present.iter().map(member).collect();
        format!(" [{}]{}", members.join(" "), self.suffix())
    }

    /// A member as added, updated and removed, in the words of transcripts.
    pub(super) fn lines(&self, name: &str, user: &str) -> (String, String, String) {
        let info = self.present.get(user).and_then(|present| present.info.text.as_deref());
        let info = info.map(|info| format!(" {info}")).unwrap_or_default();
        let suffix = self.suffix();
        (
            format!("member_added {name} {user}{info}{suffix}"),
            format!("member_updated {name} {user}{info}{suffix}"),
            format!("member_removed {name} {user}{suffix}"),
        )
    }

    fn count(&mut self, change: Change) -> Change {
        self.serial += 1;
        change
    }

    fn suffix(&self) -> String {
        if self.app().member_updates { format!(" #{}", self.serial) } else { String::new() }
    }

    fn remove(&mut self, at: Time, user: String) -> Option<Change> {
        let present = self.present.remove(&user)?;
        if present.updated {
            self.remember(at, user.clone(), present.info);
        }
        Some(self.count(Change::Left(user)))
    }

    fn remember(&mut self, now: Time, user: String, info: Info) {
        let is_newest = self.absent.get(&user).is_none_or(|(known, _)| known.rev <= info.rev);
        if info.rev.is_some() && is_newest {
            self.absent.insert(user, (info, now + MEMORY));
        }
    }
}
