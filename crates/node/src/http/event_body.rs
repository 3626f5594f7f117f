//! The body of a request to publish one event that came another way than over the HTTP API, such as
//! from the console: what an app takes there is bounded by the same settings, and what such bodies take
//! together by the same room.

use std::fmt;
use std::ops::Deref;

use axum::body::{Body, Bytes};
use tokio::sync::OwnedSemaphorePermit;

use super::auth::{most_event_bytes, read_body};
use super::error::HttpError;
use crate::handle::NodeHandle;

/// The whole body. While it is kept, it takes up room that other bodies cannot have.
#[derive(Debug)]
pub struct EventBody {
    bytes: Bytes,
    _room: OwnedSemaphorePermit,
}

/// Why a body is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventBodyError {
    /// There is no such app.
    UnknownApp,
    /// It is larger than any with data that the app takes.
    TooBig,
    /// So many bodies are under way that there is no room for it; try again in a second.
    Busy,
    /// It ended too early, or did not arrive in ten seconds.
    Broken,
}

impl NodeHandle {
    /// Reads the body of a request to publish one event to the app: as many bytes as the data that it
    /// takes needs with every character escaped, and as what stands beside the data. What is refused
    /// is read to its end all the same, so that the sender sees the answer.
    ///
    /// # Errors
    ///
    /// There is no such app, or the body is none or too large.
    pub async fn read_event_body(
        &self,
        app: &str,
        body: Body,
    ) -> Result<EventBody, EventBodyError> {
        let tenant = self.tenant(app);
        let most = tenant.as_ref().map_or(0, |tenant| most_event_bytes(&tenant.app));
        let read = read_body(body, self.body_room(), most).await;
        tenant.ok_or(EventBodyError::UnknownApp)?;
        match read {
            Ok((bytes, room)) => Ok(EventBody { bytes, _room: room }),
            Err(HttpError::BodyTooBig { .. }) => Err(EventBodyError::TooBig),
            Err(HttpError::NoRoom) => Err(EventBodyError::Busy),
            Err(_) => Err(EventBodyError::Broken),
        }
    }
}

impl Deref for EventBody {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Display for EventBodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownApp => "there is no such app",
            Self::TooBig => "the body is larger than any with data that the app takes",
            Self::Busy => "the node has more to do than it holds; try again in a second",
            Self::Broken => "the body ended too early, or did not arrive in time",
        })
    }
}

impl std::error::Error for EventBodyError {}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use http_body_util::{BodyExt, Full};

    use super::*;
    use crate::http::tests::idle_node;

    #[tokio::test]
    async fn a_body_may_have_all_data_of_the_app_escaped_and_takes_room_while_it_is_kept() {
        let (node, _inboxes) = idle_node();
        let all = node.body_room().available_permits();
        let read = async |bytes: usize| {
            node.read_event_body("1", Body::from(vec![b' '; bytes])).await.map(|body| {
                assert_eq!(node.body_room().available_permits(), all - body.len());
            })
        };
        let data = node.tenant("1").unwrap().app.limits.payload_bytes;
        assert_eq!(read(6 * data + 4096).await, Ok(()));
        assert_eq!(read(64 * data).await, Err(EventBodyError::TooBig));
        assert_eq!(node.body_room().available_permits(), all);
        let read_away = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&read_away);
        let body = Full::new(Bytes::from_static(b"{}")).map_frame(move |frame| {
            seen.store(true, Ordering::Relaxed);
            frame
        });
        let unknown = node.read_event_body("2", Body::new(body)).await;
        assert!(read_away.load(Ordering::Relaxed), "who sends it sees the answer");
        assert_eq!(unknown.map(drop), Err(EventBodyError::UnknownApp));
        let _taken = node.body_room().try_acquire_many(64 << 20).unwrap();
        assert_eq!(read(1).await, Err(EventBodyError::Busy));
    }
}
