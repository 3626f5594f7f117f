//! An app at a glance (docs/console.md 2.5): its numbers, its limits, its latest errors, the node.

use axum::extract::State;
use axum::response::IntoResponse;
use rollcall_web::json;
use serde::Serialize;
use serde_json::{Value, json as object};

use super::path::InPath;
use crate::apps::AnyApp;
use crate::console::Console;
use crate::error_groups::{ErrorGroup, OF_NO_APP};
use crate::failure::{AppFailure, Failure};
use crate::process;
use crate::pulse::Pulse;

/// The numbers of now and of an hour ago, and what goes with them.
pub(crate) async fn overview(
    State(console): State<Console>,
    InPath(id): InPath<String>,
) -> Result<impl IntoResponse, Failure> {
    let app = console.app(&id).await?;
    let stats = console.0.node.stats_of_app(&id).await.ok_or(AppFailure::NoApp)?;
    let now = Pulse::of(console.now(), &stats);
    let errors = console.0.store.errors(Some(&id), LATEST).await?;
    let errors: Vec<_> = errors.into_iter().map(ErrorGroup::from).collect();
    let body = object!({
        "now": now,
        "hour_ago": console.0.history.hour_ago(&id),
        "limits": limits(&app, &now),
        "errors": errors,
        "nodes": [node(&console).await],
    });
    Ok(json(body.to_string()))
}

/// What the app saw for the first time, and when.
pub(crate) async fn checklist(
    State(console): State<Console>,
    InPath(id): InPath<String>,
) -> Result<impl IntoResponse, Failure> {
    console.app(&id).await?;
    let firsts = console.0.store.firsts(&id).await?;
    let at = |what: &str| firsts.iter().find(|(name, _)| name == what).map(|(_, at)| *at);
    let body = object!({
        "connection": at("connection"),
        "subscription": at("subscription"),
        "event": at("event"),
        "presence": at("presence"),
    });
    Ok(json(body.to_string()))
}

/// What went wrong in an app, the latest first.
pub(crate) async fn errors(
    State(console): State<Console>,
    InPath(id): InPath<String>,
) -> Result<impl IntoResponse, Failure> {
    console.app(&id).await?;
    errors_of(&console, &id).await
}

/// What went wrong that is of no app, such as a connection with an unknown key.
pub(crate) async fn errors_of_no_app(
    State(console): State<Console>,
) -> Result<impl IntoResponse, Failure> {
    errors_of(&console, OF_NO_APP).await
}

async fn errors_of(console: &Console, app: &str) -> Result<impl IntoResponse + use<>, Failure> {
    let rows = console.0.store.errors(Some(app), MOST_ERRORS).await?;
    let errors: Vec<_> = rows.into_iter().map(ErrorGroup::from).collect();
    Ok(json(object!({ "errors": errors }).to_string()))
}

/// How much of what it may the app uses.
#[derive(Serialize)]
struct LimitBody {
    name: &'static str,
    used: u64,
    cap: Option<u64>,
}

fn limits(app: &AnyApp, now: &Pulse) -> Vec<LimitBody> {
    let cap = app.settings.get("max_connections").and_then(Value::as_u64).filter(|&cap| cap > 0);
    vec![LimitBody { name: "connections", used: now.connections, cap }]
}

async fn node(console: &Console) -> Value {
    let usage = process::usage().await;
    object!({
        "name": process::host_name().await,
        "cpu_percent": usage.cpu_percent,
        "rss_bytes": usage.rss_bytes,
        "uptime_seconds": (console.now() - console.0.started_at) / 1000,
        "version": console.0.settings.version,
        "draining": console.0.node.is_draining(),
    })
}

const LATEST: u32 = 10;
const MOST_ERRORS: u32 = 200;
