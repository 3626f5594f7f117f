//! One connection of a play: what it asked for, what it heard, and what it must not hear.

use std::collections::{BTreeMap, BTreeSet};

use rollcall_engine::{ConnId, EdgeId, HttpTransport};
use rollcall_sim::{Action, Audit, Model};

use crate::watcher::Watcher;

pub(crate) type Verdict = Result<(), String>;

/// What is known of one connection.
pub(crate) struct Player {
    pub(crate) address: (EdgeId, ConnId),
    /// Whether it is a session, which the server keeps for a while when its client is gone.
    pub(crate) transport: Option<HttpTransport>,
    /// What was heard of each channel.
    heard: BTreeMap<String, Vec<String>>,
    /// The channels it asked for and did not leave, with the member it is there.
    pub(crate) wanted: BTreeMap<String, Option<String>>,
    /// Channels that it asked for, and was not signed in as whoever may be there.
    forbidden: BTreeSet<String>,
    /// Channels it left, of which nothing may come until it asks again.
    left: BTreeSet<String>,
    /// Channels with the members that it may no longer be there.
    revoked: BTreeSet<(String, String)>,
    /// What it knows of users.
    pub(crate) watcher: Watcher,
    /// What may be said of its reading.
    pub(crate) reading: Reading,
    /// A close by command, which explains a close frame.
    pub(crate) sent_away: bool,
    pub(crate) over: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    Always,
    /// It has stopped at some time, or reads so little at a time that a turn can overtake it.
    Doubtful,
}

impl Player {
    pub(crate) fn new(address: (EdgeId, ConnId), transport: Option<HttpTransport>) -> Self {
        Self {
            address,
            transport,
            heard: BTreeMap::new(),
            wanted: BTreeMap::new(),
            forbidden: BTreeSet::new(),
            left: BTreeSet::new(),
            revoked: BTreeSet::new(),
            watcher: Watcher::default(),
            reading: Reading::Always,
            sent_away: false,
            over: false,
        }
    }

    pub(crate) fn prepare(&mut self, action: &Action) {
        match action {
            Action::Joins(channel, claim) if !self.over => {
                self.left.remove(channel);
                self.ask(channel, claim.user.as_deref());
            }
            Action::Leaves(channel) => {
                self.wanted.remove(channel);
                if self.reading == Reading::Always {
                    self.left.insert(channel.clone());
                }
            }
            Action::StopsReading(_) | Action::Reads(Some(_)) => self.doubt(),
            Action::LosesRequest if self.transport.is_some() => self.doubt(),
            Action::Closes(_) if self.transport.is_some() => self.over = true,
            Action::Closes(_) => self.sent_away = true,
            Action::Ends | Action::Drops => self.over = true,
            _ => {}
        }
    }

    /// From now on it may hear late, and be heard late.
    pub(crate) fn doubt(&mut self) {
        self.reading = Reading::Doubtful;
        self.left.clear();
    }

    /// Asks for a channel as somebody, or as whom it signed in as.
    fn ask(&mut self, channel: &str, user: Option<&str>) {
        let signed_in = self.watcher.user();
        let own = channel.strip_prefix("#server-to-user-");
        let member = user.or(signed_in).filter(|_| channel.starts_with("presence-"));
        let is_member = member.is_some() || !channel.starts_with("presence-");
        if is_member && own.is_none_or(|own| signed_in == Some(own)) {
            let member = member.map(str::to_owned);
            self.wanted.entry(channel.to_owned()).or_insert(member);
        } else {
            self.forbidden.insert(channel.to_owned());
        }
    }

    /// Whether it is told that it is nobody who may be there. Who reads late may not know yet whom
    /// it signed in as.
    fn is_forbidden(&self, channel: &str, text: &str) -> bool {
        let may_be = self.reading == Reading::Doubtful || self.forbidden.contains(channel);
        may_be && !text.contains(" LimitReached ") && !text.contains(" revoked")
    }

    /// It is closed if it is that member, and cannot become it otherwise.
    pub(crate) fn disconnect_member(&mut self, user: &str, channel: &str) {
        let is_there_as = self.wanted.get(channel).and_then(Option::as_deref);
        if is_there_as == Some(user) {
            self.sent_away = true;
        } else {
            self.revoked.insert((channel.to_owned(), user.to_owned()));
        }
    }

    /// It is closed if it is signed in as that user. Who reads late may not know it yet.
    pub(crate) fn terminate(&mut self, user: &str) {
        self.sent_away |= self.reading == Reading::Doubtful || self.watcher.user() == Some(user);
    }

