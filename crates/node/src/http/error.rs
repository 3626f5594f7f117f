//! The one error type of the HTTP API: a status, and a sentence in a JSON object.
//!
//! SDKs show the body as it is, and one of them parses any body as JSON; an object suits them all
//! (docs/protocol.md 6.7).

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rollcall_wire::api::ApiError;
use rollcall_wire::auth::RequestAuthError;
use rollcall_wire::errors::ErrorKind;
use serde_json::json;

use super::auth::BODY_TIMEOUT;
use crate::handle::{PublishError, QueryError, SetMemberInfoError, TerminateError};

/// Why a request is not acted on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum HttpError {
    /// No app has this id.
    UnknownApp,
    /// The API has no such path.
    UnknownPath,
    /// What the path names is no UTF-8, once it is decoded.
    PathNotText,
    /// The path is there, the method is not.
    MethodNotAllowed,
    /// The request is not signed as it has to be.
    Unauthenticated(RequestAuthError),
    /// The app is suspended.
    AppDisabled,
    /// The body is larger than any legal one.
    BodyTooBig {
        /// The most bytes.
        max: usize,
    },
    /// The body did not arrive in time.
    BodyTooSlow,
    /// The body could not be read to its end.
    BodyBroken,
    /// So many bodies are under way that there is no room for this one.
    NoRoom,
    /// The app has as many large answers under way as it may.
    TooManyAnswers,
    /// The body says something that cannot be done.
    Refused(ApiError),
    /// The body is compressed.
    BodyEncoded,
    /// The answer should tell how many subscribe, which the app does not count.
    CountingOff,
    /// There is no answer about channels.
    NotQueried(QueryError),
    /// The event cannot be published.
    NotPublished(PublishError),
    /// The member's info cannot be replaced.
    NotUpdated(SetMemberInfoError),
    /// The user's connections cannot be closed.
    NotTerminated(TerminateError),
    /// The metrics need a token.
    TokenNeeded,
    /// Without a token, the metrics are for this machine alone.
    NotOfThisMachine,
    /// The path needs a WebSocket upgrade.
    UpgradeNeeded,
    /// The upgrade is asked for with another method than GET.
    OnlyGetUpgrades,
    /// The upgrade is not one that RFC 6455 describes.
    BadUpgrade,
}

