//! One signed request and its answer (`docs/protocol.md` 6.1, 6.2).

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Method, Response, StatusCode};
use rollcall_wire::auth::sign_request;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::error::{Error, Refusal};
use crate::now::unix_seconds;

impl Client {
    /// `query` is encoded and without the `?`; `path` goes on after `/apps/{id}/`.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &str,
    ) -> Result<T, Error> {
        self.send(Method::GET, path, query, String::new()).await
    }

    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Error> {
        self.send(Method::POST, path, "", serde_json::to_string(body)?).await
    }

    pub(crate) async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        query: &str,
        body: String,
    ) -> Result<T, Error> {
        let path = format!("/apps/{}/{path}", encoded(&self.app_id));
        let key = self.signing_key();
        let query =
            sign_request(key, method.as_str(), &path, query, body.as_bytes(), unix_seconds());
        let mut request = self
            .http
            .request(method, format!("{}{path}?{query}", self.url))
            .header("X-Pusher-Library", LIBRARY);
        if !body.is_empty() {
            request = request.header(CONTENT_TYPE, "application/json").body(body);
        }
        answer(request.send().await?).await
    }
}

/// A text as a segment of a path or a value of a query.
pub(crate) fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded += &format!("%{byte:02X}");
        }
    }
    encoded
}

/// A user's id as a segment of a path. URLs lose segments of dots, encoded or not.
pub(crate) fn encoded_user(id: &str) -> Result<String, Error> {
    match id {
        "" | "." | ".." => Err(Error::UserId),
        id => Ok(encoded(id)),
    }
}

async fn answer<T: DeserializeOwned>(response: Response) -> Result<T, Error> {
    let status = response.status();
    let retry_after = retry_after(&response);
    let body = read(response).await?;
    if status != StatusCode::OK {
        let (status, message) = (status.as_u16(), sentence(&body));
        return Err(Error::Refused(Refusal { status, message, retry_after }));
    }
    serde_json::from_slice(&body).map_err(|_| Error::UnreadableAnswer)
}

/// The body, up to what a list of channels may come to.
async fn read(mut response: Response) -> Result<Vec<u8>, Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(Error::UnreadableAnswer);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// What the server says: the sentence in its JSON, or its first line.
fn sentence(body: &[u8]) -> String {
    /// Outside of the API, `error` is a word for programs, and the sentence is in `message`.
    #[derive(Deserialize)]
    struct Fields {
        error: String,
        message: Option<String>,
    }
    match serde_json::from_slice(body) {
        Ok(Fields { error, message }) => message.unwrap_or(error),
        Err(_) => {
            let text = String::from_utf8_lossy(body);
            text.lines().next().unwrap_or_default().chars().take(MAX_SENTENCE).collect()
        }
    }
}

const LIBRARY: &str = concat!("rollcall-server ", env!("CARGO_PKG_VERSION"));
const MAX_ANSWER: usize = 64 << 20;
const MAX_SENTENCE: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_letter_is_encoded() {
        for (text, expected) in
            [("1001", "1001"), ("a é/?", "a%20%C3%A9%2F%3F"), ("a@b=c,d;e", "a%40b%3Dc%2Cd%3Be")]
        {
            assert_eq!(encoded(text), expected);
        }
    }

    #[test]
    fn a_sentence_is_found_in_json_and_in_plain_text() {
        for (body, expected) in [
            (r#"{"error":"Unknown auth_key"}"#, "Unknown auth_key"),
            (r#"{"error":"not_found","message":"Nothing is here."}"#, "Nothing is here."),
            ("Unknown auth_key\n", "Unknown auth_key"),
            ("[]", "[]"),
            ("", ""),
        ] {
            assert_eq!(sentence(body.as_bytes()), expected);
        }
        assert_eq!(sentence("é".repeat(9000).as_bytes()).chars().count(), MAX_SENTENCE);
    }
}
