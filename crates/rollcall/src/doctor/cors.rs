//! Whether pages of other origins may use the HTTP transports (docs/protocol.md 5.4): browsers ask
//! before each request, and what is in front may answer in the server's stead.

use reqwest::Response;
use reqwest::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, CONTENT_TYPE, HeaderName, ORIGIN,
};

use super::report::{Check, Finding};
use super::site::{Site, root};

/// Asks whether it may ask, and asks.
pub(super) async fn check(site: &Site) -> Finding {
    match questions(site).await {
        Ok(()) => Check::Cors.good("Pages of other origins may use the HTTP transports."),
        Err(why) => Check::Cors.bad(
            format!("Pages of other origins cannot use the HTTP transports: {why}."),
            "What is in front must pass on OPTIONS requests, and the headers \
             Access-Control-Allow-* of the answers, and add none of its own (docs/proxies.md).",
        ),
    }
}

async fn questions(site: &Site) -> Result<(), String> {
    let path = format!("app/{}/0/doctor00/xhr_send", site.key());
    let preflight = site
        .options(&path)
        .header(ORIGIN, PAGE)
        .header(ACCESS_CONTROL_REQUEST_METHOD, "POST")
        .header(ACCESS_CONTROL_REQUEST_HEADERS, "content-type");
    let answer = preflight.send().await.map_err(|error| root(&error))?;
    if !answer.status().is_success() {
        return Err(format!("OPTIONS is answered with {}", answer.status().as_u16()));
    }
    allows(&answer, &ACCESS_CONTROL_ALLOW_ORIGIN, &["*", PAGE])?;
    allows(&answer, &ACCESS_CONTROL_ALLOW_HEADERS, &["*", "content-type"])?;
    let request = site.post(&path).header(ORIGIN, PAGE).header(CONTENT_TYPE, "application/json");
    let answer = request.body("[]").send().await.map_err(|error| root(&error))?;
    allows(&answer, &ACCESS_CONTROL_ALLOW_ORIGIN, &["*", PAGE])
}

/// Whether there is exactly one such header, and one of these values in it.
fn allows(answer: &Response, name: &HeaderName, values: &[&str]) -> Result<(), String> {
    let all: Vec<_> = answer.headers().get_all(name).iter().collect();
    let [only] = all.as_slice() else {
        return Err(format!("{name} is there {} times", all.len()));
    };
    let text = only.to_str().unwrap_or_default().to_ascii_lowercase();
    let has = text.split(',').any(|word| values.contains(&word.trim()));
    has.then_some(()).ok_or_else(|| format!("{name} is {text:?}"))
}

/// An origin that is not the server's.
const PAGE: &str = "https://rollcall-doctor.example";
