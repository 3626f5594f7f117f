//! The record of an app's changes, and taking one back (docs/console.md 2.4).

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::IntoResponse;
use rollcall_node::config::changed_app;
use rollcall_store::ChangeKind;
use rollcall_web::{FieldProblem, json};
use serde::Deserialize;
use serde_json::json as object;

use super::path::InPath;
use crate::console::Console;
use crate::failure::{AppFailure, Failure};
use crate::record::{ChangeBody, is_untouched, object as side};
use crate::signed_in::SignedIn;

/// Which page of the record.
#[derive(Deserialize)]
pub(crate) struct Page {
    /// Only changes before this number.
    before: Option<i64>,
}

/// The newest changes of an app. One that is gone has a record, too.
pub(crate) async fn list(
    State(console): State<Console>,
    InPath(id): InPath<String>,
    page: Result<Query<Page>, QueryRejection>,
) -> Result<impl IntoResponse, Failure> {
    let Query(page) = page.map_err(|_| Failure::of_field("before", FieldProblem::WrongType))?;
    let rows = console.0.store.apps().await?;
    let now = rows.iter().find(|row| row.id == id);
    let changes = console.0.store.changes_of_app(&id, page.before, PAGE).await?;
    let changes: Vec<_> = changes.into_iter().map(|row| ChangeBody::new(row, now)).collect();
    Ok(json(object!({ "changes": changes }).to_string()))
}

/// Sets what a change of settings set to what it was before, which is a change of its own.
pub(crate) async fn revert(
    State(console): State<Console>,
    InPath(n): InPath<i64>,
    signed_in: SignedIn,
) -> Result<impl IntoResponse, Failure> {
    let mut changing = console.changing().await?;
    let change = changing.change(n).await?;
    let app = change.app.as_deref().filter(|_| change.kind == ChangeKind::Settings);
    let old = changing.find(app.ok_or(AppFailure::NotReversible)?)?;
    if !is_untouched(&change, &old) {
        return Err(AppFailure::ChangedSince.into());
    }
    let new = changed_app(&old, &side(change.before.as_deref()))?;
    changing.reverts = Some(n);
    let made = changing.finish(signed_in.by(), Some(&old), Some(&new)).await?;
    let made = made.map(|made| ChangeBody::new(made, Some(&new)));
    Ok(json(object!({ "change": made }).to_string()))
}

const PAGE: u32 = 50;
