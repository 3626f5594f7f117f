//! What a member of the lobby is told, read exactly: a frame that differs by a byte from what must
//! come is foreign.
//!
//! `member_added` comes by the hundred thousand, so it is not decoded but compared with the words
//! that it must be, which leaves the serial to be read. Rosters are kept as they are and decoded
//! once the storm is over, or the reader would be what is slow; those of one turn are the same bytes
//! and are kept once.

use rollcall_wire::pusher;
use serde_json::Value;

use super::people::{LOBBY, Person};
use crate::ledger::Fault;

/// One frame of the lobby.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum News {
    /// Who is there, the answer to a subscription: which roster, and how many it says they are.
    Roster(usize, usize),
    /// Somebody came.
    Added(Person, u64),
    /// Somebody went.
    Removed(Person, u64),
}

/// Who was there after so many changes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Roster {
    /// In the order in which they were told.
    pub(crate) people: Vec<Person>,
    /// How many changes there were (docs/status.md 3.4).
    pub(crate) serial: u64,
}

/// Reads frames of a lobby of so many people.
#[derive(Debug)]
pub(crate) struct Listener {
    added: Phrase,
    removed: Phrase,
    /// What a roster begins with, up to the count.
    roster: Vec<u8>,
    /// The payload of each roster so far.
    rosters: Vec<Vec<u8>>,
}

/// What an event must say for each person, up to its serial.
#[derive(Debug)]
struct Phrase {
    id_at: usize,
    heads: Vec<Vec<u8>>,
}

impl Listener {
    /// Knows the people, and no roster yet.
    pub(crate) fn new(people: usize) -> Self {
        let added = Phrase::new(people, |out, person| {
            let (id, info) = (person.to_string(), person.info());
            pusher::member_added(out, LOBBY, &id, Some(&info), Some(0));
        });
        let removed = Phrase::new(people, |out, person| {
            pusher::member_removed(out, LOBBY, &person.to_string(), Some(0));
        });
        let mut roster = Vec::new();
        pusher::presence_succeeded(&mut roster, LOBBY, [].into_iter(), 0, None);
        roster.truncate(end_of(&roster, b"count") + COUNT.len());
        Self { added, removed, roster, rosters: Vec::new() }
    }

    /// Reads the payload of a text frame.
    pub(crate) fn read(&mut self, payload: &[u8]) -> Result<News, Fault> {
        if let Some((person, serial)) = self.added.read(payload) {
            return Ok(News::Added(person, serial));
        }
        if let Some((person, serial)) = self.removed.read(payload) {
            return Ok(News::Removed(person, serial));
        }
        let counted = payload.strip_prefix(&self.roster[..]).ok_or(Fault::Foreign)?;
        let digits = counted.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let count = number(&counted[..digits]).ok_or(Fault::Foreign)?;
        Ok(News::Roster(self.keep(payload), count as usize))
    }

    /// How many different rosters were told: one for each turn that let somebody in.
    pub(crate) fn rosters(&self) -> usize {
        self.rosters.len()
    }

    /// Decodes one of the rosters.
    pub(crate) fn roster(&self, which: usize) -> Result<Roster, Fault> {
        roster_of(&self.rosters[which]).ok_or(Fault::Foreign)
    }

    fn keep(&mut self, payload: &[u8]) -> usize {
        let known = self.rosters.iter().rposition(|told| told == payload);
        known.unwrap_or_else(|| {
            self.rosters.push(payload.to_owned());
            self.rosters.len() - 1
        })
    }
}

impl Phrase {
    fn new(people: usize, say: impl Fn(&mut Vec<u8>, Person)) -> Self {
        let head_of = |person| {
            let mut text = Vec::new();
            say(&mut text, person);
            text.truncate(text.len() - TAIL.len() - 1);
            text
        };
        let id = Person(0).to_string();
        let id_at = end_of(&head_of(Person(0)), id.as_bytes()) - id.len();
        Self { id_at, heads: (0..people).map(|number| head_of(Person(number))).collect() }
    }

    fn read(&self, payload: &[u8]) -> Option<(Person, u64)> {
        let id = payload.get(self.id_at..)?.split(|&byte| byte == b'\\').next()?;
        let person = Person::of_user_id(std::str::from_utf8(id).ok()?)?;
        let rest = payload.strip_prefix(&self.heads.get(person.0)?[..])?;
        let serial = number(rest.strip_suffix(TAIL.as_bytes())?)?;
        Some((person, serial))
    }
}

