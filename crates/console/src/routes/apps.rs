//! The apps: listing, making, duplicating and removing them (docs/console.md 2.2).

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use rollcall_node::config::changed_app;
use rollcall_store::AppRow;
use rollcall_web::{FieldProblem, Fields, json};
use serde_json::{Map, Value, json as object};

use super::path::InPath;
use super::sign_in::SUCCESS;
use crate::apps::{AppBody, KeyFacts, shown_name};
use crate::changing::Changing;
use crate::console::Console;
use crate::draw::{self, APP_ID_BYTES, PAIR_BYTES};
use crate::failure::{AppFailure, Failure};
use crate::signed_in::SignedIn;

/// All apps.
pub(crate) async fn list(State(console): State<Console>) -> Result<impl IntoResponse, Failure> {
    Ok(json(object!({ "apps": console.cards().await? }).to_string()))
}

/// One app.
pub(crate) async fn show(
    State(console): State<Console>,
    InPath(id): InPath<String>,
) -> Result<impl IntoResponse, Failure> {
    Ok(json(body(&console, &id).await?))
}

/// Makes one, named `name`; an id and a key pair are drawn.
pub(crate) async fn create(
    State(console): State<Console>,
    signed_in: SignedIn,
    request: Request,
) -> Result<impl IntoResponse, Failure> {
    let fields = Fields::read_json(request).await?;
    let mut changes = named(&fields)?;
    if fields.switch("client_events")? {
        changes.insert("client_events".to_owned(), true.into());
    }
    let changing = console.changing().await?;
    let row = blank(&console, &changing)?;
    add(&console, changing, &signed_in, &changed_app(&row, &changes)?).await
}

/// Makes one with the settings of another, named `name`; keys are drawn.
pub(crate) async fn duplicate(
    State(console): State<Console>,
    InPath(id): InPath<String>,
    signed_in: SignedIn,
    request: Request,
) -> Result<impl IntoResponse, Failure> {
    let changes = named(&Fields::read_json(request).await?)?;
    // One of the file may be copied too, though not changed.
    let settings: Map<String, Value> = console.app(&id).await?.settings.into_iter().collect();
    let changing = console.changing().await?;
    let row = changed_app(&blank(&console, &changing)?, &settings)?;
    add(&console, changing, &signed_in, &changed_app(&row, &changes)?).await
}

/// Removes one; `confirm` has to be its name.
pub(crate) async fn delete(
    State(console): State<Console>,
    InPath(id): InPath<String>,
    signed_in: SignedIn,
    request: Request,
) -> Result<impl IntoResponse, Failure> {
    let fields = Fields::read_json(request).await?;
    let changing = console.changing().await?;
    let row = changing.find(&id)?;
    if fields.text("confirm")? != shown_name(&row.id, &row.name) {
        return Err(AppFailure::NotConfirmed.into());
    }
    changing.finish(signed_in.by(), Some(&row), None).await?;
    Ok(json(SUCCESS.to_owned()))
}

async fn add(
    console: &Console,
    changing: Changing<'_>,
    signed_in: &SignedIn,
    row: &AppRow,
) -> Result<impl IntoResponse + use<>, Failure> {
    changing.finish(signed_in.by(), None, Some(row)).await?;
    Ok((StatusCode::CREATED, json(body(console, &row.id).await?)))
}

async fn body(console: &Console, id: &str) -> Result<String, Failure> {
    let app = console.app(id).await?;
    let (uses, makers) = (console.0.node.key_uses(id), console.0.store.key_makers(id).await?);
    let facts = KeyFacts { uses, makers };
    let body = AppBody::new(&app, &console.0.settings.status_app, &facts);
    Ok(object!({ "app": body }).to_string())
}

/// The name as a change of settings.
fn named(fields: &Fields) -> Result<Map<String, Value>, Failure> {
    match fields.text("name")?.trim() {
        "" => Err(Failure::of_field("name", FieldProblem::Empty)),
        name => Ok([("name".to_owned(), name.into())].into_iter().collect()),
    }
}

/// An app with nothing set, under an id that nobody has.
fn blank(console: &Console, changing: &Changing<'_>) -> Result<AppRow, Failure> {
    let id = loop {
        let mut random = [0; APP_ID_BYTES];
        getrandom::fill(&mut random)?;
        let id = draw::app_id(random);
        if changing.is_free(&id) {
            break id;
        }
    };
    let mut random = [0; PAIR_BYTES];
    getrandom::fill(&mut random)?;
    let keys = vec![draw::key_pair(random, console.now())];
    Ok(AppRow { id, name: String::new(), settings_json: "{}".to_owned(), keys })
}
