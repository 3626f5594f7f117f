//! `GET apps/{id}/stats`: what an app did over time (docs/console.md 2.7).

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::IntoResponse;
use rollcall_web::{FieldProblem, json};
use serde::Deserialize;
use serde_json::json as object;

use super::path::InPath;
use crate::console::Console;
use crate::failure::Failure;
use crate::history::{self, Range};

/// How much of the past.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    range: Range,
}

/// The steps of the range.
pub(crate) async fn stats(
    State(console): State<Console>,
    InPath(id): InPath<String>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<impl IntoResponse, Failure> {
    let Query(Wanted { range }) =
        wanted.map_err(|_| Failure::of_field("range", FieldProblem::Malformed))?;
    console.app(&id).await?;
    let series = history::series(&console, &id, range).await?;
    Ok(json(object!(series).to_string()))
}
