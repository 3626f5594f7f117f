//! The data of encrypted channels: NaCl's secretbox, so that only subscribers can read it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto_secretbox::XSalsa20Poly1305;
use crypto_secretbox::aead::{Aead, KeyInit};
use rollcall_wire::auth::encrypted_channel_key;
use serde::Serialize;

use crate::client::MasterKey;
use crate::error::Error;

/// What is published instead of `data`, as pusher-js decrypts it.
pub(crate) fn encrypt(master: MasterKey, channel: &str, data: &str) -> Result<String, Error> {
    let mut nonce = [0; 24];
    getrandom::fill(&mut nonce).map_err(|_| Error::NoRandomness)?;
    Ok(serde_json::to_string(&sealed(master, channel, data, nonce))?)
}

#[derive(Serialize)]
struct Sealed {
    nonce: String,
    ciphertext: String,
}

fn sealed(master: MasterKey, channel: &str, data: &str, nonce: [u8; 24]) -> Sealed {
    let key = encrypted_channel_key(channel, &master.0);
    let ciphertext = XSalsa20Poly1305::new(&key.into())
        .encrypt(&nonce.into(), data.as_bytes())
        .expect("a message in memory is never too long to seal");
    Sealed { nonce: STANDARD.encode(nonce), ciphertext: STANDARD.encode(ciphertext) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_the_channels_key_alone() {
        let text = encrypt(MasterKey([0; 32]), "private-encrypted-a", r#"{"x":1}"#).unwrap();
        let parsed: serde_json::Value = serde_json::from_str(&text).unwrap();
        let part = |name: &str| STANDARD.decode(parsed[name].as_str().unwrap()).unwrap();
        let nonce: [u8; 24] = part("nonce").try_into().unwrap();
        let open = |channel: &str| {
            let key = encrypted_channel_key(channel, &[0; 32]);
            XSalsa20Poly1305::new(&key.into()).decrypt(&nonce.into(), &*part("ciphertext"))
        };
        assert_eq!(open("private-encrypted-a").unwrap(), br#"{"x":1}"#);
        assert!(open("private-encrypted-b").is_err());
    }

    #[test]
    fn no_two_are_sealed_alike() {
        let seal = || encrypt(MasterKey([0; 32]), "private-encrypted-a", "x").unwrap();
        assert_ne!(seal(), seal());
    }
}
