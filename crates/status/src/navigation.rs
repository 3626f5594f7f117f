//! Which `GET /logout` is somebody who followed a link of our own page (docs/status.md section 0
//! "`GET /logout`", S8).

use axum::http::{HeaderMap, header};
use rollcall_web::Origin;

/// Whether a `GET /logout` is somebody who followed a link of our own page, not an image, a
/// prefetch or a link preview. Where no Sec-Fetch header is sent the `Referer` has to tell.
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

const NAVIGATION: [(&str, &str); 3] = [
    ("sec-fetch-site", "same-origin"),
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-dest", "document"),
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
    fn s8_get_logout_needs_a_navigation_of_our_own() {
        let navigation = [
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
        ];
        let with = |extra: &[(&'static str, &str)]| {
            let lines: Vec<_> = navigation.iter().chain(extra).copied().collect();
            is_own_navigation(&headers(&lines), own().as_ref())
        };
        assert!(with(&[]));
        assert!(!with(&[("sec-purpose", "prefetch")]));
        assert!(!with(&[("purpose", "prefetch")]));
        let [site, mode, dest] = navigation;
        let others: [&[(&'static str, &str)]; 6] = [
            &[("sec-fetch-site", "cross-site"), mode, dest],
            &[site, ("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")],
            &[site, mode, ("sec-fetch-dest", "iframe")],
            &[("sec-fetch-site", "none"), mode, dest],
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
