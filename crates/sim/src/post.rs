//! The mail between machines: in order for each pair of sender and receiver, in any order for
//! different pairs. That is all that mailboxes promise, so it is all that tests may rely on.

use std::collections::{BTreeMap, VecDeque};

use rollcall_engine::{FromPartition, ToPartition};

use crate::chance::Chance;

/// Which of the waiting pairs has its mail delivered next.
#[derive(Debug, Clone)]
pub enum Delivery {
    /// The one whose mail was posted first, as with a single shard.
    InOrder,
    /// Any.
    Shuffled(Chance),
}

/// Mail that is on its way.
#[derive(Debug)]
pub(crate) struct Post {
    routes: BTreeMap<Route, VecDeque<(u64, Parcel)>>,
    delivery: Delivery,
    posted: u64,
}

/// A pair of sender and receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Route {
    Up { from: Sender, partition: usize },
    Down { partition: usize, edge: usize },
}

/// Who writes to partitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sender {
    /// HTTP requests and the node's own programs.
    Door,
    Edge(usize),
}

/// One piece of mail with its receiver.
#[derive(Debug)]
pub(crate) enum Parcel {
    Up(usize, Box<ToPartition>),
    Down(usize, FromPartition),
}

impl Post {
    pub(crate) fn new(delivery: Delivery) -> Self {
        Self { routes: BTreeMap::new(), delivery, posted: 0 }
    }

    /// Posts mail for the partition that owns the channel in it.
    pub(crate) fn send_up(&mut self, from: Sender, mail: ToPartition) {
        let partition = usize::from(mail.channel().partition().0);
        self.push(Route::Up { from, partition }, Parcel::Up(partition, Box::new(mail)));
    }

    /// Posts mail for an edge.
    pub(crate) fn send_down(&mut self, partition: usize, edge: usize, mail: FromPartition) {
        self.push(Route::Down { partition, edge }, Parcel::Down(edge, mail));
    }

    /// Forgets what is on its way.
    pub(crate) fn lose_all(&mut self) {
        self.routes.clear();
    }

    /// Takes out what is delivered next.
    pub(crate) fn next(&mut self) -> Option<Parcel> {
        let route = match &mut self.delivery {
            Delivery::InOrder => {
                let first = |mail: &VecDeque<(u64, Parcel)>| mail.front().map(|(order, _)| *order);
                *self.routes.iter().min_by_key(|(_, mail)| first(mail))?.0
            }
            Delivery::Shuffled(_) if self.routes.is_empty() => return None,
            Delivery::Shuffled(chance) => {
                let nth = chance.below(self.routes.len());
                *self.routes.keys().nth(nth)?
            }
        };
        self.take(route)
    }

    fn push(&mut self, route: Route, parcel: Parcel) {
        self.posted += 1;
        self.routes.entry(route).or_default().push_back((self.posted, parcel));
    }

    fn take(&mut self, route: Route) -> Option<Parcel> {
        let mail = self.routes.get_mut(&route)?;
        let (_, parcel) = mail.pop_front()?;
        if mail.is_empty() {
            self.routes.remove(&route);
        }
        Some(parcel)
    }
}
