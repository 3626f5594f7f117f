//! The one computed field of the opening handshake.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

/// The `Sec-WebSocket-Accept` of a `Sec-WebSocket-Key` (RFC 6455, 4.2.2); `None` unless the key is
/// sixteen bytes in base64, as it must be.
pub fn accept_key(sec_websocket_key: &str) -> Option<String> {
    if STANDARD.decode(sec_websocket_key).ok()?.len() != 16 {
        return None;
    }
    let digest = Sha1::new().chain_update(sec_websocket_key).chain_update(GUID).finalize();
    Some(STANDARD.encode(digest))
}

const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

#[cfg(test)]
mod tests {
    use super::accept_key;

    #[test]
    fn the_key_of_the_rfc_gives_the_accept_of_the_rfc() {
        let accept = accept_key("dGhlIHNhbXBsZSBub25jZQ==");
        assert_eq!(accept.as_deref(), Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    }

    #[test]
    fn a_key_that_is_not_sixteen_bytes_is_none() {
        for key in ["", "dGhlIHNhbXBsZSBub25jZQ", "AAAA", "not base64 at all!!!!!!!!"] {
            assert_eq!(accept_key(key), None, "{key:?}");
        }
    }
}
