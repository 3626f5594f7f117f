//! Signatures of HTTP API requests (`docs/protocol.md` 6.2).

use std::borrow::Cow;
use std::fmt;

use md5::{Digest, Md5};

use super::query::{Plus, Query, percent_decode};
use super::{Key, hmac_hex_of_parts, is_same, utc};

/// What is known of a request when its signature is checked: all but its body, of which only the
/// digest is signed. So nobody has to keep the body of a request that nobody signed.
#[derive(Clone, Copy, Debug)]
pub struct RequestToVerify<'a> {
    /// In upper case.
    pub method: &'a str,
    /// As it came over the wire, percent-encoded or not; a proxy may have taken the prefix off.
    pub path: &'a str,
    /// As it came over the wire, without the `?`.
    pub query: &'a str,
    /// The server's clock.
    pub now_unix_secs: u64,
    /// What an installation puts before `/apps/`, which SDKs do not sign; may be empty.
    pub path_prefix: &'a str,
}

/// What a signed request says of its body, which is still to be checked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a request is authentic only with the body that was signed"]
pub struct BodyToVerify {
    md5: Option<String>,
}

/// Why a request is not authenticated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestAuthError {
    /// There is no `auth_key`.
    NoKey,
    /// The app has no such key.
    UnknownKey,
    /// There is no `auth_version`.
    NoVersion,
    /// `auth_version` is not 1.0.
    UnsupportedVersion,
    /// There is no `auth_timestamp`, or it is no number.
    NoTimestamp,
    /// The request is from another time.
    Expired {
        /// The time that the request gives.
        given: i64,
        /// The time here.
        now: u64,
    },
    /// Something else was signed, or with another secret.
    BadSignature {
        /// What should have been signed.
        string_to_sign: String,
        /// The digest given.
        given: String,
    },
    /// There is a body and no `body_md5`.
    NoBodyMd5,
    /// The body is not the one that was signed.
    WrongBodyMd5,
}

/// Checks that a request was signed with one of the app's keys, in the order of Pusher's own
/// library: key, version, timestamp, signature. The body is the last, with what this returns.
pub fn verify_request(
    keys: &[Key],
    request: &RequestToVerify<'_>,
) -> Result<BodyToVerify, RequestAuthError> {
    let query = Query::parse(request.query, Plus::IsPlus);
    let name = query.text("auth_key").ok_or(RequestAuthError::NoKey)?;
    let key = keys.iter().find(|key| key.key == name).ok_or(RequestAuthError::UnknownKey)?;
    check_version(&query)?;
    check_timestamp(&query, request.now_unix_secs)?;
    check_signature(key, &query, request)?;
    Ok(BodyToVerify { md5: query.text("body_md5").map(str::to_owned) })
}

/// The key that a request says it was signed with. Nothing is known yet of whether it was.
pub fn request_key(query: &str) -> Option<String> {
    Query::parse(query, Plus::IsPlus).text("auth_key").map(str::to_owned)
}

/// Signs a request: returns its whole query string, `query` included, for tests and clients.
/// `query` is raw, with nothing in it that needs encoding, and the path is the one after any prefix.
pub fn sign_request(
    key: &Key,
    method: &str,
    path: &str,
    query: &str,
    body: &[u8],
    now_unix_secs: u64,
) -> String {
    let mut signed =
        format!("auth_key={}&auth_timestamp={now_unix_secs}&auth_version=1.0", key.key);
    if !body.is_empty() {
        signed += "&body_md5=";
        signed += &md5_hex(body);
    }
    if !query.is_empty() {
        signed += "&";
        signed += query;
    }
    let canonical = Query::parse(&signed, Plus::IsPlus).literal();
    let signature = signature(&key.secret, method, path.as_bytes(), &canonical);
    signed + "&auth_signature=" + &signature
}

impl BodyToVerify {
    /// Checks that these raw bytes are the body that was signed. A digest of no body is legal: the
    /// Python SDK sends it on GET.
    pub fn verify(&self, body: &[u8]) -> Result<(), RequestAuthError> {
        match &self.md5 {
            None if body.is_empty() => Ok(()),
            None => Err(RequestAuthError::NoBodyMd5),
            Some(given) if is_same(&md5_hex(body), given) => Ok(()),
            Some(_) => Err(RequestAuthError::WrongBodyMd5),
        }
    }
}

impl RequestAuthError {
    /// The HTTP status of the answer (`docs/protocol.md` 6.7).
    pub fn status(&self) -> u16 {
        match self {
            Self::UnknownKey => 400,
            _ => 401,
        }
    }
}

