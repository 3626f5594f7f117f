//! Cookies that hold a token (docs/status.md section 0, S10).

use axum::http::{HeaderMap, HeaderValue, header};

use crate::origin::Scheme;
use crate::token::Token;

/// A cookie, by the names that it has under either scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cookie {
    /// Its name on http.
    http: &'static str,
    /// Its name on https, which begins with `__Host-`.
    https: &'static str,
    max_age_ms: i64,
}

impl Cookie {
    /// A cookie that a browser keeps for so long. A name that begins with `__Host-` is one that
    /// only the host itself can have set, over TLS.
    pub const fn new(http: &'static str, https: &'static str, max_age_ms: i64) -> Self {
        Self { http, https, max_age_ms }
    }

    /// The token in a request, if it sent a well-formed one under the scheme's own name: on
    /// https a plain `s`, which anybody on the network could have set, is not looked at.
    pub fn read(&self, scheme: Scheme, headers: &HeaderMap) -> Option<Token> {
        let name = self.name(scheme);
        let lines = headers.get_all(header::COOKIE).into_iter();
        let pairs = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(';'));
        let mut values = pairs.filter_map(|pair| pair.trim().split_once('='));
        let (_, value) = values.find(|(key, _)| *key == name)?;
        Token::parse(value)
    }

    /// The `Set-Cookie` line that gives it to the browser.
    pub fn set(&self, scheme: Scheme, token: &Token) -> HeaderValue {
        self.line(scheme, &token.text(), self.max_age_ms / 1000)
    }

    /// The `Set-Cookie` line that takes it away.
    pub fn clear(&self, scheme: Scheme) -> HeaderValue {
        self.line(scheme, "", 0)
    }

    fn name(&self, scheme: Scheme) -> &'static str {
        match scheme {
            Scheme::Http => self.http,
            Scheme::Https => self.https,
        }
    }

    fn line(&self, scheme: Scheme, value: &str, seconds: i64) -> HeaderValue {
        let name = self.name(scheme);
        let secure = match scheme {
            Scheme::Http => "",
            Scheme::Https => "; Secure",
        };
        let line =
            format!("{name}={value}; HttpOnly; SameSite=Lax; Path=/; Max-Age={seconds}{secure}");
        HeaderValue::try_from(line).expect("a token and numbers are legal in a header")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: Cookie = Cookie::new("s", "__Host-s", 15_552_000_000);
    const DEVICE_KEY: Cookie = Cookie::new("k", "__Host-k", 34_560_000_000);

    fn request(lines: &[&str]) -> HeaderMap {
        let lines = lines.iter().map(|line| (header::COOKIE, HeaderValue::from_str(line).unwrap()));
        lines.collect()
    }

    #[test]
    fn s10_cookies_have_the_attributes_of_their_scheme() {
        let token = Token::random().unwrap();
        let text = token.text();
        let line =
            |cookie: &Cookie, scheme| cookie.set(scheme, &token).to_str().unwrap().to_owned();
        assert_eq!(
            line(&SESSION, Scheme::Http),
            format!("s={text}; HttpOnly; SameSite=Lax; Path=/; Max-Age=15552000")
        );
        assert_eq!(
            line(&DEVICE_KEY, Scheme::Https),
            format!("__Host-k={text}; HttpOnly; SameSite=Lax; Path=/; Max-Age=34560000; Secure")
        );
    }

    #[test]
    fn s10_on_https_a_plain_cookie_is_ignored() {
        let text = Token::random().unwrap().text();
        let plain = request(&[&format!("s={text}; k={text}")]);
        let prefixed = request(&["a=b", &format!("x=y; __Host-s={text}")]);
        for (headers, http, https) in [(plain, true, false), (prefixed, false, true)] {
            assert_eq!(SESSION.read(Scheme::Http, &headers).is_some(), http);
            assert_eq!(SESSION.read(Scheme::Https, &headers).is_some(), https);
        }
    }

    #[test]
    fn s10_a_malformed_cookie_is_no_cookie() {
        for line in ["s=", "s", "s=abc", "xs=abc; =s", "s=\u{7f}"] {
            let line = HeaderValue::from_bytes(line.as_bytes());
            let Ok(line) = line else { continue };
            let headers: HeaderMap = [(header::COOKIE, line)].into_iter().collect();
            assert!(SESSION.read(Scheme::Http, &headers).is_none());
        }
    }
}
