//! Webhooks: checking that one is authentic, and reading what it tells (`docs/protocol.md` 7).

use std::fmt;

use rollcall_wire::auth::{WebhookAuthError, verify_webhook};
use serde::{Deserialize, Serialize};

use crate::client::Client;

/// What one webhook tells. It may come more than once, and a receiver must not mind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// When it was made, in milliseconds since 1970.
    pub time_ms: u64,
    /// What happened, oldest first.
    pub events: Vec<WebhookEvent>,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case")]
#[non_exhaustive]
pub enum WebhookEvent {
    /// Somebody subscribed to a channel that nobody was on.
    ChannelOccupied {
        /// Its name.
        channel: String,
    },
    /// Nobody is on a channel any more.
    ChannelVacated {
        /// Its name.
        channel: String,
    },
    /// Somebody joined a presence channel.
    MemberAdded {
        /// Its name.
        channel: String,
        /// The id of who joined.
        user_id: String,
    },
    /// Somebody left a presence channel.
    MemberRemoved {
        /// Its name.
        channel: String,
        /// The id of who left.
        user_id: String,
    },
    /// A browser sent an event to the others.
    ClientEvent {
        /// Its channel.
        channel: String,
        /// Its name.
        event: String,
        /// Its data, as JSON.
        data: String,
        /// The connection that sent it.
        socket_id: String,
        /// The member that sent it, on presence channels.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user_id: Option<String>,
    },
    /// Somebody subscribed to a cache channel that keeps nothing.
    CacheMiss {
        /// Its name.
        channel: String,
    },
    /// The number of connections of a channel changed.
    SubscriptionCount {
        /// Its name.
        channel: String,
        /// How many there are.
        subscription_count: u64,
    },
    /// Something that this version of the library does not know.
    #[serde(other)]
    Unknown,
}

/// Why a webhook is not to be believed. Answer it with 401, and it is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookError {
    /// It names a key that the client was not told of.
    UnknownKey,
    /// The body is not what was signed.
    BadSignature,
    /// It was signed with the right secret, and is no webhook.
    Unreadable,
}

impl Client {
    /// Checks a webhook and reads it. `key` and `signature` are its headers `X-Pusher-Key` and
    /// `X-Pusher-Signature`; `body` must be the bytes as they came, not JSON that was parsed and
    /// written again.
    ///
    /// ```
    /// use rollcall_server::{Client, WebhookEvent};
    ///
    /// let client = Client::builder("3", "278d425bdf160c739803", "7ad3773142a6692b25b8").build()?;
    /// let signature = "c19001ae3963ccb13bf618e5b16ba9848e7e74df0993aa0689168e341c6833cf";
    /// let body = br#"{"time_ms":1327078148132,"events":[{"name":"channel_occupied","channel":"my-channel"}]}"#;
    /// let webhook = client.verify_webhook("278d425bdf160c739803", signature, body)?;
    /// let occupied = WebhookEvent::ChannelOccupied { channel: "my-channel".into() };
    /// assert_eq!(webhook.events, [occupied]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify_webhook(
        &self,
        key: &str,
        signature: &str,
        body: &[u8],
    ) -> Result<Webhook, WebhookError> {
        verify_webhook(&self.keys, key, signature, body)?;
        serde_json::from_slice(body).map_err(|_| WebhookError::Unreadable)
    }
}

impl From<WebhookAuthError> for WebhookError {
    fn from(error: WebhookAuthError) -> Self {
        match error {
            WebhookAuthError::UnknownKey => Self::UnknownKey,
            WebhookAuthError::BadSignature => Self::BadSignature,
        }
    }
}

impl fmt::Display for WebhookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownKey => {
                "the webhook names a key that the client does not know; see Builder::accept_key"
            }
            Self::BadSignature => "the webhook's body is not what its signature was made of",
            Self::Unreadable => "the webhook was signed, but is not one",
        })
    }
}

impl std::error::Error for WebhookError {}

#[cfg(test)]
mod tests {
    use rollcall_wire::auth::webhook_signature;

    use super::*;

    fn verified(body: &str) -> Result<Webhook, WebhookError> {
        let client = Client::builder("3", "new", "new-secret").accept_key("old", "old-secret");
        let signature = webhook_signature("old-secret", body.as_bytes());
        client.build().unwrap().verify_webhook("old", &signature, body.as_bytes())
    }

    #[test]
    fn every_event_is_read_and_a_new_one_does_no_harm() {
        let client_event = r#"{"name":"client_event","channel":"presence-a","event":"client-x","data":"{}","socket_id":"1.2","user_id":"0"}"#;
        let events = [
            r#"{"name":"channel_occupied","channel":"a"}"#,
            r#"{"name":"channel_vacated","channel":"a"}"#,
            r#"{"name":"member_added","channel":"presence-a","user_id":"u"}"#,
            r#"{"name":"member_removed","channel":"presence-a","user_id":"u"}"#,
            client_event,
            r#"{"name":"cache_miss","channel":"cache-a"}"#,
            r#"{"name":"subscription_count","channel":"a","subscription_count":3}"#,
        ];
        let body = format!(r#"{{"time_ms":7,"events":[{}]}}"#, events.join(","));
        let webhook = verified(&body).unwrap();
        assert_eq!(serde_json::to_string(&webhook).unwrap(), body);
        let new = r#"{"time_ms":7,"events":[{"name":"moon_rose","channel":"a","phase":"full"}]}"#;
        assert_eq!(verified(new).unwrap().events, [WebhookEvent::Unknown]);
    }

    #[test]
    fn what_is_no_webhook_is_not_read() {
        for body in ["", "{}", "[]", r#"{"time_ms":"7","events":[]}"#, r#"{"events":[]}"#] {
            assert_eq!(verified(body), Err(WebhookError::Unreadable), "{body}");
        }
    }
}
