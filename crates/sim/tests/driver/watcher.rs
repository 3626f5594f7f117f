//! What one client knows of users: whom it is signed in as, and who of those that it watches is
//! there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::player::Reading;

/// A client as a user.
#[derive(Debug, Default)]
pub(crate) struct Watcher {
    /// Whom it is signed in as, and whom it watches; the first sign-in counts.
    user: Option<(String, BTreeSet<String>)>,
    /// Who of them is there, once it was told.
    knows: BTreeMap<String, bool>,
    /// Whether what it hears may be of a time before it was told nothing for a while.
    is_late: bool,
}

impl Watcher {
    /// Whom it is signed in as.
    pub(crate) fn user(&self) -> Option<&str> {
        self.user.as_ref().map(|(user, _)| user.as_str())
    }

    /// It hears that it is signed in.
    pub(crate) fn signed_in(&mut self, user_data: &str) {
        let data: Value = serde_json::from_str(user_data).unwrap_or_default();
        let id = data["id"].as_str().unwrap_or_default().to_owned();
        let list = data["watchlist"].as_array().into_iter().flatten().filter_map(Value::as_str);
        self.user.get_or_insert_with(|| (id, list.map(str::to_owned).collect()));
    }

    /// From now on it is told nothing, but what is on its way to one who is late.
    pub(crate) fn forget(&mut self, reading: Reading) {
        self.knows.clear();
        self.is_late |= reading == Reading::Doubtful;
    }

    /// It hears of everybody first, and then of one at a time who is otherwise than before.
    pub(crate) fn hear(&mut self, text: &str) -> Result<(), String> {
        let told = told(text);
        let list = self.user.as_ref().map(|(_, list)| list);
        let is_first = self.knows.is_empty() && list.is_some_and(|list| told.keys().eq(list));
        let is_change = told.len() == 1
            && told.iter().all(|(user, there)| self.knows.get(user) == Some(&!there));
        if !is_first && !is_change && !self.is_late {
            return Err(format!("heard {text:?}, knows {:?}", self.knows));
        }
        self.knows.extend(told);
        Ok(())
    }

    /// In the end it knows who is there.
    pub(crate) fn check(&self, there: &BTreeSet<&str>) -> Result<(), String> {
        let list = self.user.iter().flat_map(|(_, list)| list);
        let truth = list.map(|user| (user.clone(), there.contains(user.as_str()))).collect();
        if self.knows == truth {
            return Ok(());
        }
        Err(format!("knows {:?} of those whom it watches, there are {there:?}", self.knows))
    }
}

/// Reads `watchlist online [a b] offline [c]`.
fn told(text: &str) -> BTreeMap<String, bool> {
    let mut told = BTreeMap::new();
    for (group, is_there) in [(" online [", true), (" offline [", false)] {
        let users = text.split_once(group).and_then(|(_, rest)| rest.split_once(']'));
        let users = users.map_or("", |(users, _)| users).split(' ').filter(|user| !user.is_empty());
        told.extend(users.map(|user| (user.to_owned(), is_there)));
    }
    told
}