    /// Of who reads late nobody knows which of its tries is answered.
    fn is_revoked(&self, channel: &str) -> bool {
        if self.reading == Reading::Doubtful {
            return false;
        }
        let user = self.wanted.get(channel).and_then(Option::as_deref).unwrap_or_default();
        self.revoked.contains(&(channel.to_owned(), user.to_owned()))
    }

    pub(crate) fn hear(&mut self, channel: &str, text: &str) -> Verdict {
        if self.over {
            return Err(format!("heard {text:?} after the end"));
        }
        if self.left.contains(channel) {
            return Err(format!("heard {text:?} of a channel that it left"));
        }
        if text.starts_with("subscription_succeeded ") && self.is_revoked(channel) {
            return Err(format!("heard {text:?} with a signature that was revoked"));
        }
        if text.starts_with("subscription_error ") && self.is_forbidden(channel, text) {
            // The partition never knew of it, and what it had before it still has.
            return Ok(());
        }
        if text.starts_with("subscription_error ") {
            // Who reads late may hear it after it left, when nobody knows any more as whom it asked.
            let is_revoked = self.revoked.iter().any(|(of, _)| of == channel);
            self.wanted.remove(channel);
            if is_revoked && text.contains(" AuthError ") {
                // The partition never knew of it.
                return Ok(());
            }
        }
        self.heard.entry(channel.to_owned()).or_default().push(text.to_owned());
        Ok(())
    }

    pub(crate) fn hear_other(&mut self, text: &str) -> Verdict {
        if let Some(user_data) = text.strip_prefix("signin_success ") {
            self.watcher.signed_in(user_data);
            return Ok(());
        }
        match text.split(' ').next() {
            Some("close") if self.reading == Reading::Always && !self.may_be_closed(text) => {
                Err(format!("was told {text:?} for no reason"))
            }
            Some("close" | "eof" | "reset") => {
                self.over = true;
                self.wanted.clear();
                Ok(())
            }
            Some("connection_established" | "error" | "control" | "ping") => Ok(()),
            _ => Err(format!("heard {text:?}")),
        }
    }

    /// Whether there is a reason: by command, or that so much came between two polls that it is too
    /// much.
    fn may_be_closed(&self, text: &str) -> bool {
        let is_polling = self.transport == Some(HttpTransport::Polling);
        self.sent_away || is_polling && text.starts_with("close 4100 ")
    }

    pub(crate) fn audit(&self, model: &Model, extent: Audit) -> Verdict {
        let known = model.subscriptions(self.address).into_iter();
        let channels: BTreeSet<&str> = known.chain(self.heard.keys().map(String::as_str)).collect();
        channels.into_iter().try_for_each(|channel| {
            let heard = self.heard.get(channel).map_or(&[][..], Vec::as_slice);
            model.audit(self.address, channel, heard, extent)
        })
    }

    /// Who it believes to be there; each difference must follow the one before it.
    pub(crate) fn view(&self, channel: &str) -> Result<BTreeSet<&str>, String> {
        let mut members = BTreeSet::new();
        let mut serial = None;
        for line in self.heard.get(channel).into_iter().flatten() {
            let mut words = line.split(' ');
            let (what, user) = (words.next().unwrap_or(""), words.nth(1).unwrap_or(""));
            let now = line.rsplit_once(" #").and_then(|(_, serial)| serial.parse::<u64>().ok());
            match what {
                "subscription_succeeded" => members = roster(line),
                "member_added" => _ = members.insert(user),
                "member_removed" => _ = members.remove(user),
                "member_updated" => {}
                _ => continue,
            }
            if what.starts_with("member_") && now != serial.map(|serial| serial + 1) {
                return Err(format!("{line:?} does not follow {serial:?}"));
            }
            serial = now;
        }
        Ok(members)
    }
}

/// Who is new to a client that hears this.
pub(crate) fn seen(text: &str) -> BTreeSet<&str> {
    let mut words = text.split(' ');
    match words.next() {
        Some("subscription_succeeded") => roster(text),
        Some("member_added") => words.nth(1).into_iter().collect(),
        _ => BTreeSet::new(),
    }
}

/// The users in a line like `subscription_succeeded presence-x [ana{"n":1} bo] #2`.
pub(crate) fn roster(line: &str) -> BTreeSet<&str> {
    let inside = line.split_once(" [").and_then(|(_, rest)| rest.split_once(']'));
    let members = inside.map_or("", |(members, _)| members).split_whitespace();
    members.map(|member| member.split('{').next().unwrap_or(member)).collect()
}
