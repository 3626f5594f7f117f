//! The console's page, the same at all of its addresses: the page itself finds out which it shows.
//! Its scripts and styles are among the built assets, which the status app serves.

use axum::extract::State;
use axum::http::HeaderValue;
use axum::response::Response;
use rollcall_web::{CommonFailure, HasSite};

use crate::console::Console;

/// `/console` and everything below it that is not the API.
pub(crate) async fn page(State(console): State<Console>) -> Result<Response, CommonFailure> {
    console.0.settings.pages.respond_below(console.site().path_prefix(), PAGE)
}

/// The client library, for programs as *Getting started* shows them: their pages are of other
/// origins, and may load it although nothing else here is for them.
pub(crate) async fn library(State(console): State<Console>) -> Result<Response, CommonFailure> {
    let mut response = console.0.settings.pages.respond(LIBRARY)?;
    let anybody = HeaderValue::from_static("cross-origin");
    response.headers_mut().insert("cross-origin-resource-policy", anybody);
    Ok(response)
}

const PAGE: &str = "console/index.html";
const LIBRARY: &str = "console/pusher.min.js";
