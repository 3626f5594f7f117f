//! The built-in page and its assets, as the binary hands them over.

use std::borrow::Cow;

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::failure::CommonFailure;

/// The built web pages: finds a file by its path in the build's output.
#[derive(Clone, Copy, Debug)]
pub struct Pages {
    lookup: fn(&str) -> Option<Asset>,
    built: Built,
}

/// A file of the web build.
#[derive(Clone, Debug)]
pub struct Asset {
    /// Its content.
    pub bytes: Cow<'static, [u8]>,
    /// Its `Content-Type`.
    pub content_type: &'static str,
    /// Whether its name changes with its content, so that it may be cached for ever.
    pub caching: Caching,
}

/// How long a browser may keep a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caching {
    /// For ever: the name has a hash of the content.
    Immutable,
    /// Ask again each time.
    Revalidate,
}

impl Pages {
    /// Pages that `lookup` finds, by paths such as `status/index.html` and `assets/app-1a2b.js`.
    pub fn new(lookup: fn(&str) -> Option<Asset>) -> Self {
        Self { lookup, built: Built::In }
    }

    /// No pages: what a program built without them has. Each then answers 501.
    pub fn none() -> Self {
        Self { lookup: |_| None, built: Built::Without }
    }

    /// The page at `path`, with the paths in it below `prefix`: in the source of a page of ours,
    /// every attribute that begins with a slash is a path.
    pub fn respond_below(&self, prefix: &str, path: &str) -> Result<Response, CommonFailure> {
        match (self.lookup)(path) {
            Some(page) if !prefix.is_empty() => Ok(page.below(prefix).into_response()),
            _ => self.respond(path),
        }
    }

    /// The file at `path`.
    pub fn respond(&self, path: &str) -> Result<Response, CommonFailure> {
        match ((self.lookup)(path), self.built) {
            (Some(asset), _) => Ok(asset.into_response()),
            (None, Built::Without) => Err(CommonFailure::NoPages),
            (None, Built::In) => Err(CommonFailure::NotFound),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Built {
    In,
    Without,
}

impl Asset {
    /// A file whose type is told by the end of its path.
    pub fn new(path: &str, bytes: Cow<'static, [u8]>, caching: Caching) -> Self {
        Self { bytes, content_type: content_type(path), caching }
    }

    fn below(self, prefix: &str) -> Self {
        let page = String::from_utf8_lossy(&self.bytes).replace("=\"/", &format!("=\"{prefix}/"));
        Self { bytes: page.into_bytes().into(), ..self }
    }
}

impl IntoResponse for Asset {
    fn into_response(self) -> Response {
        let body = match self.bytes {
            Cow::Borrowed(bytes) => Body::from(bytes),
            Cow::Owned(bytes) => Body::from(bytes),
        };
        let cache = match self.caching {
            Caching::Immutable => "public, max-age=31536000, immutable",
            Caching::Revalidate => "no-cache",
        };
        let mut response = body.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        response
    }
}

/// The type of a file by the end of its name; what is unknown is never guessed by the browser
/// either, for every answer says `nosniff`.
fn content_type(path: &str) -> &'static str {
    let ending = path.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    match ending.as_deref().unwrap_or_default() {
        "html" | "htm" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/x-icon",
        "woff" => "font/woff",
        "woff2" => "font/woff2",
        "ttf" => "font/ttf",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    }
}
