//! Answers that can be large. Only so many exist at once, and none for long: a peer that asks for
//! lists and reads none of them holds a bounded share of the memory. Each app has but a share of the
//! places, so that one whose answers nobody reads leaves some to the others.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use hyper::body::{Frame, SizeHint};
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::error::HttpError;

/// A place for an answer: one of all, and one of its app's share of them.
#[derive(Debug)]
pub(crate) struct AnswerPlace {
    _of_all: OwnedSemaphorePermit,
    _of_app: OwnedSemaphorePermit,
}

/// Takes a place for an answer, if need be when another is done with. Who waits for one of the
/// app's share holds none of the others', and is told that it is the app that asks for too much.
pub(crate) async fn take_place(
    all: &Arc<Semaphore>,
    share: &Arc<Semaphore>,
) -> Result<AnswerPlace, HttpError> {
    let until = Instant::now() + WAIT;
    let _of_app = take(share, until).await.ok_or(HttpError::TooManyAnswers)?;
    let _of_all = take(all, until).await.ok_or(HttpError::NoRoom)?;
    Ok(AnswerPlace { _of_all, _of_app })
}

async fn take(places: &Arc<Semaphore>, until: Instant) -> Option<OwnedSemaphorePermit> {
    let place = Arc::clone(places).acquire_owned();
    tokio::time::timeout_at(until, place).await.ok()?.ok()
}

/// The value as JSON. Its place is free again once everything is sent, or the peer is given up.
pub(crate) fn json(value: &impl Serialize, place: AnswerPlace) -> Response {
    let text = serde_json::to_vec(value).expect("the value has string keys and nothing that fails");
    let answer = Answer { rest: text.into(), until: Instant::now() + TIME, _place: place };
    let mut response = Response::new(Body::new(answer));
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

/// What is still to be sent.
struct Answer {
    rest: Bytes,
    until: Instant,
    _place: AnswerPlace,
}

/// The peer did not take its answer in time; its connection ends.
#[derive(Debug)]
struct TooSlow;

impl hyper::body::Body for Answer {
    type Data = Bytes;
    type Error = TooSlow;

    /// Asked for as the socket takes what came before.
    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TooSlow>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        if self.until < Instant::now() {
            return Poll::Ready(Some(Err(TooSlow)));
        }
        let next = PIECE.min(self.rest.len());
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(next)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}

impl std::fmt::Display for TooSlow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the peer did not read its answer in time")
    }
}

impl std::error::Error for TooSlow {}

/// How many large answers there are at once.
pub(crate) const PLACES: usize = 32;

/// How many of them one app may have.
pub(crate) const PLACES_OF_ONE_APP: usize = 8;

/// How long a request waits for a place.
const WAIT: Duration = Duration::from_secs(5);

/// How long an answer may take to be read.
const TIME: Duration = Duration::from_secs(30);

/// What is given to the socket at a time.
const PIECE: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_answer_holds_its_place_until_it_is_read() {
        let (places, share) = (Arc::new(Semaphore::new(1)), Arc::new(Semaphore::new(2)));
        let value = "x".repeat(3 * PIECE);
        let first = json(&value, take_place(&places, &share).await.unwrap());
        assert_eq!(take_place(&places, &share).await.unwrap_err(), HttpError::NoRoom);
        let sent = first.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(sent.len(), value.len() + 2);
        drop(take_place(&places, &share).await.unwrap());
    }

    #[tokio::test(start_paused = true)]
    async fn an_app_whose_answers_nobody_reads_leaves_places_to_the_others() {
        let places = Arc::new(Semaphore::new(2));
        let [one, other] = [1, 1].map(|share| Arc::new(Semaphore::new(share)));
        let _unread = take_place(&places, &one).await.unwrap();
        let (refused, taken) = tokio::join!(take_place(&places, &one), take_place(&places, &other));
        assert_eq!(refused.unwrap_err(), HttpError::TooManyAnswers);
        taken.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_is_not_read_in_time_is_given_up() {
        let places = Arc::new(Semaphore::new(1));
        let share = Arc::new(Semaphore::new(1));
        let place = take_place(&places, &share).await;
        let mut body = json(&"x".repeat(PIECE), place.unwrap()).into_body();
        body.frame().await.unwrap().unwrap();
        tokio::time::advance(TIME + Duration::from_millis(1)).await;
        body.frame().await.unwrap().unwrap_err();
    }
}
