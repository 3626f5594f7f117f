//! Signing in and out, and changing the password.

use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use rollcall_store::{Browsing, Operator, SignedInAs};
use rollcall_web::limits::Place;
use rollcall_web::{Asker, CommonFailure, Fields, HasSite, Token, json};

use super::setup::signed_in;
use crate::console::{Console, SESSION};
use crate::failure::{EntryFailure, Failure};
use crate::operator_name;
use crate::passwords::{Password, Turn};
use crate::signed_in::SignedIn;

/// Takes `name` and `password`. A session that the browser had ends.
pub(crate) async fn sign_in(
    State(console): State<Console>,
    request: Request,
) -> Result<Response, Failure> {
    let asker = Asker::of(console.site(), request.headers(), request.extensions());
    let fields = Fields::read_json(request).await?;
    let name =
        operator_name::parse(fields.text("name")?).map_err(|_| EntryFailure::WrongPassword)?;
    let password = Password::claimed("password", fields.text("password")?)?;
    let turn = console.0.hasher.turn().await?;
    let operator = console.0.store.operator().await?.filter(|operator| operator.name == name);
    verify(&console, &turn, (asker.place, name), password, operator.as_ref()).await?;
    let operator = operator.ok_or(EntryFailure::WrongPassword)?;
    let token = Token::random()?;
    let browsing =
        Browsing { new: token.hash(), old: Console::token(&asker).as_ref().map(Token::hash) };
    console.0.store.open_operator_session(operator.id, browsing, console.now()).await?;
    console.close_ended().await;
    Ok(signed_in(&console, &asker, &operator.name, &token))
}

/// Ends the session of the request.
pub(crate) async fn sign_out(
    State(console): State<Console>,
    asker: Asker,
) -> Result<Response, Failure> {
    for token in [asker.bearer(), Console::token(&asker)].into_iter().flatten() {
        console.0.store.end_operator_session(&token.hash()).await?;
    }
    console.close_ended().await;
    let mut response = json(SUCCESS.to_owned()).into_response();
    response.headers_mut().append(header::SET_COOKIE, SESSION.clear(asker.scheme));
    Ok(response)
}

/// Takes `current` and `new`; ends the operator's other sessions.
pub(crate) async fn change_password(
    State(console): State<Console>,
    signed_in: SignedIn,
    request: Request,
) -> Result<impl IntoResponse, Failure> {
    let asker = Asker::of(console.site(), request.headers(), request.extensions());
    let fields = Fields::read_json(request).await?;
    let current = Password::claimed("current", fields.text("current")?)?;
    let new = Password::parse(fields.text("new")?).map_err(|failure| failure.in_field("new"))?;
    let operator = operator_of(&console, &signed_in).await?;
    let turn = console.0.hasher.turn().await?;
    let key = (asker.place, operator.name.clone());
    verify(&console, &turn, key, current, Some(&operator)).await?;
    let hash = turn.hash(new).await?;
    let (store, keep) = (&console.0.store, signed_in.session.id);
    store.change_password(&operator, &hash, keep, &signed_in.address, console.now()).await?;
    console.close_ended().await;
    Ok(json(SUCCESS.to_owned()))
}

/// Compares, unless there were too many failures, and notes one. Without an operator it takes as
/// long and fails.
async fn verify(
    console: &Console,
    turn: &Turn<'_>,
    key: (Place, String),
    password: Password,
    operator: Option<&Operator>,
) -> Result<(), Failure> {
    console.limits().sign_ins.check(console.now(), &key)?;
    let hash = operator.map(|operator| operator.password_hash.clone());
    if turn.verify(password, hash).await? {
        return Ok(());
    }
    console.limits().sign_ins.fail(console.now(), &key)?;
    Err(EntryFailure::WrongPassword.into())
}

/// The operator whose session it is; a program has no password.
async fn operator_of(console: &Console, signed_in: &SignedIn) -> Result<Operator, Failure> {
    let SignedInAs::Operator(id, _) = &signed_in.session.who else {
        return Err(EntryFailure::WrongPassword.into());
    };
    let operator = console.0.store.operator().await?.filter(|operator| operator.id == *id);
    operator.ok_or(CommonFailure::NotSignedIn.into())
}

/// All that there is to say.
pub(super) const SUCCESS: &str = r#"{"success":true,"error":false}"#;
