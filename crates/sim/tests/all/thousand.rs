//! A thousand people in one room: they come at once, half of them lose their connection, and half
//! of those come back in time. Every pair of them is checked, so none can be lost.

use std::collections::{BTreeMap, BTreeSet};

use rollcall_sim::{Command, Line, Stage, Staging};

const PEOPLE: usize = 1_000;
const EDGES: usize = 3;

#[test]
fn r11_p77_a_thousand_who_join_at_once_end_with_the_same_list() {
    let mut room = Room::new();
    room.join_in_turns((0..PEOPLE).collect(), 7);
    let everybody: BTreeSet<_> = (0..PEOPLE).map(user).collect();
    for (name, view) in &room.views {
        assert!(view.members == everybody, "{name} sees {}", view.members.len());
        assert_eq!(view.serial, PEOPLE, "{name}");
    }
    assert_eq!(room.views.len(), PEOPLE);
}

#[test]
fn r11_r7_of_five_hundred_who_are_lost_exactly_the_250_who_stay_away_go() {
    let mut room = Room::new();
    room.join_in_turns((0..PEOPLE).collect(), 1);
    let events = |room: &Room| room.views.values().map(|view| view.events).sum::<usize>();
    assert_eq!(events(&room), 0, "one roster is enough");
    let (lost, away) = ((0..PEOPLE).filter(|n| n % 2 == 1), (0..PEOPLE).filter(|n| n % 4 == 1));
    for n in lost {
        room.perform(&format!("{} closes 1001", client(n)));
        room.views.remove(&client(n));
    }
    room.perform("wait 2s");
    room.join_in_turns((0..PEOPLE).filter(|n| n % 4 == 3).collect(), 3);
    assert_eq!(events(&room), 0, "nobody blinked");

    room.perform("wait 1s");
    let gone: BTreeSet<_> = away.map(user).collect();
    let there: BTreeSet<_> = (0..PEOPLE).map(user).filter(|user| !gone.contains(user)).collect();
    assert_eq!((gone.len(), there.len(), room.views.len()), (250, 750, 750));
    for (name, view) in &room.views {
        assert!(view.members == there, "{name} sees {}", view.members.len());
    }
    assert_eq!(events(&room), 750 * 250, "each of them once, to each who is there");
}

/// A room, and what everybody in it knows.
struct Room {
    stage: Stage,
    views: BTreeMap<String, View>,
}

#[derive(Default)]
struct View {
    members: BTreeSet<String>,
    serial: usize,
    /// How often somebody joined or left since the roster came.
    events: usize,
}

impl Room {
    fn new() -> Self {
        let stage = Stage::new(Staging { edges: EDGES, shuffle: Some(11) });
        let mut room = Self { stage, views: BTreeMap::new() };
        room.perform(&format!("app max-members={PEOPLE} max-pending=100000"));
        room
    }

    /// Connects people and lets what they ask arrive in so many turns, in any order.
    fn join_in_turns(&mut self, people: Vec<usize>, turns: usize) {
        for &n in &people {
            self.perform(&format!("{} connects", client(n)));
        }
        for part in people.chunks(people.len().div_ceil(turns)) {
            self.perform("hold");
            for &n in part {
                self.perform(&format!("{} joins presence-room as {}", client(n), user(n)));
            }
            self.perform("turn");
            self.perform("release");
            self.perform("end");
        }
    }

    fn perform(&mut self, line: &str) {
        let command = Command::parse(line).expect("it is a command");
        for line in self.stage.perform(&command) {
            self.hear(&line);
        }
    }

    fn hear(&mut self, line: &Line) {
        let mut words = line.text.trim_start_matches("< ").split(' ');
        let (what, user) = (words.next().unwrap_or(""), words.nth(1).unwrap_or(""));
        let serial = line.text.rsplit_once(" #").and_then(|(_, serial)| serial.parse().ok());
        if what == "subscription_succeeded" {
            let (_, rest) = line.text.split_once('[').expect("it has a roster");
            let (members, _) = rest.split_once(']').expect("it has an end");
            let members = members.split(' ').map(str::to_owned).collect();
            let view = View { members, serial: serial.expect("rosters are counted"), events: 0 };
            self.views.insert(line.who.clone(), view);
        } else if what.starts_with("member_") {
            let view = self.views.get_mut(&line.who).expect("a roster comes first");
            let is_news = match what {
                "member_added" => view.members.insert(user.to_owned()),
                _ => view.members.remove(user),
            };
            view.serial += 1;
            view.events += 1;
            assert!(is_news && Some(view.serial) == serial, "{line}");
        }
    }
}

fn client(n: usize) -> String {
    format!("{}{n}", ["a", "b", "c"][n % EDGES])
}

fn user(n: usize) -> String {
    format!("u{n}")
}
