//! Licence expressions, as far as manifests use them: names joined by `OR`, `AND`, `/` and parentheses.

/// Whether one may choose, in an SPDX expression, a set of licences that are all in `allowed`.
///
/// An exception after `WITH` only adds permissions, so `X WITH Y` counts as `X`.
pub fn is_allowed(expression: &str, allowed: &[&str]) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let tokens: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = tokens.as_slice();
    let allowed_at_all = alternatives(&mut rest, allowed);
    allowed_at_all && rest.is_empty()
}

fn alternatives(tokens: &mut &[&str], allowed: &[&str]) -> bool {
    let mut any = conjunction(tokens, allowed);
    while take(tokens, "OR") {
        any |= conjunction(tokens, allowed);
    }
    any
}

fn conjunction(tokens: &mut &[&str], allowed: &[&str]) -> bool {
    let mut all = single(tokens, allowed);
    while take(tokens, "AND") {
        all &= single(tokens, allowed);
    }
    all
}

fn single(tokens: &mut &[&str], allowed: &[&str]) -> bool {
    if take(tokens, "(") {
        let inner = alternatives(tokens, allowed);
        return take(tokens, ")") && inner;
    }
    let Some((name, rest)) = tokens.split_first() else { return false };
    *tokens = rest;
    if take(tokens, "WITH") {
        *tokens = tokens.get(1..).unwrap_or_default();
    }
    allowed.contains(name)
}

fn take(tokens: &mut &[&str], word: &str) -> bool {
    match tokens.split_first() {
        Some((first, rest)) if *first == word => {
            *tokens = rest;
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_allowed;

    const ALLOWED: &[&str] = &["MIT", "Apache-2.0"];

    #[test]
    fn a_choice_needs_one_allowed_side() {
        for expression in
            ["MIT", "GPL-3.0 OR MIT", "MIT/GPL-3.0", "(GPL-3.0 OR MIT) AND Apache-2.0"]
        {
            assert!(is_allowed(expression, ALLOWED), "{expression}");
        }
    }

    #[test]
    fn a_conjunction_needs_both_sides() {
        for expression in
            ["GPL-3.0", "MIT AND GPL-3.0", "(MIT AND GPL-3.0) OR BSD-4-Clause", "", "MIT MIT"]
        {
            assert!(!is_allowed(expression, ALLOWED), "{expression}");
        }
    }

    #[test]
    fn an_exception_only_adds_permissions() {
        assert!(is_allowed("Apache-2.0 WITH LLVM-exception AND MIT", ALLOWED));
    }
}
