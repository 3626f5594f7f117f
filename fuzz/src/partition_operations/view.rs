//! What one subscriber knows of a presence channel: the roster it was given and what came after.

use std::collections::{BTreeMap, BTreeSet};

use rollcall_wire::Frame;
use serde_json::Value;

/// Who is there, as one subscriber sees it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct View {
    members: BTreeMap<String, Value>,
    serial: Option<u64>,
}

/// What a frame says.
pub(super) struct Said {
    /// The event's name.
    pub(super) event: String,
    data: Value,
}

impl Said {
    pub(super) fn of(frame: &Frame) -> Self {
        let event: Value = serde_json::from_slice(frame.json()).expect("an event is JSON");
        let data = event["data"].as_str().expect("data is a string");
        let data = serde_json::from_str(data).expect("data holds JSON");
        Self { event: event["event"].as_str().unwrap_or_default().to_owned(), data }
    }

    /// The number of a published event.
    pub(super) fn number(&self) -> Option<u64> {
        (self.event == "e").then(|| self.data.as_u64().expect("its data is its number"))
    }

    fn user(&self) -> String {
        self.data["user_id"].as_str().expect("an id is text").to_owned()
    }
}

impl View {
    pub(super) fn users(&self) -> BTreeSet<String> {
        self.members.keys().cloned().collect()
    }

    /// Hears an event; one that is no member event changes nothing.
    pub(super) fn hear(&mut self, said: &Said) {
        match said.event.as_str() {
            "pusher_internal:subscription_succeeded" => return self.replace(&said.data),
            "pusher_internal:member_added" => self.add(said),
            "pusher_internal:member_updated" => {
                let known = self.members.insert(said.user(), said.data["user_info"].clone());
                assert!(known.is_some(), "updated, but absent");
            }
            "pusher_internal:member_removed" => {
                assert!(self.members.remove(&said.user()).is_some(), "removed, but absent");
            }
            _ => return,
        }
        self.count(&said.data["serial"]);
    }

    fn add(&mut self, said: &Said) {
        let info = said.data["user_info"].clone();
        let known = self.members.insert(said.user(), info.clone());
        // Under `mirror`, an update is told as another addition.
        assert!(known.is_none_or(|known| known != info), "added, but there");
    }

    fn count(&mut self, serial: &Value) {
        let before = std::mem::replace(&mut self.serial, serial.as_u64());
        assert_eq!(self.serial, before.map(|before| before + 1), "serials count by one");
    }

    fn replace(&mut self, data: &Value) {
        let presence = &data["presence"];
        let Some(hash) = presence["hash"].as_object() else { return };
        self.members = hash.iter().map(|(user, info)| (user.clone(), info.clone())).collect();
        self.serial = presence["serial"].as_u64();
        assert_eq!(presence["count"], self.members.len());
        assert_eq!(presence["ids"], Value::from_iter(self.members.keys().cloned()));
    }
}
