//! A browser that talks to a web app in the same process. The tests of the status app and of the
//! console include this file, and give the browser what each of them can be asked.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, Response, StatusCode};
use rollcall_node::http::Visitor;
use serde_json::Value;
use tower::ServiceExt;

/// A browser, or any other program with a jar of cookies.
#[derive(Clone)]
pub(crate) struct Browser {
    router: Router,
    pub(crate) cookies: Vec<(String, String)>,
    visitor: Visitor,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The status and the error's code.
    pub(crate) fn failure(&self) -> (u16, String) {
        let json = self.json();
        assert_eq!(json["success"], false, "{} {}", self.status, self.text);
        assert!(json["request_id"].as_str().is_some_and(|id| id.len() == 16), "{}", self.text);
        assert!(json["message"].is_string(), "{}", self.text);
        assert_eq!(self.header("content-type"), "application/json");
        (self.status.as_u16(), json["error"].as_str().unwrap_or_default().to_owned())
    }

    /// Which field is at fault.
    pub(crate) fn field(&self) -> String {
        self.json()["field"].as_str().unwrap_or_default().to_owned()
    }

    /// Checks that a limit refused, and returns for how many seconds.
    pub(crate) fn seconds_to_wait(&self) -> i64 {
        assert_eq!(self.failure(), (429, "too_many_requests".to_owned()));
        let seconds = self.json()["retry_after"].as_i64().expect("a whole number");
        assert_eq!(self.header("retry-after"), seconds.to_string());
        let message = self.json()["message"].as_str().unwrap_or_default().to_owned();
        assert!(message.contains("Try again in "), "{message}");
        seconds
    }
}

impl Browser {
    /// One without cookies, which comes from there.
    pub(crate) fn new(router: Router, visitor: Visitor) -> Self {
        Self { router, cookies: Vec::new(), visitor }
    }

    /// Sends anything to any path.
    pub(crate) async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let (parts, body) = self.begin(method, path, headers, body).await.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.expect("a body in memory");
        let text = String::from_utf8_lossy(&body).into_owned();
        Answer { status: parts.status, headers: parts.headers, text }
    }

    /// The same without reading the answer's body.
    pub(crate) async fn begin(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Response<Body> {
        let mut request = Request::builder().method(method).uri(path).extension(self.visitor);
        if !headers.iter().any(|(name, _)| *name == "host") {
            request = request.header("host", "127.0.0.1:9000");
        }
        if !self.cookies.is_empty() {
            let pairs: Vec<_> = self.cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
            request = request.header("cookie", pairs.join("; "));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.into()).expect("a valid request");
        let response = self.router.clone().oneshot(request).await.expect("routers never fail");
        self.keep_cookies(response.headers());
        response
    }

    fn keep_cookies(&mut self, headers: &HeaderMap) {
        for line in headers.get_all("set-cookie") {
            let line = line.to_str().expect("a text");
            let (name, rest) = line.split_once('=').expect("a cookie");
            let value = rest.split(';').next().unwrap_or_default();
            self.cookies.retain(|(key, _)| key != name);
            if !line.contains("Max-Age=0") {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }
}