/// What a success frame says; `None` if anybody's info, or anything else, is not as it must be.
fn roster_of(payload: &[u8]) -> Option<Roster> {
    let frame: Value = serde_json::from_slice(payload).ok()?;
    if frame["event"] != "pusher_internal:subscription_succeeded" || frame["channel"] != LOBBY {
        return None;
    }
    let data: Value = serde_json::from_str(frame["data"].as_str()?).ok()?;
    let presence = &data["presence"];
    let (ids, hash) = (presence["ids"].as_array()?, presence["hash"].as_object()?);
    let is_as_told = |person: &Person| {
        let told = hash.get(&person.to_string());
        told.is_some_and(|info| {
            serde_json::from_str(&person.info()).is_ok_and(|is: Value| is == *info)
        })
    };
    let people = ids.iter().map(|id| Person::of_user_id(id.as_str()?).filter(is_as_told));
    let people = people.collect::<Option<Vec<_>>>()?;
    let fits = presence["count"] == people.len() && hash.len() == people.len();
    fits.then_some(Roster { people, serial: presence["serial"].as_u64()? })
}

fn number(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// Where the first `word` of a text ends, which has it.
fn end_of(text: &[u8], word: &[u8]) -> usize {
    let found = text.windows(word.len()).position(|window| window == word);
    found.expect("our own encoder says it") + word.len()
}

/// What lies between the word and the number of the count.
const COUNT: &str = "\\\":";

/// What follows the serial.
const TAIL: &str = "}\"}";

#[cfg(test)]
mod tests {
    use rollcall_wire::Frame;

    use super::*;
    use crate::stamp::FRAME_LEN;

    fn added(person: Person, serial: u64) -> Vec<u8> {
        let mut text = Vec::new();
        let id = person.to_string();
        pusher::member_added(&mut text, LOBBY, &id, Some(&person.info()), Some(serial));
        text
    }

    fn roster(people: &[Person], serial: u64) -> Vec<u8> {
        let told: Vec<_> =
            people.iter().map(|person| (person.to_string(), person.info())).collect();
        let members = told.iter().map(|(id, info)| (id.as_str(), Some(info.as_str())));
        let mut text = Vec::new();
        pusher::presence_succeeded(&mut text, LOBBY, members, people.len(), Some(serial));
        text
    }

    #[test]
    fn a_member_added_is_as_long_as_a_frame_of_the_bare_loop() {
        for (serial, length) in [(1, FRAME_LEN - 2), (500, FRAME_LEN), (1000, FRAME_LEN + 1)] {
            let text = added(Person(42), serial);
            assert_eq!(Frame::text(|out| out.extend_from_slice(&text)).ws().len(), length);
        }
    }

    #[test]
    fn comings_and_goings_are_read() {
        let mut listener = Listener::new(20);
        assert_eq!(listener.read(&added(Person(7), 123)), Ok(News::Added(Person(7), 123)));
        let mut text = Vec::new();
        pusher::member_removed(&mut text, LOBBY, &Person(19).to_string(), Some(4));
        assert_eq!(listener.read(&text), Ok(News::Removed(Person(19), 4)));
    }

    #[test]
    fn a_roster_is_kept_once_and_decoded() {
        let mut listener = Listener::new(20);
        let people = vec![Person(3), Person(11)];
        for _ in 0..2 {
            assert_eq!(listener.read(&roster(&people, 2)), Ok(News::Roster(0, 2)));
        }
        assert_eq!(listener.read(&roster(&people[..1], 3)), Ok(News::Roster(1, 1)));
        assert_eq!(listener.roster(0), Ok(Roster { people, serial: 2 }));
    }

    #[test]
    fn what_differs_anywhere_is_foreign() {
        let mut listener = Listener::new(20);
        for right in [added(Person(7), 123), roster(&[Person(3)], 1)] {
            for at in 0..right.len() {
                let mut wrong = right.clone();
                wrong[at] = if wrong[at] == b'~' { b'!' } else { b'~' };
                let read = listener.read(&wrong).and_then(|news| match news {
                    News::Roster(which, _) => listener.roster(which).map(|_| ()),
                    _ => Ok(()),
                });
                assert_eq!(read, Err(Fault::Foreign), "at {at}");
            }
        }
        assert_eq!(listener.read(&added(Person(20), 1)), Err(Fault::Foreign));
    }
}
