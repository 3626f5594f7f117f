//! The one-time code with which an operator is set up: printed on the server's terminal, so that
//! whoever knows it is whoever runs the server (docs/console.md section 1).

use std::fmt;

use rollcall_store::TokenHash;
use sha2::{Digest, Sha256};

/// A code. It has no `Debug`, so no log shows it; only its hash is stored.
pub struct Code([u8; LETTERS]);

impl Code {
    /// A new one, of 59 bits.
    pub fn draw() -> Result<Self, getrandom::Error> {
        let mut letters = [0; LETTERS];
        for letter in &mut letters {
            *letter = draw_letter()?;
        }
        Ok(Self(letters))
    }

    /// Reads what somebody typed: small letters, and hyphens and spaces anywhere, are forgiven.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let typed = text.bytes().filter(|byte| !b"- ".contains(byte));
        let letters: Vec<u8> =
            typed.map(|byte| byte.to_ascii_uppercase()).take(MOST_READ).collect();
        let known = letters.iter().all(|letter| ALPHABET.contains(letter));
        known.then(|| letters.try_into().ok().map(Self)).flatten()
    }

    /// What is stored of it.
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0).into())
    }
}

/// In groups that are easy to copy: `XXXX-XXXX-XXXX`.
impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, letter) in self.0.iter().enumerate() {
            if position > 0 && position % GROUP == 0 {
                f.write_str("-")?;
            }
            write!(f, "{}", char::from(*letter))?;
        }
        Ok(())
    }
}

/// Five bits name 32 letters, and there are 31: the last is drawn anew, or some would be likelier.
fn draw_letter() -> Result<u8, getrandom::Error> {
    loop {
        let mut byte = [0];
        getrandom::fill(&mut byte)?;
        if let Some(&letter) = ALPHABET.get(usize::from(byte[0] & 31)) {
            return Ok(letter);
        }
    }
}

/// Nothing that looks like something else, and no U, so that no word comes out.
const ALPHABET: &[u8; 31] = b"23456789ABCDEFGHJKLMNPQRSTVWXYZ";
const LETTERS: usize = 12;
const GROUP: usize = 4;
/// One more than a code has, so that a longer text is none.
const MOST_READ: usize = LETTERS + 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_it_is_printed_and_as_people_type_it() {
        let code = Code::draw().unwrap();
        let text = code.to_string();
        assert_eq!((text.len(), text.matches('-').count()), (14, 2), "{text}");
        let typed = [text.clone(), text.to_lowercase(), text.replace('-', ""), format!(" {text} ")];
        for typed in typed {
            assert!(Code::parse(&typed).is_some_and(|read| read.hash() == code.hash()), "{typed}");
        }
        assert!(Code::draw().unwrap().hash() != code.hash());
    }

    #[test]
    fn what_was_not_printed_is_no_code() {
        for text in ["", "ABCD", "ABCD-EFGH-JKLI", "ABCD-EFGH-JKLMN", "ABCD_EFGH_JKLM", "ÄBCD"] {
            assert!(Code::parse(text).is_none(), "{text}");
        }
    }
}
