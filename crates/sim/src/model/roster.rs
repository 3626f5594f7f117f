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
    /// Counts the changes that were told.
    serial: u64,
    present: BTreeMap<String, Present>,
    /// Who was there, and with what info, when that was told last.
    told: BTreeMap<String, Option<Arc<str>>>,
    /// Info with a revision of users who are not there, and until when it counts.
    absent: BTreeMap<String, (Info, Time)>,
    app: Option<Arc<App>>,
}

#[derive(Debug)]
struct Present {
    info: Info,
    /// Whether somebody updated it, so that it is remembered when its user leaves.
    updated: bool,
    connections: BTreeSet<Address>,
    /// When it goes.
    goes: Option<Time>,
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

    pub(super) fn is_update(&self) -> bool {
        matches!(self, Self::Updated(_))
    }
}

impl Roster {
    /// A connection joins, or is refused by the limit.
    pub(super) fn join(
        &mut self,
        who: Address,
        member: &Member,
        app: &Arc<App>,
    ) -> Result<(), usize> {
        self.app = Some(Arc::clone(app));
        let user = member.user.as_str().to_owned();
        let brought = Info { text: member.info.clone(), rev: member.rev };
        if let Some(present) = self.present.get_mut(&user) {
            present.connections.insert(who);
            let came_back = present.goes.take().is_some();
            let is_newer = brought.rev >= present.info.rev && brought.text != present.info.text;
            if came_back && is_newer {
                present.info = brought;
            }
            return Ok(());
        }
        if self.present.len() >= app.presence.max_members {
            return Err(app.presence.max_members);
        }
        let known = self.absent.remove(&user).map(|(info, _)| info);
        let updated = known.is_some();
        let info = known.filter(|known| brought.rev < known.rev).unwrap_or(brought);
        let connections = BTreeSet::from([who]);
        self.present.insert(user, Present { info, updated, connections, goes: None });
        Ok(())
    }

    /// A connection is gone: on purpose, or lost since then.
    pub(super) fn leave(&mut self, now: Time, who: Address, user: &str, lost_since: Option<Time>) {
        let goes = lost_since.map_or(now, |since| since + grace(self.app()));
        let Some(present) = self.present.get_mut(user) else { return };
        present.connections.remove(&who);
        if present.connections.is_empty() {
            present.goes = Some(goes);
            if goes <= now {
                self.remove(now, user);
            }
        }
    }

    /// A user has new info.
    pub(super) fn update(&mut self, now: Time, member: &Member, app: &Arc<App>) {
        self.app = Some(Arc::clone(app));
        let user = member.user.as_str().to_owned();
        let info = Info { text: member.info.clone(), rev: member.rev };
        let Some(present) = self.present.get_mut(&user) else {
            return self.remember(now, user, info);
        };
        if info.rev.is_some() && info.rev < present.info.rev {
            return;
        }
        present.updated |= info.rev.is_some();
        present.info = Info { text: info.text, rev: info.rev.or(present.info.rev) };
    }

    /// Those whose time has come go.
    pub(super) fn expire(&mut self, now: Time) {
        self.absent.retain(|_, (_, until)| *until > now);
        let gone = self.present.iter().filter_map(|(user, present)| Some((present.goes?, user)));
        let gone = gone.filter(|(at, _)| *at <= now).map(|(at, user)| (at, user.clone()));
        for (at, user) in gone.collect::<Vec<_>>() {
            self.remove(at, &user);
        }
    }

    /// How it differs from what was told last, which it is from now on: who left, who joined, who
    /// was updated, each in the order of ids.
    pub(super) fn take_difference(&mut self) -> Vec<Change> {
        let now =
            self.present.iter().map(|(user, present)| (user.clone(), present.info.text.clone()));
        let now: BTreeMap<_, _> = now.collect();
        let told = std::mem::replace(&mut self.told, now.clone());
        let left = told.keys().filter(|user| !now.contains_key(*user)).cloned().map(Change::Left);
        let joined = now.keys().filter(|user| !told.contains_key(*user)).cloned();
        let updated = now.iter().filter(|(user, info)| told.get(*user).is_some_and(|t| t != *info));
        let updated = updated.map(|(user, _)| Change::Updated(user.clone()));
        left.chain(joined.map(Change::Joined)).chain(updated).collect()
    }

    /// One more change is told.
    pub(super) fn count(&mut self) {
        self.serial += 1;
    }

    pub(super) fn mirrors(&self) -> bool {
        self.app.as_ref().is_some_and(|app| app.mirror)
    }

    pub(super) fn app(&self) -> &App {
        self.app.as_deref().expect("a roster is changed by joins and updates, which bring the app")
    }

    pub(super) fn members(&self) -> usize {
        self.present.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.present.is_empty() && self.absent.is_empty() && self.told.is_empty()
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

    fn suffix(&self) -> String {
        if self.app().member_updates { format!(" #{}", self.serial) } else { String::new() }
    }

    fn remove(&mut self, at: Time, user: &str) {
        if let Some(present) = self.present.remove(user)
            && present.updated
        {
            self.remember(at, user.to_owned(), present.info);
        }
    }

    fn remember(&mut self, now: Time, user: String, info: Info) {
        let is_newest = self.absent.get(&user).is_none_or(|(known, _)| known.rev <= info.rev);
        if info.rev.is_some() && is_newest {
            self.absent.insert(user, (info, now + MEMORY));
        }
    }
}