impl HttpError {
    fn status(&self) -> StatusCode {
        match self {
            Self::UnknownApp | Self::UnknownPath => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed | Self::OnlyGetUpgrades => StatusCode::METHOD_NOT_ALLOWED,
            Self::Unauthenticated(error) => numbered(error.status()),
            Self::TokenNeeded => StatusCode::UNAUTHORIZED,
            Self::AppDisabled | Self::NotOfThisMachine => StatusCode::FORBIDDEN,
            Self::BodyTooBig { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyEncoded => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::BodyTooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::NoRoom => StatusCode::SERVICE_UNAVAILABLE,
            Self::TooManyAnswers => StatusCode::TOO_MANY_REQUESTS,
            Self::PathNotText | Self::BodyBroken | Self::CountingOff | Self::BadUpgrade => {
                StatusCode::BAD_REQUEST
            }
            Self::Refused(error) => numbered(error.status()),
            Self::NotPublished(error) => publish_status(*error),
            Self::NotUpdated(error) => update_status(*error),
            Self::NotQueried(error) => query_status(*error),
            Self::NotTerminated(TerminateError::UnknownApp) => StatusCode::NOT_FOUND,
            Self::NotTerminated(TerminateError::Busy) => StatusCode::SERVICE_UNAVAILABLE,
            Self::UpgradeNeeded => StatusCode::UPGRADE_REQUIRED,
        }
    }

    /// What kind of error it is, for operators.
    fn kind(&self) -> ErrorKind {
        match self {
            Self::UnknownApp => ErrorKind::UnknownApp,
            Self::UnknownPath => ErrorKind::UnknownPath,
            Self::PathNotText => ErrorKind::InvalidPath,
            Self::MethodNotAllowed | Self::OnlyGetUpgrades => ErrorKind::MethodNotAllowed,
            Self::Unauthenticated(error) => error.into(),
            Self::AppDisabled => ErrorKind::AppDisabled,
            Self::BodyTooBig { .. } => ErrorKind::BodyTooLarge,
            Self::BodyTooSlow | Self::BodyBroken => ErrorKind::BodyIncomplete,
            Self::NoRoom => ErrorKind::Busy,
            Self::TooManyAnswers => ErrorKind::TooManyAnswers,
            Self::Refused(error) => error.into(),
            Self::BodyEncoded => ErrorKind::BodyEncoded,
            Self::CountingOff => ErrorKind::CountingOff,
            Self::NotQueried(error) => query_kind(*error),
            Self::NotPublished(error) => publish_kind(*error),
            Self::NotUpdated(error) => update_kind(*error),
            Self::NotTerminated(TerminateError::UnknownApp) => ErrorKind::UnknownApp,
            Self::NotTerminated(TerminateError::Busy) => ErrorKind::Busy,
            Self::TokenNeeded => ErrorKind::MetricsTokenNeeded,
            Self::NotOfThisMachine => ErrorKind::MetricsNotLocal,
            Self::UpgradeNeeded => ErrorKind::UpgradeNeeded,
            Self::BadUpgrade => ErrorKind::BadUpgrade,
        }
    }

    fn message(&self) -> String {
        match self {
            Self::UnknownApp => UNKNOWN_APP.to_owned(),
            Self::UnknownPath => "There is nothing at this path".to_owned(),
            Self::PathNotText => PATH_NOT_TEXT.to_owned(),
            Self::MethodNotAllowed => METHOD_NOT_ALLOWED.to_owned(),
            Self::Unauthenticated(error) => error.to_string(),
            Self::AppDisabled => APP_DISABLED.to_owned(),
            Self::BodyTooBig { max } => {
                format!("The body is larger than {max} bytes, which the limits of the app come to")
            }
            Self::BodyTooSlow => {
                format!("The body did not arrive within {} seconds", BODY_TIMEOUT.as_secs())
            }
            Self::BodyEncoded => BODY_ENCODED.to_owned(),
            Self::NoRoom => NO_ROOM.to_owned(),
            Self::TooManyAnswers => TOO_MANY_ANSWERS.to_owned(),
            Self::BodyBroken => "The body ended before it was whole".to_owned(),
            Self::Refused(error) => error.to_string(),
            Self::CountingOff => COUNTING_OFF.to_owned(),
            Self::NotPublished(error) => error.to_string(),
            Self::NotUpdated(error) => error.to_string(),
            Self::NotQueried(error) => error.to_string(),
            Self::NotTerminated(error) => error.to_string(),
            Self::TokenNeeded => TOKEN_NEEDED.to_owned(),
            Self::NotOfThisMachine => NOT_OF_THIS_MACHINE.to_owned(),
            Self::UpgradeNeeded => UPGRADE_NEEDED.to_owned(),
            Self::OnlyGetUpgrades => "Only GET becomes a WebSocket".to_owned(),
            Self::BadUpgrade => "This is not a WebSocket handshake of version 13".to_owned(),
        }
    }

    /// What the status alone does not say to a client's library.
    fn header(&self) -> Option<(HeaderName, &'static str)> {
        match self {
            // What is still to come of the body is no request.
            Self::BodyTooSlow => Some((header::CONNECTION, "close")),
            Self::BodyEncoded => Some((header::ACCEPT_ENCODING, "identity")),
            Self::TokenNeeded => Some((header::WWW_AUTHENTICATE, "Bearer")),
            Self::UpgradeNeeded => Some((header::UPGRADE, "websocket")),
            Self::OnlyGetUpgrades => Some((header::ALLOW, "GET")),
            Self::BadUpgrade => Some((header::SEC_WEBSOCKET_VERSION, "13")),
            _ => match self.status() {
                StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
                    Some((header::RETRY_AFTER, "1"))
                }
                _ => None,
            },
        }
    }
}

/// Goes with an answer that refuses, for operators (`observed.rs`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) kind: ErrorKind,
    pub(crate) message: String,
}

impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        let message = self.message();
        let body = Json(json!({ "error": message }));
        let mut response = (self.status(), body).into_response();
        response.extensions_mut().insert(Told { kind: self.kind(), message });
        if let Some((name, value)) = self.header() {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    }
}

impl From<RequestAuthError> for HttpError {
    fn from(error: RequestAuthError) -> Self {
        Self::Unauthenticated(error)
    }
}

impl From<ApiError> for HttpError {
    fn from(error: ApiError) -> Self {
        Self::Refused(error)
    }
}

impl From<PublishError> for HttpError {
    fn from(error: PublishError) -> Self {
        Self::NotPublished(error)
    }
}

impl From<SetMemberInfoError> for HttpError {
    fn from(error: SetMemberInfoError) -> Self {
        Self::NotUpdated(error)
    }
}

impl From<QueryError> for HttpError {
    fn from(error: QueryError) -> Self {
        Self::NotQueried(error)
    }
}

impl From<TerminateError> for HttpError {
    fn from(error: TerminateError) -> Self {
        Self::NotTerminated(error)
    }
}

fn numbered(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn publish_status(error: PublishError) -> StatusCode {
    match error {
        PublishError::UnknownApp => StatusCode::NOT_FOUND,
        PublishError::BadChannel | PublishError::BadEvent | PublishError::BadSocketId => {
            StatusCode::BAD_REQUEST
        }
        PublishError::DataTooBig => StatusCode::PAYLOAD_TOO_LARGE,
        PublishError::OverMessageQuota => StatusCode::FORBIDDEN,
        PublishError::Busy => StatusCode::SERVICE_UNAVAILABLE,
    }
}

fn publish_kind(error: PublishError) -> ErrorKind {
    match error {
        PublishError::UnknownApp => ErrorKind::UnknownApp,
        PublishError::BadChannel => ErrorKind::InvalidChannelName,
        PublishError::BadEvent => ErrorKind::InvalidEventName,
        PublishError::BadSocketId => ErrorKind::InvalidSocketId,
        PublishError::DataTooBig => ErrorKind::PayloadTooLarge,
        PublishError::OverMessageQuota => ErrorKind::OverMessageQuota,
        PublishError::Busy => ErrorKind::Busy,
    }
}

fn update_kind(error: SetMemberInfoError) -> ErrorKind {
    match error {
        SetMemberInfoError::UnknownApp => ErrorKind::UnknownApp,
        SetMemberInfoError::NotAMember => ErrorKind::NotAMember,
        SetMemberInfoError::UpdatesOff => ErrorKind::MemberUpdatesOff,
        SetMemberInfoError::NotAPresenceChannel => ErrorKind::NoPresenceChannel,
        SetMemberInfoError::NotAnObject => ErrorKind::InvalidField,
        SetMemberInfoError::InfoTooBig => ErrorKind::MemberInfoTooBig,
        SetMemberInfoError::Busy => ErrorKind::Busy,
    }
}

fn query_kind(error: QueryError) -> ErrorKind {
    match error {
        QueryError::UnknownApp => ErrorKind::UnknownApp,
        QueryError::BadChannel => ErrorKind::InvalidChannelName,
        QueryError::Busy => ErrorKind::Busy,
    }
}

fn update_status(error: SetMemberInfoError) -> StatusCode {
    match error {
        SetMemberInfoError::UnknownApp | SetMemberInfoError::NotAMember => StatusCode::NOT_FOUND,
        SetMemberInfoError::UpdatesOff => StatusCode::FORBIDDEN,
        SetMemberInfoError::NotAPresenceChannel
        | SetMemberInfoError::NotAnObject
        | SetMemberInfoError::InfoTooBig => StatusCode::BAD_REQUEST,
        SetMemberInfoError::Busy => StatusCode::SERVICE_UNAVAILABLE,
    }
}

fn query_status(error: QueryError) -> StatusCode {
    match error {
        QueryError::UnknownApp => StatusCode::NOT_FOUND,
        QueryError::BadChannel => StatusCode::BAD_REQUEST,
        QueryError::Busy => StatusCode::SERVICE_UNAVAILABLE,
    }
}

const UNKNOWN_APP: &str = "There is no app with this id here. Check the app's id and the host";

const APP_DISABLED: &str = "This app is disabled: its setting enabled is false";

const PATH_NOT_TEXT: &str =
    "What the path names is not UTF-8. Percent-encode the UTF-8 bytes of the name, once";

const METHOD_NOT_ALLOWED: &str =
    "This path does not take this method; the header Allow names those that it takes";

const BODY_ENCODED: &str = "The body has a Content-Encoding. Send it as it is, without compression";

const NO_ROOM: &str = "Too many requests are under way; try again in a second";

const TOO_MANY_ANSWERS: &str = "This app has more large answers under way than it may have at \
    once: read them, and try again in a second";

const COUNTING_OFF: &str = "subscription_count is known only if the app's setting \
    subscription_counting is on; rollcall apps set turns it on";

const TOKEN_NEEDED: &str = "Send the token of the option metrics_token, as Authorization: Bearer";

const NOT_OF_THIS_MACHINE: &str = "Metrics are for this machine alone: ask over loopback, by \
    localhost or its address and through no proxy, or start the server with the option \
    metrics_token and send that as Authorization: Bearer";

const UPGRADE_NEEDED: &str = "This is the WebSocket endpoint for clients: connect to it with a \
    Pusher client library, for example new Pusher(key, { wsHost, wsPort, forceTLS: false, \
    cluster: '' })";

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(error: HttpError, header: &HeaderName) -> (u16, Option<String>) {
        let response = error.into_response();
        let value = response.headers().get(header).map(|value| value.to_str().unwrap().to_owned());
        (response.status().as_u16(), value)
    }

    #[test]
    fn a_status_says_in_a_header_what_to_do() {
        let table = [
            (HttpError::BodyTooSlow, 408, header::CONNECTION, "close"),
            (HttpError::BodyEncoded, 415, header::ACCEPT_ENCODING, "identity"),
            (HttpError::NoRoom, 503, header::RETRY_AFTER, "1"),
            (HttpError::TooManyAnswers, 429, header::RETRY_AFTER, "1"),
            (HttpError::NotPublished(PublishError::Busy), 503, header::RETRY_AFTER, "1"),
            (HttpError::NotQueried(QueryError::Busy), 503, header::RETRY_AFTER, "1"),
            (HttpError::NotUpdated(SetMemberInfoError::Busy), 503, header::RETRY_AFTER, "1"),
            (HttpError::TokenNeeded, 401, header::WWW_AUTHENTICATE, "Bearer"),
            (HttpError::UpgradeNeeded, 426, header::UPGRADE, "websocket"),
            (HttpError::OnlyGetUpgrades, 405, header::ALLOW, "GET"),
            (HttpError::BadUpgrade, 400, header::SEC_WEBSOCKET_VERSION, "13"),
            (HttpError::UnknownApp, 404, header::CONTENT_TYPE, "application/json"),
        ];
        for (error, status, name, value) in table {
            assert_eq!(answer(error, &name), (status, Some(value.to_owned())), "{name}");
        }
    }

    #[test]
    fn an_error_names_the_setting_or_the_limit_at_fault() {
        let table = [
            (HttpError::AppDisabled, 403, "enabled"),
            (HttpError::CountingOff, 400, "subscription_counting"),
            (HttpError::NotUpdated(SetMemberInfoError::UpdatesOff), 403, "member_updates"),
            (HttpError::NotOfThisMachine, 403, "metrics_token"),
            (HttpError::NotPublished(PublishError::OverMessageQuota), 403, "max_messages_per_day"),
            (HttpError::BodyTooBig { max: 4711 }, 413, "4711 bytes"),
            (HttpError::BodyTooSlow, 408, "10 seconds"),
            (
                HttpError::Refused(ApiError::BatchTooLong { max: 10 }),
                400,
                "10 events (limits.batch)",
            ),
            (HttpError::Refused(ApiError::InfoTooBig { max: 9 }), 400, "presence.max_info_bytes"),
        ];
        for (error, status, named) in table {
            assert_eq!(error.status().as_u16(), status);
            assert!(error.message().contains(named), "{}", error.message());
        }
    }
}
