//! What the back end of a play was told: nothing twice, nothing untrue, nothing later than anybody
//! saw it, and in the end what is so.

use std::collections::{BTreeMap, BTreeSet};

use rollcall_sim::Line;

/// A back end that remembers.
#[derive(Debug, Default)]
pub(crate) struct BackEnd {
    channels: BTreeMap<String, Known>,
}

#[derive(Debug, Default)]
struct Known {
    occupied: bool,
    members: BTreeSet<String>,
    /// Everybody of whom it heard at any time.
    ever: BTreeSet<String>,
}

impl BackEnd {
    /// One more event.
    pub(crate) fn hear(&mut self, line: &Line) -> Result<(), String> {
        let mut words = line.text.trim_start_matches("< ").split(' ');
        let (name, channel) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        let user = words.next().unwrap_or("").to_owned();
        let known = self.channels.entry(channel.to_owned()).or_default();
        let is_news = match name {
            "channel_occupied" => !std::mem::replace(&mut known.occupied, true),
            "channel_vacated" => std::mem::replace(&mut known.occupied, false),
            "member_added" => known.ever.insert(user.clone()) | known.members.insert(user),
            "member_removed" => known.members.remove(&user),
            _ => true,
        };
        if is_news { Ok(()) } else { Err(format!("the back end was told {:?} twice", line.text)) }
    }

    /// Whether it knew of users that a client of the channel sees.
    pub(crate) fn check_seen<'a>(
        &self,
        channel: &str,
        seen: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), String> {
        let known = self.channels.get(channel);
        for user in seen {
            if !known.is_some_and(|known| known.ever.contains(user)) {
                return Err(format!("{user} was seen on {channel}, and no back end was told"));
            }
        }
        Ok(())
    }

    /// The channels that it takes for occupied, with their members.
    pub(crate) fn view(&self) -> BTreeMap<String, BTreeSet<String>> {
        let occupied = self.channels.iter().filter(|(_, known)| known.occupied);
        occupied.map(|(name, known)| (name.clone(), known.members.clone())).collect()
    }
}
