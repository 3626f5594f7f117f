//! Secrets that a browser holds: 256 random bits, of which the server keeps only the SHA-256
//! (docs/status.md section 0, S10).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rollcall_store::TokenHash;
use sha2::{Digest, Sha256};

/// A session token or device key as the browser sends it. It has no `Debug`, so no log shows it.
pub struct Token([u8; BYTES]);

impl Token {
    /// A new one.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// Reads a cookie's value; anything that was not made here is no token.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }

    /// The text that a browser is given.
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// What the server keeps of it.
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0).into())
    }
}

/// A short random name for one request, by which its answer is found in the log. A request is
/// answered even when chance is out of order, so this falls back to zeros.
pub fn request_id() -> String {
    let mut bytes = [0; 8];
    if getrandom::fill(&mut bytes).is_err() {
        bytes.fill(0);
    }
    format!("{:016x}", u64::from_be_bytes(bytes))
}

const BYTES: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s10_a_token_is_256_random_bits_and_stored_hashed() {
        let (one, two) = (Token::random().unwrap(), Token::random().unwrap());
        assert_ne!(one.text(), two.text());
        assert_eq!(one.text().len(), 43);
        let read = Token::parse(&one.text()).unwrap();
        assert!(read.hash() == one.hash());
        assert!(one.hash().0 != one.0);
    }

    #[test]
    fn s10_what_was_not_made_here_is_no_token() {
        for text in ["", "abc", &"a".repeat(42), &"a".repeat(44), &"!".repeat(43)] {
            assert!(Token::parse(text).is_none(), "{text}");
        }
    }
}
