//! Which requests may change something: those of our own pages, and programs
//! (docs/status.md section 0 "Requests that change something" and "`GET /logout`", S8, S9).

use axum::http::{HeaderMap, Method, header};

use crate::origin::Origin;

/// Whether a request may change something.
///
/// (a) `Sec-Fetch-Site` decides where present; (b) else `Origin` does; (c) without either it is a
/// program, which carries nobody's cookies but its own. Reading changes nothing and is allowed.
pub(crate) fn may_change(method: &Method, headers: &HeaderMap, own: Option<&Origin>) -> bool {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return true;
    }
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin";
    }
    match headers.get(header::ORIGIN) {
        Some(origin) => is_own(origin.to_str().ok().and_then(Origin::parse), own),
        None => true,
    }
}

/// Whether a `GET /logout` is somebody who followed a link of our own page, not an image, a
/// prefetch, a link preview or a refresh that a page has in its markup. Where no Sec-Fetch header is sent the `Referer` has to tell.
pub(crate) fn is_own_navigation(headers: &HeaderMap, own: Option<&Origin>) -> bool {
    if headers.contains_key("sec-purpose") || headers.contains_key("purpose") {
        return false;
    }
    let fetch = NAVIGATION.map(|(name, _)| headers.get(name));
    if fetch.iter().any(Option::is_some) {
        let expected = NAVIGATION.iter().zip(fetch);
        return expected.into_iter().all(|((_, value), got)| got.is_some_and(|got| got == value));
    }
    let referer = headers.get(header::REFERER).and_then(|value| value.to_str().ok());
    is_own(referer.and_then(Origin::of_url), own)
}

fn is_own(origin: Option<Origin>, own: Option<&Origin>) -> bool {
    origin.is_some() && origin.as_ref() == own
}

const NAVIGATION: [(&str, &str); 4] = [
    ("sec-fetch-site", "same-origin"),
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-dest", "document"),
    ("sec-fetch-user", "?1"),
];

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;

    use super::*;

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let parsed = lines.iter().map(|(name, value)| {
            (HeaderName::from_static(name), value.parse().expect("the table has valid values"))
        });
        parsed.collect()
    }

    fn own() -> Option<Origin> {
        Origin::parse("http://127.0.0.1:9000")
    }

    #[test]
    fn s8_s9_only_our_own_pages_and_programs_change_something() {
        let table: [(&[(&'static str, &str)], bool); 12] = [
            // (a)
            (&[("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "same-origin"), ("origin", "null")], true),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("sec-fetch-site", "cross-site"), ("origin", "http://127.0.0.1:9000")], false),
            // (b)
            (&[("origin", "http://127.0.0.1:9000")], true),
            (&[("origin", "http://127.0.0.1:9001")], false),
            (&[("origin", "https://127.0.0.1:9000")], false),
            (&[("origin", "http://evil.example")], false),
            (&[("origin", "null")], false),
            // (c)
            (&[], true),
        ];
        for (lines, allowed) in table {
            for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
                let got = may_change(&method, &headers(lines), own().as_ref());
                assert_eq!(got, allowed, "{method} {lines:?}");
            }
            assert!(may_change(&Method::GET, &headers(lines), own().as_ref()));
        }
    }

    #[test]
    fn s9_an_origin_is_refused_when_our_own_is_unknown() {
        let headers = headers(&[("origin", "null")]);
        assert!(!may_change(&Method::POST, &headers, None));
    }

    #[test]
    fn s8_get_logout_needs_a_navigation_of_our_own() {
        let navigation = [
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
            ("sec-fetch-user", "?1"),
        ];
        let with = |extra: &[(&'static str, &str)]| {
            let lines: Vec<_> = navigation.iter().chain(extra).copied().collect();
            is_own_navigation(&headers(&lines), own().as_ref())
        };
        assert!(with(&[]));
        assert!(!with(&[("sec-purpose", "prefetch")]));
        assert!(!with(&[("purpose", "prefetch")]));
        let [site, mode, dest, user] = navigation;
        let others: [&[(&'static str, &str)]; 8] = [
            &[("sec-fetch-site", "cross-site"), mode, dest, user],
            &[site, ("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")],
            &[site, mode, ("sec-fetch-dest", "iframe"), user],
            &[("sec-fetch-site", "none"), mode, dest, user],
            // What a meta refresh and a script send.
            &[site, mode, dest],
            &[site, mode, dest, ("sec-fetch-user", "?0")],
            &[navigation[0], ("referer", "http://127.0.0.1:9000/")],
            &[],
        ];
        for lines in others {
            assert!(!is_own_navigation(&headers(lines), own().as_ref()), "{lines:?}");
        }
    }

    #[test]
    fn s8_without_sec_fetch_the_referer_tells() {
        let table: [(&[(&'static str, &str)], bool); 3] = [
            (&[("referer", "http://127.0.0.1:9000/page")], true),
            (&[("referer", "http://127.0.0.1:9000/"), ("purpose", "prefetch")], false),
            (&[("referer", "http://evil.example/http://127.0.0.1:9000/")], false),
        ];
        for (lines, own_link) in table {
            assert_eq!(is_own_navigation(&headers(lines), own().as_ref()), own_link, "{lines:?}");
        }
    }
}
