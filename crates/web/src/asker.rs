//! Who asks: the head of a request, as far as the app looks at it, with the scheme by which the
//! browser came. Cookies and origins are read under that scheme alone.

use std::convert::Infallible;
use std::net::IpAddr;

use crate::cookies::Cookie;
use crate::limits::Place;
use crate::origin::{Origin, Scheme};
use crate::site::{HasSite, Site};
use crate::token::Token;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, header};
use rollcall_node::http::Visitor;

/// Who sent a request.
#[derive(Clone, Debug)]
pub struct Asker {
    /// The lines of the request's head.
    pub headers: HeaderMap,
    /// How the browser reaches us.
    pub scheme: Scheme,
    /// Where it comes from.
    pub address: IpAddr,
    /// The same, as far as limits tell addresses apart.
    pub place: Place,
    /// Our own origin, as the browser sees it.
    pub own: Option<Origin>,
}

impl Asker {
    /// Reads the head of a request.
    pub fn of(site: &Site, headers: &HeaderMap, extensions: &Extensions) -> Self {
        let visitor = Visitor::of_request(extensions);
        let came_by = if visitor.is_secure() { Scheme::Https } else { Scheme::Http };
        let own = match site.public_origin() {
            Some(origin) => Some(origin.clone()),
            None => Origin::of_request(came_by, headers),
        };
        let scheme = site.public_origin().map_or(came_by, |origin| origin.scheme);
        let (address, place) = (visitor.address(), Place::of(visitor.address()));
        Self { headers: headers.clone(), scheme, address, place, own }
    }

    /// The token in a cookie.
    pub fn token(&self, cookie: &Cookie) -> Option<Token> {
        cookie.read(self.scheme, &self.headers)
    }

    /// The token that a program sent, `Authorization: Bearer …`.
    pub fn bearer(&self) -> Option<Token> {
        let line = self.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        let (scheme, token) = line.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| Token::parse(token.trim()))?
    }
}

impl<S: HasSite + Sync> FromRequestParts<S> for Asker {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(Self::of(state.site(), &parts.headers, &parts.extensions))
    }
}