impl fmt::Display for RequestAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoKey => f.write_str("Auth key required"),
            Self::UnknownKey => f.write_str("Unknown auth_key"),
            Self::NoVersion => f.write_str("Version required"),
            Self::UnsupportedVersion => f.write_str("Version not supported"),
            Self::NoTimestamp => f.write_str("Timestamp required"),
            Self::Expired { given, now } => write!(
                f,
                "Timestamp expired: Given timestamp ({}) not within {WINDOW}s of server time ({})",
                utc::Iso8601(*given),
                utc::Iso8601(i64::try_from(*now).unwrap_or(i64::MAX)),
            ),
            Self::BadSignature { string_to_sign, given } => write!(
                f,
                "Invalid signature: you should have sent HmacSHA256Hex({string_to_sign:?}, \
                 your_secret_key), but you sent {given:?}"
            ),
            Self::NoBodyMd5 => f.write_str("Body MD5 required"),
            Self::WrongBodyMd5 => f.write_str("Body MD5 does not match the body"),
        }
    }
}

impl std::error::Error for RequestAuthError {}

fn check_version(query: &Query) -> Result<(), RequestAuthError> {
    match query.text("auth_version") {
        Some("1.0") => Ok(()),
        Some(_) => Err(RequestAuthError::UnsupportedVersion),
        None => Err(RequestAuthError::NoVersion),
    }
}

/// A clock that is off by 599 s is accepted, by 600 s not.
fn check_timestamp(query: &Query, now: u64) -> Result<(), RequestAuthError> {
    let given: i64 = query
        .text("auth_timestamp")
        .and_then(|text| text.parse().ok())
        .ok_or(RequestAuthError::NoTimestamp)?;
    if i128::from(given).abs_diff(i128::from(now)) >= WINDOW {
        return Err(RequestAuthError::Expired { given, now });
    }
    Ok(())
}

/// Tries every form that some SDK signs, the usual one first. All are readings of the same bytes,
/// so accepting any of them lets nobody say anything that the secret's owner did not.
fn check_signature(
    key: &Key,
    query: &Query,
    request: &RequestToVerify<'_>,
) -> Result<(), RequestAuthError> {
    let given = query.text("auth_signature").unwrap_or_default();
    let paths = paths(request);
    let queries = canonical_queries(query, request.query);
    for path in &paths {
        for canonical in &queries {
            if is_same(&signature(&key.secret, request.method, path, canonical), given) {
                return Ok(());
            }
        }
    }
    let parts = [request.method.as_bytes(), b"\n", &paths[0], b"\n", &queries[0]];
    Err(RequestAuthError::BadSignature {
        string_to_sign: String::from_utf8_lossy(&parts.concat()).into_owned(),
        given: given.to_owned(),
    })
}

/// The path without the installation's prefix, then with it; each as sent, then decoded, because
/// Java signs what it has not encoded yet. Never empty.
fn paths<'a>(request: &RequestToVerify<'a>) -> Vec<Cow<'a, [u8]>> {
    let stripped = match request.path.strip_prefix(request.path_prefix) {
        Some(rest) if rest.starts_with('/') => rest,
        _ => request.path,
    };
    let full = format!("{}{stripped}", request.path_prefix);
    without_repeats(vec![
        Cow::Borrowed(stripped.as_bytes()),
        Cow::Owned(percent_decode(stripped, Plus::IsPlus)),
        Cow::Owned(percent_decode(&full, Plus::IsPlus)),
        Cow::Owned(full.into_bytes()),
    ])
}

/// The literal form, then the comma-joined one; for Java, both again with `+` as a space.
/// Never empty.
fn canonical_queries(query: &Query, raw: &str) -> Vec<Vec<u8>> {
    let mut forms = vec![query.literal(), query.comma_joined()];
    if raw.contains('+') {
        let spaced = Query::parse(raw, Plus::IsSpace);
        forms.extend([spaced.literal(), spaced.comma_joined()]);
    }
    without_repeats(forms)
}

fn without_repeats<T: PartialEq>(forms: Vec<T>) -> Vec<T> {
    let mut distinct = Vec::with_capacity(forms.len());
    for form in forms {
        if !distinct.contains(&form) {
            distinct.push(form);
        }
    }
    distinct
}

fn signature(secret: &str, method: &str, path: &[u8], canonical_query: &[u8]) -> String {
    hmac_hex_of_parts(secret, [method.as_bytes(), b"\n", path, b"\n", canonical_query])
}

fn md5_hex(bytes: &[u8]) -> String {
    hex::encode(Md5::digest(bytes))
}

/// Seconds.
const WINDOW: u128 = 600;

#[cfg(test)]
mod tests;
