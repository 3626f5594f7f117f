//! Who asks: the head of a request, as far as the app looks at it, with the scheme by which the
//! browser came. Cookies and origins are read under that scheme alone.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use rollcall_node::http::Visitor;
use rollcall_web::limits::Place;
use rollcall_web::{Origin, Scheme, Token};

use crate::app::StatusApp;
use crate::cookies::Cookie;

/// Who sent a request.
#[derive(Clone, Debug)]
pub(crate) struct Asker {
    pub(crate) headers: HeaderMap,
    pub(crate) scheme: Scheme,
    /// Where it comes from.
    pub(crate) place: Place,
    /// Our own origin, as the browser sees it.
    pub(crate) own: Option<Origin>,
}

impl Asker {
    /// Reads the head of a request.
    pub(crate) fn of(app: &StatusApp, headers: &HeaderMap, extensions: &Extensions) -> Self {
        let visitor = Visitor::of_request(extensions);
        let came_by = if visitor.is_secure() { Scheme::Https } else { Scheme::Http };
        let own = match app.public_origin() {
            Some(origin) => Some(origin.clone()),
            None => Origin::of_request(came_by, headers),
        };
        let scheme = app.public_origin().map_or(came_by, |origin| origin.scheme);
        Self { headers: headers.clone(), scheme, place: Place::of(visitor.address()), own }
    }

    /// The token in a cookie.
    pub(crate) fn token(&self, cookie: Cookie) -> Option<Token> {
        cookie.read(self.scheme, &self.headers)
    }
}

impl FromRequestParts<StatusApp> for Asker {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &StatusApp) -> Result<Self, Infallible> {
        Ok(Self::of(app, &parts.headers, &parts.extensions))
    }
}
