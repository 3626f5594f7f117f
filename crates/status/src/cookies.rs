//! The two cookies: the web session `s` and the device key `k` (docs/status.md section 0, S10).

use axum::http::{HeaderMap, HeaderValue, header};
use rollcall_store::{DEVICE_KEY_MS, SESSION_ABSOLUTE_MS};
use rollcall_web::{Scheme, Token};

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// `s`: signed in.
    Session,
    /// `k`: may sign in again.
    DeviceKey,
}

impl Cookie {
    /// The token in a request, if it sent a well-formed one under the scheme's own name: on
    /// https a plain `s`, which anybody on the network could have set, is not looked at.
    pub(crate) fn read(self, scheme: Scheme, headers: &HeaderMap) -> Option<Token> {
        let name = self.name(scheme);
        let lines = headers.get_all(header::COOKIE).into_iter();
        let pairs = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(';'));
        let mut values = pairs.filter_map(|pair| pair.trim().split_once('='));
        let (_, value) = values.find(|(key, _)| *key == name)?;
        Token::parse(value)
    }

    /// The `Set-Cookie` line that gives it to the browser.
    pub(crate) fn set(self, scheme: Scheme, token: &Token) -> HeaderValue {
        let seconds = match self {
            Self::Session => SESSION_ABSOLUTE_MS / 1000,
            Self::DeviceKey => DEVICE_KEY_MS / 1000,
        };
        self.line(scheme, &token.text(), seconds)
    }

    /// The `Set-Cookie` line that takes it away.
    pub(crate) fn clear(self, scheme: Scheme) -> HeaderValue {
        self.line(scheme, "", 0)
    }

    fn name(self, scheme: Scheme) -> &'static str {
        match (self, scheme) {
            (Self::Session, Scheme::Http) => "s",
            (Self::Session, Scheme::Https) => "__Host-s",
            (Self::DeviceKey, Scheme::Http) => "k",
            (Self::DeviceKey, Scheme::Https) => "__Host-k",
        }
    }

    fn line(self, scheme: Scheme, value: &str, seconds: i64) -> HeaderValue {
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

    fn request(lines: &[&str]) -> HeaderMap {
        let lines = lines.iter().map(|line| (header::COOKIE, HeaderValue::from_str(line).unwrap()));
        lines.collect()
    }

    #[test]
    fn s10_cookies_have_the_attributes_of_their_scheme() {
        let token = Token::random().unwrap();
        let text = token.text();
        let line = |cookie: Cookie, scheme| cookie.set(scheme, &token).to_str().unwrap().to_owned();
        assert_eq!(
            line(Cookie::Session, Scheme::Http),
            format!("s={text}; HttpOnly; SameSite=Lax; Path=/; Max-Age=15552000")
        );
        assert_eq!(
            line(Cookie::DeviceKey, Scheme::Https),
            format!("__Host-k={text}; HttpOnly; SameSite=Lax; Path=/; Max-Age=34560000; Secure")
        );
    }

    #[test]
    fn s10_on_https_a_plain_cookie_is_ignored() {
        let text = Token::random().unwrap().text();
        let plain = request(&[&format!("s={text}; k={text}")]);
        let prefixed = request(&["a=b", &format!("x=y; __Host-s={text}")]);
        for (headers, http, https) in [(plain, true, false), (prefixed, false, true)] {
            assert_eq!(Cookie::Session.read(Scheme::Http, &headers).is_some(), http);
            assert_eq!(Cookie::Session.read(Scheme::Https, &headers).is_some(), https);
        }
    }

    #[test]
    fn s10_a_malformed_cookie_is_no_cookie() {
        for line in ["s=", "s", "s=abc", "xs=abc; =s", "s=\u{7f}"] {
            let line = HeaderValue::from_bytes(line.as_bytes());
            let Ok(line) = line else { continue };
            let headers: HeaderMap = [(header::COOKIE, line)].into_iter().collect();
            assert!(Cookie::Session.read(Scheme::Http, &headers).is_none());
        }
    }
}
