//! Which characters names and statuses may hold, and the one way white space is collapsed.

/// One space for every run of white space, none at the ends.
pub(crate) fn collapse_whitespace(text: &str) -> String {
    let mut collapsed = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !collapsed.is_empty() {
            collapsed.push(' ');
        }
        collapsed.push_str(word);
    }
    collapsed
}

/// Control characters that are not white space, which collapsing has already made harmless.
pub(crate) fn is_control(c: char) -> bool {
    c.is_control() && !c.is_whitespace()
}

/// Bidi embeddings and overrides, and what ends them: they reorder text that is not theirs.
pub(crate) fn is_bidi_override(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}')
}

/// Bidi isolates and what ends them.
pub(crate) fn is_bidi_isolate(c: char) -> bool {
    matches!(c, '\u{2066}'..='\u{2069}')
}

/// The invisible marks that only give a direction.
pub(crate) fn is_bidi_mark(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}')
}

/// Whether every isolate is ended and every end has its beginning.
pub(crate) fn isolates_are_balanced(text: &str) -> bool {
    let mut open: u32 = 0;
    for c in text.chars() {
        match c {
            '\u{2066}'..='\u{2068}' => open += 1,
            '\u{2069}' if open == 0 => return false,
            '\u{2069}' => open -= 1,
            _ => {}
        }
    }
    open == 0
}
