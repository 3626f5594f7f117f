//! The pages: the built-in one, or with `--pages` the operator's own and the built-in one at
//! `/rollcall/` (docs/status.md section 0 "The tutorial's own page").

use std::path::Path;

use axum::extract::State;
use axum::http::{Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rollcall_web::CommonFailure;
use rollcall_web::headers::Policy;

use crate::app::{StatusApp, StatusSettings};
use crate::custom_pages;
use crate::failure::Failure;

/// `/`.
pub(crate) async fn front(State(app): State<StatusApp>) -> Result<Response, Failure> {
    match custom_directory(&app) {
        Some(directory) => custom(directory, "/").await,
        None => front_page(&app),
    }
}

/// `/rollcall/`, where the built-in page is when the operator has an own one.
pub(crate) async fn built_in(State(app): State<StatusApp>) -> Result<Response, Failure> {
    match custom_directory(&app) {
        Some(_) => front_page(&app),
        None => Ok(redirect(&app, "/")),
    }
}

/// `/rollcall`, for who leaves out the slash.
pub(crate) async fn to_built_in(State(app): State<StatusApp>) -> Response {
    redirect(&app, if custom_directory(&app).is_some() { "/rollcall/" } else { "/" })
}

/// `/assets/…`: the built-in page's own first, so that an operator's files never break it.
pub(crate) async fn asset(State(app): State<StatusApp>, uri: Uri) -> Result<Response, Failure> {
    let built_in = app.0.settings.pages.respond(uri.path().trim_start_matches('/'));
    match (built_in, custom_directory(&app)) {
        (Err(_), Some(directory)) => custom(directory, uri.path()).await,
        (answer, _) => Ok(answer?),
    }
}

/// Every other path: a file of the operator's, or one beside the built-in page's assets.
pub(crate) async fn other(
    State(app): State<StatusApp>,
    method: Method,
    uri: Uri,
) -> Result<Response, Failure> {
    let path = uri.path();
    let reading = matches!(method, Method::GET | Method::HEAD);
    if !reading || path == "/api" || path.starts_with("/api/") {
        return Err(CommonFailure::NotFound.into());
    }
    if let Some(directory) = custom_directory(&app)
        && let Ok(response) = custom(directory, path).await
    {
        return Ok(response);
    }
    match path.trim_start_matches('/') {
        name if name.contains('/') => Err(CommonFailure::NotFound.into()),
        // A path that never had a page is not missing one.
        name => app.0.settings.pages.respond(name).map_err(|_| CommonFailure::NotFound.into()),
    }
}

/// The built-in page, which finds everything of ours below the prefix.
fn front_page(app: &StatusApp) -> Result<Response, Failure> {
    let StatusSettings { pages, path_prefix, .. } = &app.0.settings;
    Ok(pages.respond_below(path_prefix, FRONT_PAGE)?)
}

fn custom_directory(app: &StatusApp) -> Option<&Path> {
    app.0.settings.custom_pages.as_deref()
}

async fn custom(directory: &Path, path: &str) -> Result<Response, Failure> {
    let mut response = custom_pages::respond(directory, path).await?;
    response.extensions_mut().insert(Policy::Custom);
    Ok(response)
}

fn redirect(app: &StatusApp, to: &str) -> Response {
    let location = [(header::LOCATION, app.path(to))];
    (StatusCode::TEMPORARY_REDIRECT, location).into_response()
}

const FRONT_PAGE: &str = "status/index.html";
