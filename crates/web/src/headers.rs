//! The security headers of every answer (docs/status.md S5, S18).

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::origin::Origin;

/// Whose page the answer is or belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Ours, which makes all elements by hand: trusted types forbid everything else.
    BuiltIn,
    /// The operator's own, which may write `innerHTML`. Inline handlers stay dead all the same,
    /// so markup in a status runs nothing.
    Custom,
}

/// Adds the headers; one that the answer has already is kept.
pub fn secure(headers: &mut HeaderMap, policy: Policy, own: Option<&Origin>) {
    for (name, value) in FIXED {
        let name = HeaderName::from_static(name);
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if let Ok(value) = HeaderValue::try_from(content_policy(policy, own)) {
        headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(value);
    }
}

fn content_policy(policy: Policy, own: Option<&Origin>) -> String {
    let socket = own.map(|own| format!(" {}", own.socket())).unwrap_or_default();
    let types = match policy {
        Policy::BuiltIn => "; require-trusted-types-for 'script'; trusted-types 'none'",
        Policy::Custom => "",
    };
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
         font-src 'self'; manifest-src 'self'; connect-src 'self'{socket}; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'self'{types}"
    )
}

const FIXED: [(&str, &str); 5] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s5_s18_the_content_policy_names_the_pages_own_socket() {
        let own = Origin::parse("https://status.example");
        assert_eq!(
            content_policy(Policy::BuiltIn, own.as_ref()),
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src \
             'self'; manifest-src 'self'; connect-src 'self' wss://status.example; base-uri \
             'none'; form-action 'self'; frame-ancestors 'self'; require-trusted-types-for \
             'script'; trusted-types 'none'"
        );
    }

    #[test]
    fn s5_an_operators_page_may_write_markup_but_no_inline_script() {
        let policy = content_policy(Policy::Custom, None);
        assert!(policy.ends_with("frame-ancestors 'self'"), "{policy}");
        assert!(!policy.contains("unsafe-inline"), "{policy}");
    }
}
