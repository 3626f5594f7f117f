//! Signing out: `POST /logout` for pages, `GET /logout` for the tutorial's link, everywhere at
//! once, and forgetting the device (docs/status.md section 0 "`GET /logout`", S8, S12).

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use rollcall_store::SignedIn;
use rollcall_web::{Asker, CommonFailure, Cookie, Fields, json};

use super::session::SUCCESS;
use crate::app::StatusApp;
use crate::cookies;
use crate::failure::Failure;
use crate::navigation;

/// A page asks. Being signed out already is success as well. With `forget` the device key goes
/// too, and the browser can no longer sign in to its names.
pub(crate) async fn sign_out(
    State(app): State<StatusApp>,
    asker: Asker,
    request: Request,
) -> Result<Response, Failure> {
    let forget = wants_to_be_forgotten(request).await?;
    if let Some(signed_in) = app.signed_in(&asker).await? {
        end(&app, &signed_in).await?;
    }
    let mut response = match wants_html(&asker.headers) {
        true => redirect_home(&app, StatusCode::SEE_OTHER),
        false => json(SUCCESS.to_owned()).into_response(),
    };
    clear(&asker, &mut response, &cookies::SESSION);
    if forget {
        delete_device_key(&app, &asker, &mut response).await?;
    }
    Ok(response)
}

/// Somebody followed a link. If it was not one of ours it asks first, by a page with a button.
pub(crate) async fn follow_link(
    State(app): State<StatusApp>,
    asker: Asker,
) -> Result<Response, Failure> {
    let Some(signed_in) = app.signed_in(&asker).await? else {
        return Ok(redirect_home(&app, StatusCode::FOUND));
    };
    if !navigation::is_own_navigation(&asker.headers, asker.own.as_ref()) {
        return Ok(Html(confirmation(&app, &asker.headers)).into_response());
    }
    end(&app, &signed_in).await?;
    let mut response = redirect_home(&app, StatusCode::FOUND);
    clear(&asker, &mut response, &cookies::SESSION);
    Ok(response)
}

/// Ends every session of the account, that of the request too. Their device keys stay: a name has
/// no other proof, so without them its owner could not come back either.
pub(crate) async fn sign_out_everywhere(
    State(app): State<StatusApp>,
    asker: Asker,
) -> Result<Response, Failure> {
    let account = app.require_signed_in(&asker).await?.account.id;
    app.0.store.end_sessions_of(account).await?;
    let sessions = app.sockets().take_account(account);
    for of_session in sessions {
        app.close_sockets(of_session);
    }
    let mut response = json(SUCCESS.to_owned()).into_response();
    clear(&asker, &mut response, &cookies::SESSION);
    Ok(response)
}

/// Takes the browser's device key away: it signs in to no name any more. The session goes on, and
/// a browser without a key has nothing to lose.
pub(crate) async fn forget_device(
    State(app): State<StatusApp>,
    asker: Asker,
) -> Result<Response, Failure> {
    let mut response = json(SUCCESS.to_owned()).into_response();
    delete_device_key(&app, &asker, &mut response).await?;
    Ok(response)
}

/// Ends the session first: a socket that is being authorized meanwhile is then refused.
async fn end(app: &StatusApp, signed_in: &SignedIn) -> Result<(), Failure> {
    app.0.store.end_session(signed_in.session).await?;
    let sockets = app.sockets().take(signed_in.session);
    if let Some(of_session) = sockets {
        app.close_sockets(of_session);
    }
    Ok(())
}

/// A body is optional, and signing out is never refused for its form.
async fn wants_to_be_forgotten(request: Request) -> Result<bool, Failure> {
    match Fields::read(request).await {
        Ok(fields) => Ok(fields.switch("forget")?),
        Err(CommonFailure::BodyTooLarge) => Err(CommonFailure::BodyTooLarge.into()),
        Err(_) => Ok(false),
    }
}

async fn delete_device_key(
    app: &StatusApp,
    asker: &Asker,
    response: &mut Response,
) -> Result<(), Failure> {
    if let Some(key) = asker.token(&cookies::DEVICE_KEY) {
        app.0.store.forget_device(&key.hash()).await?;
    }
    clear(asker, response, &cookies::DEVICE_KEY);
    Ok(())
}

/// A form that was sent by a browser wants a page, a script wants JSON.
fn wants_html(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

fn redirect_home(app: &StatusApp, status: StatusCode) -> Response {
    (status, [(header::LOCATION, app.path("/"))]).into_response()
}

fn clear(asker: &Asker, response: &mut Response, cookie: &Cookie) {
    response.headers_mut().append(header::SET_COOKIE, cookie.clear(asker.scheme));
}

/// The page with the button, in French for who asks for it first, else in English.
fn confirmation(app: &StatusApp, headers: &HeaderMap) -> String {
    let (logout, home) = (app.path("/logout"), app.path("/"));
    let languages = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let (lang, title, button, stay) = match languages {
        Some(languages) if languages.to_ascii_lowercase().starts_with("fr") => {
            ("fr", "Se déconnecter ?", "Se déconnecter", "Rester connecté")
        }
        _ => ("en", "Sign out?", "Sign out", "Stay signed in"),
    };
    format!(
        "<!doctype html>\n<html lang=\"{lang}\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
         <main>\n<h1>{title}</h1>\n<form method=\"post\" action=\"{logout}\">\
         <button>{button}</button></form>\n<p><a href=\"{home}\">{stay}</a></p>\n</main>\n</html>\n"
    )
}
