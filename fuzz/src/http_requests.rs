//! Signed requests: nothing that is not signed passes, and everything that is does.

use rollcall_wire::auth::{Key, RequestAuthError, RequestToVerify, sign_request, verify_request};

use crate::input::Input;

/// Verifies a request as it came, then one that is signed, then that one spoilt.
pub fn http_requests(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let method = input.pick(&["POST", "GET"]);
    let prefix = input.pick(&["", "/p"]);
    let path = input.text(40);
    let now = input.pick(&[1_700_000_000, 0, u64::MAX, i64::MAX as u64 + 1]);
    let body = input.bytes(60);
    let query = String::from_utf8_lossy(input.rest()).into_owned();
    let request = RequestToVerify {
        method,
        path: &path,
        query: &query,
        now_unix_secs: now,
        path_prefix: prefix,
    };
    if let Err(error) = verify_request(&keys(), &request) {
        check_error(&error);
    } else {
        // The secret is not in the corpus, and nobody guesses a digest.
        panic!("accepted what nobody signed: {query}");
    }
    check_signed(request, body);
}

fn check_signed(request: RequestToVerify<'_>, body: &[u8]) {
    let extra: String = request.query.chars().filter(|c| PLAIN.contains(*c)).collect();
    // A second copy of a parameter of the signature would come first or last, as it sorts.
    let extra = if extra.to_ascii_lowercase().contains("auth") { "" } else { &*extra };
    let extra = if extra.to_ascii_lowercase().contains("body") { "" } else { extra };
    let [key, _] = &keys();
    let now = request.now_unix_secs.min(1 << 40);
    let path = format!("/apps/1/{}", request.path.replace(['%', '+'], ""));
    let query = sign_request(key, request.method, &path, extra, body, now);
    let at = |now_unix_secs| RequestToVerify {
        path: &path,
        query: &query,
        now_unix_secs,
        path_prefix: "",
        ..request
    };
    assert_eq!(verify(&at(now), body), Ok(()), "{query}");
    assert_eq!(verify(&at(now + 599), body), Ok(()));
    check_refused(&at(now + 600), "too old");
    let other_method = RequestToVerify { method: "PUT", ..at(now) };
    check_refused(&other_method, "another method");
    let other_body = [body, b"x"].concat();
    check_error(&verify(&at(now), &other_body).expect_err("another body"));
    let other_query = format!("{query}&more=1");
    check_refused(&RequestToVerify { query: &other_query, ..at(now) }, "another query");
}

fn check_refused(request: &RequestToVerify<'_>, why: &str) {
    let error = verify_request(&keys(), request).expect_err(why);
    check_error(&error);
}

fn verify(request: &RequestToVerify<'_>, body: &[u8]) -> Result<(), RequestAuthError> {
    verify_request(&keys(), request)?.verify(body)
}

fn check_error(error: &RequestAuthError) {
    assert!(matches!(error.status(), 400 | 401));
    let text = error.to_string();
    assert!(!text.is_empty() && !text.contains(SECRET), "{text}");
}

fn keys() -> [Key; 2] {
    ["app-key", "b"].map(|key| Key { key: key.to_owned(), secret: SECRET.to_owned() })
}

const SECRET: &str = "the secret that no text tells";

/// What needs no encoding in a query.
const PLAIN: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~&=[]";
