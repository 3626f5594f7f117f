//! The console's page, the same at all of its addresses: the page itself finds out which it shows.
//! Its scripts and styles are among the built assets, which the status app serves.

use axum::extract::State;
use axum::response::Response;
use rollcall_web::{CommonFailure, HasSite};

use crate::console::Console;

/// `/console` and everything below it that is not the API.
pub(crate) async fn page(State(console): State<Console>) -> Result<Response, CommonFailure> {
    console.0.settings.pages.respond_below(console.site().path_prefix(), PAGE)
}

const PAGE: &str = "console/index.html";
