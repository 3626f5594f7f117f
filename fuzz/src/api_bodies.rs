//! Bodies of the HTTP API: what is accepted keeps every limit.

use rollcall_wire::api::{ApiError, BatchRequest, EventRequest, MemberPatch, PublishLimits};
use serde_json::value::RawValue;

/// Parses a body as each of them.
pub fn api_bodies(bytes: &[u8]) {
    let event = EventRequest::parse(bytes, &LIMITS);
    match &event {
        Ok(event) => check_event(event),
        Err(error) => check_error(error),
    }
    check_batch_of_one(bytes, event.as_ref());
    match BatchRequest::parse(bytes, &LIMITS) {
        Ok(batch) => {
            assert!(batch.events.len() <= LIMITS.batch);
            batch.events.iter().for_each(check_event);
        }
        Err(error) => check_error(&error),
    }
    match MemberPatch::parse(bytes, MAX_INFO) {
        Ok(patch) => {
            let info = patch.user_info.as_deref().map(RawValue::get);
            assert!(info.is_none_or(|info| info.len() <= MAX_INFO && info.starts_with('{')));
            assert!(patch.rev.is_none() || info.is_some());
        }
        Err(error) => check_error(&error),
    }
}

fn check_event(event: &EventRequest) {
    let EventRequest { name, data, channels, .. } = event;
    assert!((1..=LIMITS.event_name).contains(&name.chars().count()));
    assert!(!name.starts_with("pusher:") && !name.starts_with("pusher_internal:"));
    assert!(data.len() <= LIMITS.payload_bytes);
    assert!((1..=LIMITS.channels_per_publish).contains(&channels.len()));
    for (at, channel) in channels.iter().enumerate() {
        assert!(!channels[..at].contains(channel), "{channel} twice");
    }
}

/// A batch of one event on one channel is that event.
fn check_batch_of_one(bytes: &[u8], event: Result<&EventRequest, &ApiError>) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let batch = format!(r#"{{"batch":[{text}]}}"#);
    let Ok(event) = event else { return };
    // With `channels`, the two differ by definition.
    if !text.contains("channel") || text.contains("channels") || text.contains('\\') {
        return;
    }
    let batch = BatchRequest::parse(batch.as_bytes(), &LIMITS).expect("its event is fine");
    assert_eq!(batch.events, std::slice::from_ref(event));
}

fn check_error(error: &ApiError) {
    assert!(matches!(error.status(), 400..=499));
    assert!(!error.to_string().is_empty());
}

const LIMITS: PublishLimits = PublishLimits {
    payload_bytes: 100,
    channel_name: 30,
    event_name: 20,
    channels_per_publish: 3,
    batch: 2,
};

const MAX_INFO: usize = 40;
