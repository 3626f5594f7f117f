//! The name of the operator: plain, one line, bounded. It is shown in lists and logs.

use rollcall_web::FieldProblem;

/// Takes off the white space around a name and refuses what cannot be one.
pub(crate) fn parse(text: &str) -> Result<String, FieldProblem> {
    let name = text.trim();
    let illegal = |c: char| c.is_control() || is_bidi_control(c);
    match name {
        "" => Err(FieldProblem::Empty),
        name if name.chars().count() > MOST_CHARACTERS => Err(FieldProblem::TooLong),
        name if name.chars().any(illegal) => Err(FieldProblem::IllegalCharacter),
        // The record of changes calls programs so.
        name if [COMMAND_LINE, FIRST_START].iter().any(|own| name.eq_ignore_ascii_case(own)) => {
            Err(FieldProblem::ReservedName)
        }
        name => Ok(name.to_owned()),
    }
}

/// What reorders the text around it.
fn is_bidi_control(c: char) -> bool {
    matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

/// Who acts where no operator does.
pub(crate) const COMMAND_LINE: &str = "command line";

/// Who made the app that is there from the beginning on.
pub(crate) const FIRST_START: &str = "first start";

const MOST_CHARACTERS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_plain_line() {
        let long = "x".repeat(MOST_CHARACTERS + 1);
        for (text, name) in [
            (" ana ", Ok("ana")),
            ("Léa B.", Ok("Léa B.")),
            (" ", Err(FieldProblem::Empty)),
            (long.as_str(), Err(FieldProblem::TooLong)),
            ("a\nb", Err(FieldProblem::IllegalCharacter)),
            ("a\u{202e}b", Err(FieldProblem::IllegalCharacter)),
            ("Command Line", Err(FieldProblem::ReservedName)),
            ("first start", Err(FieldProblem::ReservedName)),
        ] {
            assert_eq!(parse(text), name.map(str::to_owned), "{text}");
        }
    }
}
