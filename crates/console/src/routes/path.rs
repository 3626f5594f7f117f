//! The parts of a path, with the failure body that the rest of the API has for one that makes no
//! sense.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use rollcall_web::CommonFailure;
use serde::de::DeserializeOwned;

/// The parts of a path. What is no such path is none of ours.
pub(crate) struct InPath<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for InPath<T> {
    type Rejection = CommonFailure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, CommonFailure> {
        let path = axum::extract::Path::from_request_parts(parts, state).await;
        path.map(|axum::extract::Path(parts)| Self(parts)).map_err(|_| CommonFailure::NotFound)
    }
}
