//! The record of changes: writing it, with the change itself, and telling it.

use rollcall_node::config::{Difference, recorded_settings};
use rollcall_store::{
    AppRow, AppsEdit, ChangeKind, ChangeRow, Contents, NewChange, StoreError, UnixMillis,
};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::operator_name;

/// Who acts, and from where.
#[derive(Clone, Copy, Debug)]
pub struct By<'a> {
    /// An operator's name, or what else acts.
    pub actor: &'a str,
    /// Where the request came from.
    pub address: Option<&'a str>,
}

impl By<'static> {
    /// Somebody at a terminal of the server.
    pub const COMMAND_LINE: Self = Self { actor: operator_name::COMMAND_LINE, address: None };

    /// A server that starts without an app of its own, and makes one.
    pub const FIRST_START: Self = Self { actor: operator_name::FIRST_START, address: None };
}

impl<'a> By<'a> {
    /// A change of this kind, of an app, with nothing else to say.
    pub fn change(self, kind: ChangeKind, app: &'a str, at: UnixMillis) -> NewChange<'a> {
        NewChange {
            at,
            actor: self.actor,
            address: self.address,
            app: Some(app),
            kind,
            before: None,
            after: None,
            reverts: None,
        }
    }
}

/// Records what a change of an app is, in the transaction that makes it. The number of the last is
/// given; nothing that differs is no change.
pub async fn record(
    edit: &mut AppsEdit,
    by: By<'_>,
    app: &str,
    differences: &[Difference],
    now: UnixMillis,
) -> Result<Option<i64>, StoreError> {
    record_reverting(edit, by, app, differences, None, now).await
}

/// The same for what takes another change back.
pub(crate) async fn record_reverting(
    edit: &mut AppsEdit,
    by: By<'_>,
    app: &str,
    differences: &[Difference],
    reverts: Option<i64>,
    now: UnixMillis,
) -> Result<Option<i64>, StoreError> {
    let mut last = None;
    for Difference { kind, before, after } in differences {
        let [before, after] = [before, after].map(|side| side.as_ref().map(Value::to_string));
        let (before, after) = (before.as_deref(), after.as_deref());
        let change = NewChange { before, after, reverts, ..by.change(*kind, app, now) };
        last = Some(edit.record(&change).await?);
    }
    Ok(last)
}

/// What is told, and recorded, of a database that is to take the place of the present one.
pub fn restore_details(contents: &Contents) -> Value {
    let Contents { apps, people, newest_change, bytes } = contents;
    json!({
        "apps": apps.len(),
        "people": people,
        "newest_change": newest_change,
        "bytes": bytes,
    })
}

/// A change as it is told.
#[derive(Debug, Serialize)]
pub(crate) struct ChangeBody {
    n: i64,
    at: UnixMillis,
    actor: String,
    address: Option<String>,
    app: Option<String>,
    what: &'static str,
    before: Option<Value>,
    after: Option<Value>,
    reverts: Option<i64>,
    can_revert: bool,
}

impl ChangeBody {
    /// `now` is the app as it is stored now, if it is.
    pub(crate) fn new(row: ChangeRow, now: Option<&AppRow>) -> Self {
        let can_revert = now.is_some_and(|now| is_untouched(&row, now));
        let parse = |side: Option<String>| side.and_then(|text| serde_json::from_str(&text).ok());
        Self {
            n: row.n,
            at: row.at,
            actor: row.actor,
            address: row.address,
            app: row.app,
            what: row.kind.name(),
            before: parse(row.before),
            after: parse(row.after),
            reverts: row.reverts,
            can_revert,
        }
    }
}

/// Whether everything that a change of settings made is still so.
pub(crate) fn is_untouched(change: &ChangeRow, now: &AppRow) -> bool {
    let settings = recorded_settings(now);
    let value = |key: &String| settings.get(key).unwrap_or(&Value::Null);
    change.kind == ChangeKind::Settings
        && object(change.after.as_deref()).iter().all(|(key, made)| value(key) == made)
}

/// One side of a change.
pub(crate) fn object(side: Option<&str>) -> Map<String, Value> {
    side.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}
