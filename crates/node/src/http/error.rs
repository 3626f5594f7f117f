//! The one error type of the HTTP API: a status, and a sentence in a JSON object.
//!
//! SDKs show the body as it is, and one of them parses any body as JSON; an object suits them all
//! (docs/protocol.md 6.7).

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rollcall_wire::api::ApiError;
use rollcall_wire::auth::RequestAuthError;
use serde_json::json;

use crate::handle::{PublishError, SetMemberInfoError};

/// Why a request is not acted on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum HttpError {
    /// No app has this id.
    UnknownApp,
    /// The API has no such path.
    UnknownPath,
    /// The path is there, the method is not.
    MethodNotAllowed,
    /// The request is not signed as it has to be.
    Unauthenticated(RequestAuthError),
    /// The app is suspended.
    AppDisabled,
    /// The body is larger than any legal one.
    BodyTooBig,
    /// The body did not arrive in time.
    BodyTooSlow,
    /// The body could not be read to its end.
    BodyBroken,
    /// So many bodies are under way that there is no room for this one.
    NoRoom,
    /// The body says something that cannot be done.
    Refused(ApiError),
    /// The answer should tell what this version does not count.
    InfoNotSupported,
    /// The event cannot be published.
    NotPublished(PublishError),
    /// The member's info cannot be replaced.
    NotUpdated(SetMemberInfoError),
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
            Self::AppDisabled => StatusCode::FORBIDDEN,
            Self::BodyTooBig => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyTooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::NoRoom => StatusCode::SERVICE_UNAVAILABLE,
            Self::BodyBroken | Self::InfoNotSupported | Self::BadUpgrade => StatusCode::BAD_REQUEST,
            Self::Refused(error) => numbered(error.status()),
            Self::NotPublished(error) => publish_status(*error),
            Self::NotUpdated(error) => update_status(*error),
            Self::UpgradeNeeded => StatusCode::UPGRADE_REQUIRED,
        }
    }

    fn message(&self) -> String {
        match self {
            Self::UnknownApp => "There is no app with this id".to_owned(),
            Self::UnknownPath => "There is nothing at this path".to_owned(),
            Self::MethodNotAllowed => "This path does not take this method".to_owned(),
            Self::Unauthenticated(error) => error.to_string(),
            Self::AppDisabled => "This app is disabled".to_owned(),
            Self::BodyTooBig => "The body is too large".to_owned(),
            Self::BodyTooSlow => "The body did not arrive in time".to_owned(),
            Self::NoRoom => "Too many requests are under way".to_owned(),
            Self::BodyBroken => "The body could not be read".to_owned(),
            Self::Refused(error) => error.to_string(),
            Self::InfoNotSupported => "This version does not answer info yet".to_owned(),
            Self::NotPublished(error) => error.to_string(),
            Self::NotUpdated(error) => error.to_string(),
            Self::UpgradeNeeded => UPGRADE_NEEDED.to_owned(),
            Self::OnlyGetUpgrades => "Only GET becomes a WebSocket".to_owned(),
            Self::BadUpgrade => "This is not a WebSocket handshake of version 13".to_owned(),
        }
    }
}

impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        let status = self.status();
        let mut response = (status, Json(json!({ "error": self.message() }))).into_response();
        let header = match status {
            StatusCode::SERVICE_UNAVAILABLE => (header::RETRY_AFTER, "1"),
            StatusCode::UPGRADE_REQUIRED => (header::UPGRADE, "websocket"),
            StatusCode::METHOD_NOT_ALLOWED if self == Self::OnlyGetUpgrades => {
                (header::ALLOW, "GET")
            }
            StatusCode::BAD_REQUEST if self == Self::BadUpgrade => {
                (header::SEC_WEBSOCKET_VERSION, "13")
            }
            _ => return response,
        };
        response.headers_mut().insert(header.0, HeaderValue::from_static(header.1));
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
        PublishError::Busy => StatusCode::SERVICE_UNAVAILABLE,
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

const UPGRADE_NEEDED: &str = "This is the WebSocket endpoint for clients: connect to it with a \
    Pusher client library, for example new Pusher(key, { wsHost, wsPort, forceTLS: false, \
    cluster: '' })";
