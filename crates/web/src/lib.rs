//! What the status app and the console share as web apps: which requests may change something, who
//! asks, cookies and tokens, bodies and failures, the headers of answers, the built pages, and how
//! often somebody may do what.
//!
//! Nothing here knows an account, an operator or a route. The rules are those of docs/status.md
//! section 0, which the console keeps too (docs/console.md section 1). An app gives its routes to
//! [`layers::wrap`], which all requests pass.

pub mod guard;
pub mod headers;
pub mod layers;
pub mod limits;

mod asker;
mod body;
mod clock;
mod cookies;
mod failure;
mod origin;
mod pages;
mod site;
mod token;

pub use asker::Asker;
pub use body::{Fields, media_type};
pub use clock::Clock;
pub use cookies::Cookie;
pub use failure::{CommonFailure, FieldProblem, Refusal};
pub use origin::{Origin, PublicUrl, PublicUrlError, Scheme};
pub use pages::{Asset, Caching, Pages};
pub use site::{HasSite, Site};
pub use token::{Token, request_id};

use axum::http::{HeaderName, header};

/// An answer whose body is JSON text already.
pub fn json(body: String) -> ([(HeaderName, &'static str); 1], String) {
    ([(header::CONTENT_TYPE, "application/json")], body)
}
