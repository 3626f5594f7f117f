//! What each client of a lobby knows by what it was told: whether nobody was told twice, in the
//! roster and again or by two events, and whether nothing between was left out.

use super::news::Roster;
use super::people::Person;
use crate::ledger::Fault;

/// What all clients know.
#[derive(Debug)]
pub(crate) struct Knowledge {
    clients: Vec<Client>,
}

#[derive(Debug, Clone)]
struct Client {
    /// Who is there, as far as it knows.
    knows: Vec<bool>,
    /// How many changes it knows of; none before its roster.
    serial: Option<u64>,
}

impl Knowledge {
    /// As many clients as people, none of which knows anybody.
    pub(crate) fn new(people: usize) -> Self {
        Self { clients: vec![Client::new(people); people] }
    }

    /// A person's client was told who is there.
    pub(crate) fn begin(&mut self, client: Person, roster: &Roster) -> Result<(), Fault> {
        let knowing = &mut self.clients[client.0];
        if knowing.serial.replace(roster.serial).is_some() {
            return Err(Fault::Duplicated);
        }
        roster.people.iter().try_for_each(|&person| knowing.set(person, true))?;
        if knowing.knows[client.0] { Ok(()) } else { Err(Fault::Lost) }
    }

    /// It was told that somebody came.
    pub(crate) fn add(&mut self, client: Person, who: Person, serial: u64) -> Result<(), Fault> {
        self.clients[client.0].follow(serial)?;
        self.clients[client.0].set(who, true)
    }

    /// It was told that somebody went.
    pub(crate) fn remove(&mut self, client: Person, who: Person, serial: u64) -> Result<(), Fault> {
        self.clients[client.0].follow(serial)?;
        self.clients[client.0].set(who, false)
    }

    /// A person comes back with a new client, which knows nobody.
    pub(crate) fn forget(&mut self, client: Person) {
        let people = self.clients.len();
        self.clients[client.0] = Client::new(people);
    }

    /// Whether a client knows exactly these.
    pub(crate) fn is(&self, client: Person, present: impl Fn(Person) -> bool) -> bool {
        let knows = self.clients[client.0].knows.iter().enumerate();
        knows.into_iter().all(|(number, &knows)| knows == present(Person(number)))
    }
}

impl Client {
    fn new(people: usize) -> Self {
        Self { knows: vec![false; people], serial: None }
    }

    /// Each event has the serial after that of the one before, and none comes before the roster.
    fn follow(&mut self, serial: u64) -> Result<(), Fault> {
        match self.serial {
            Some(last) if serial == last + 1 => self.serial = Some(serial),
            Some(last) if serial > last => return Err(Fault::Lost),
            _ => return Err(Fault::Reordered),
        }
        Ok(())
    }

    fn set(&mut self, person: Person, is_there: bool) -> Result<(), Fault> {
        let knows = self.knows.get_mut(person.0).ok_or(Fault::Foreign)?;
        if std::mem::replace(knows, is_there) == is_there {
            return Err(Fault::Duplicated);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a client is told.
    #[derive(Debug, Clone, Copy)]
    enum Told {
        Roster(&'static [usize], u64),
        Added(usize, u64),
        Removed(usize, u64),
    }

    use Told::{Added, Removed, Roster as There};

    fn told(all: &[Told]) -> Result<Knowledge, Fault> {
        let (mut knowledge, client) = (Knowledge::new(4), Person(0));
        for &told in all {
            match told {
                There(people, serial) => {
                    let people = people.iter().map(|&number| Person(number)).collect();
                    knowledge.begin(client, &Roster { people, serial })?;
                }
                Added(who, serial) => knowledge.add(client, Person(who), serial)?,
                Removed(who, serial) => knowledge.remove(client, Person(who), serial)?,
            }
        }
        Ok(knowledge)
    }

    #[test]
    fn a_roster_and_what_came_after_it_are_a_list() {
        let all = [There(&[0, 2], 2), Added(1, 3), Removed(2, 4), Added(3, 5)];
        let mut knowledge = told(&all).unwrap();
        assert!(knowledge.is(Person(0), |person| person.0 != 2));
        assert!(!knowledge.is(Person(0), |_| true));
        knowledge.forget(Person(0));
        assert!(knowledge.is(Person(0), |_| false));
    }

    #[test]
    fn nobody_is_told_twice_or_out_of_order() {
        for (all, fault) in [
            ([There(&[0, 1], 2), Added(1, 3)], Fault::Duplicated),
            ([There(&[0], 1), Removed(1, 2)], Fault::Duplicated),
            ([There(&[0], 1), There(&[1], 1)], Fault::Duplicated),
            ([There(&[0], 1), Added(1, 3)], Fault::Lost),
            ([There(&[1], 1), Added(0, 2)], Fault::Lost),
            ([Added(1, 1), There(&[0, 1], 1)], Fault::Reordered),
            ([There(&[0], 2), Added(1, 2)], Fault::Reordered),
            ([There(&[0], 1), Added(4, 2)], Fault::Foreign),
        ] {
            assert_eq!(told(&all).unwrap_err(), fault, "{all:?}");
        }
    }
}
