//! Who is signed in: found out before any route that is not open, so that none can forget it.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use rollcall_store::{OperatorSession, SignedInAs};
use rollcall_web::guard::{self, Verdict};
use rollcall_web::{Asker, CommonFailure, HasSite};

use crate::console::Console;
use crate::failure::Failure;
use crate::operator_name::COMMAND_LINE;
use crate::record::By;

/// Somebody who may do everything here.
#[derive(Clone, Debug)]
pub(crate) struct SignedIn {
    pub(crate) session: OperatorSession,
    /// Where the request comes from.
    pub(crate) address: String,
}

impl SignedIn {
    /// Who acts, for the record.
    pub(crate) fn by(&self) -> By<'_> {
        let actor = match &self.session.who {
            SignedInAs::Operator(_, name) => name,
            SignedInAs::Program => COMMAND_LINE,
        };
        By { actor, address: Some(&self.address) }
    }
}

/// Answers 401 to whoever is not signed in and 403 to another site, whatever is asked for.
pub(crate) async fn require(
    State(console): State<Console>,
    mut request: Request,
    next: Next,
) -> Result<Response, Failure> {
    let asker = Asker::of(console.site(), request.headers(), request.extensions());
    if guard::judge_reading(request.headers(), asker.own.as_ref()) != Verdict::Allowed {
        return Err(CommonFailure::CrossSite.into());
    }
    let session = console.session(&asker).await?.ok_or(CommonFailure::NotSignedIn)?;
    let address = asker.address.to_string();
    request.extensions_mut().insert(SignedIn { session, address });
    Ok(next.run(request).await)
}

/// A route outside of [`require`] that asks for this answers nobody.
impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = CommonFailure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, CommonFailure> {
        parts.extensions.get().cloned().ok_or(CommonFailure::NotSignedIn)
    }
}
