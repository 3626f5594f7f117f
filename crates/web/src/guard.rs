//! Which requests may change something: those of our own pages, and programs
//! (docs/status.md section 0 "Requests that change something", S9).

use axum::http::{HeaderMap, Method, header};

use crate::origin::Origin;

/// What a request may do.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may change something.
    Allowed,
    /// The browser says that another site sent it.
    OtherSite,
    /// Its `Origin` is not ours; `None` for one that is none, such as `null`. This is also what
    /// everybody gets where a proxy is not told of in `public_url`.
    OtherOrigin(Option<Origin>),
}

/// Whether a request may change something.
///
/// (a) `Sec-Fetch-Site` decides where present; (b) else `Origin` does; (c) without either it is a
/// program, which carries nobody's cookies but its own. Reading changes nothing and is allowed.
pub fn judge(method: &Method, headers: &HeaderMap, own: Option<&Origin>) -> Verdict {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return Verdict::Allowed;
    }
    judge_site(headers, own, &["same-origin"])
}

/// Whether a request may read what is for its sender alone: the rule of [`judge`], and the person
/// at the browser may also type the address (`Sec-Fetch-Site: none`). Nothing of another origin
/// could see the answer, but it could time it.
pub fn judge_reading(headers: &HeaderMap, own: Option<&Origin>) -> Verdict {
    judge_site(headers, own, &["same-origin", "none"])
}

fn judge_site(headers: &HeaderMap, own: Option<&Origin>, sites: &[&str]) -> Verdict {
    if let Some(site) = headers.get("sec-fetch-site") {
        let ours = sites.iter().any(|ours| site == ours);
        return if ours { Verdict::Allowed } else { Verdict::OtherSite };
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return Verdict::Allowed };
    match origin.to_str().ok().and_then(Origin::parse) {
        Some(origin) if Some(&origin) == own => Verdict::Allowed,
        other => Verdict::OtherOrigin(other),
    }
}

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
                let got = judge(&method, &headers(lines), own().as_ref());
                assert_eq!(got == Verdict::Allowed, allowed, "{method} {lines:?}");
            }
            let got = judge(&Method::GET, &headers(lines), own().as_ref());
            assert_eq!(got, Verdict::Allowed);
            let typed = lines == [("sec-fetch-site", "none")];
            let got = judge_reading(&headers(lines), own().as_ref());
            assert_eq!(got == Verdict::Allowed, allowed || typed, "{lines:?}");
        }
    }

    #[test]
    fn s9_an_origin_is_refused_when_our_own_is_unknown() {
        let headers = headers(&[("origin", "null")]);
        assert_eq!(judge(&Method::POST, &headers, None), Verdict::OtherOrigin(None));
    }

    #[test]
    fn s9_a_refusal_names_the_origin_that_was_compared() {
        let judged = |lines| judge(&Method::POST, &headers(lines), own().as_ref());
        let other = Origin::parse("https://status.example");
        let by_origin = judged(&[("origin", "https://Status.example:443")]);
        assert_eq!(by_origin, Verdict::OtherOrigin(other));
        assert_eq!(judged(&[("sec-fetch-site", "cross-site")]), Verdict::OtherSite);
    }
}
