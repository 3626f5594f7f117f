//! `POST setup`: whoever has the code of the server's terminal becomes the operator, or gives the
//! operator a new password.

use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use rollcall_store::{SetUp, SetUpError, TokenHash};
use rollcall_web::{Asker, Fields, HasSite, Token, json};

use super::session;
use crate::codes::Code;
use crate::console::{Console, SESSION};
use crate::failure::{EntryFailure, Failure};
use crate::operator_name;
use crate::passwords::Password;

/// Takes `code`, `name` and `password`.
pub(crate) async fn set_up(
    State(console): State<Console>,
    request: Request,
) -> Result<Response, Failure> {
    let asker = Asker::of(console.site(), request.headers(), request.extensions());
    console.limits().set_ups.take(console.now(), &asker.place)?;
    let fields = Fields::read_json(request).await?;
    // The code first: who has none is told nothing else, and costs no hash.
    let code = code_in_force(&console, fields.text("code")?).await?;
    let name = operator_name::parse(fields.text("name")?);
    let name = name.map_err(|problem| Failure::of_field("name", problem))?;
    let password = Password::parse(fields.text("password")?)?;
    let password_hash = console.0.hasher.turn().await?.hash(password).await?;
    let token = Token::random()?;
    let (session, address) = (token.hash(), asker.address.to_string());
    let set_up = SetUp { code, name, password_hash, session, address };
    console.0.store.set_up(&set_up, console.now()).await?;
    console.close_ended().await;
    tracing::info!("the console has a new operator or password");
    Ok(signed_in(&console, &asker, &set_up.name, &token))
}

/// The answer that opens a session.
pub(super) fn signed_in(console: &Console, asker: &Asker, name: &str, token: &Token) -> Response {
    let mut response = json(session::signed_in(console, asker, name).to_string()).into_response();
    response.headers_mut().append(header::SET_COOKIE, SESSION.set(asker.scheme, token));
    response
}

async fn code_in_force(console: &Console, text: &str) -> Result<TokenHash, Failure> {
    let code = Code::parse(text).ok_or(EntryFailure::WrongCode)?.hash();
    match console.0.store.is_code(&code, console.now()).await? {
        true => Ok(code),
        false => Err(EntryFailure::WrongCode.into()),
    }
}

impl From<SetUpError> for Failure {
    fn from(error: SetUpError) -> Self {
        match error {
            SetUpError::WrongCode => EntryFailure::WrongCode.into(),
            SetUpError::Store(error) => error.into(),
        }
    }
}
