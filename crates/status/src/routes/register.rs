//! `POST /register`: sign up, or in again (docs/status.md section 0, S1, S9, S10, S13).

use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use rollcall_store::{DeviceKey, Ground, OnOtherSession, Registered, Registration, StatusRow};
use rollcall_web::limits::Place;
use rollcall_web::{Asker, Fields, HasSite, Scheme, Token, json};

use super::session::SUCCESS;
use crate::app::StatusApp;
use crate::cookies;
use crate::failure::Failure;
use crate::name::{self, UserName};
use crate::text::StatusText;

/// Takes `username`, `status` and `confirm`, as JSON or form.
pub(crate) async fn register(
    State(app): State<StatusApp>,
    request: Request,
) -> Result<Response, Failure> {
    let asker = Asker::of(app.site(), request.headers(), request.extensions());
    let (browser, place) = (Browser::of(&asker), asker.place);
    let form = Form::parse(&Fields::read(request).await?)?;
    if browser.is_stranger() {
        let checked = app.registrations().check_stranger(app.now(), place);
        checked.map_err(|limited| app.limited(limited))?;
    }
    let fresh = Fresh::random()?;
    let wish = registration(form, &browser, &fresh);
    let registered = claim(&app, &wish, place).await?;
    settle(&app, &registered).await;
    Ok(answer(&browser, &fresh, &registered))
}

/// Registers, unless there were too many from there.
async fn claim(app: &StatusApp, wish: &Registration, place: Place) -> Result<Registered, Failure> {
    let claimed = app.0.store.claim(wish, app.now()).await?;
    let ground = claimed.ground();
    let taken = app.registrations().take(app.now(), ground, place, name_to_count(wish, ground));
    taken.map_err(|limited| app.limited(limited))?;
    let registered = claimed.register().await?;
    match ground {
        Ground::Own => app.0.counters.sign_ins.add_one(),
        Ground::Free | Ground::Taken => app.0.counters.sign_ups.add_one(),
    }
    Ok(registered)
}

/// A name of the browser's own is counted under a key that all its spellings share; one of
/// somebody else's as it is written, since whoever looks for a free name tries several.
fn name_to_count(wish: &Registration, ground: Ground) -> &str {
    match (ground, wish.name_keys.first()) {
        (Ground::Own, Some(key)) => key,
        _ => &wish.name,
    }
}

struct Form {
    name: UserName,
    status: Option<StatusText>,
    on_other_session: OnOtherSession,
}

impl Form {
    fn parse(fields: &Fields) -> Result<Self, Failure> {
        let name = UserName::parse(fields.text("username")?);
        let status = fields.optional_text("status")?.map(StatusText::parse).transpose();
        let on_other_session = match fields.switch("confirm")? {
            true => OnOtherSession::Replace,
            false => OnOtherSession::Refuse,
        };
        Ok(Self {
            name: name.map_err(|error| Failure::of_field("username", error))?,
            status: status.map_err(|error| Failure::of_field("status", error))?,
            on_other_session,
        })
    }
}

/// What the browser has already.
struct Browser {
    scheme: Scheme,
    session: Option<Token>,
    device_key: Option<Token>,
}

impl Browser {
    fn of(asker: &Asker) -> Self {
        Self {
            scheme: asker.scheme,
            session: asker.token(&cookies::SESSION),
            device_key: asker.token(&cookies::DEVICE_KEY),
        }
    }
}

impl Browser {
    /// Whether no name can be its own.
    fn is_stranger(&self) -> bool {
        self.session.is_none() && self.device_key.is_none()
    }
}

/// What the browser may get.
struct Fresh {
    session: Token,
    device_key: Token,
}

impl Fresh {
    fn random() -> Result<Self, Failure> {
        Ok(Self { session: Token::random()?, device_key: Token::random()? })
    }
}

fn registration(form: Form, browser: &Browser, fresh: &Fresh) -> Registration {
    Registration {
        name: form.name.as_str().to_owned(),
        name_keys: name::keys(form.name.as_str()),
        status: form.status.map(StatusText::into_string),
        session: browser.session.as_ref().map(Token::hash),
        device_key: browser.device_key.as_ref().map(Token::hash),
        new_session: fresh.session.hash(),
        new_device_key: fresh.device_key.hash(),
        on_other_session: form.on_other_session,
    }
}

/// Lets the channel know, and ends the sockets of sessions that have ended.
async fn settle(app: &StatusApp, registered: &Registered) {
    if let Some(old) = registered.continued {
        app.sockets().continue_as(old, registered.session);
        app.auths().continue_as(&old, registered.session);
    }
    let ended = registered.ended.and_then(|session| app.sockets().take(session));
    let evicted =
        registered.evicted.iter().flat_map(|&account| app.sockets().take_account(account));
    for of_session in evicted.chain(ended) {
        app.close_sockets(of_session);
    }
    let account = &registered.account;
    app.memory().handle_newer_write(&account.name);
    app.announce(&account.name, &StatusRow::from(account)).await;
}

fn answer(browser: &Browser, fresh: &Fresh, registered: &Registered) -> Response {
    let key = match (registered.device_key, &browser.device_key) {
        (DeviceKey::Renewed, Some(key)) => key,
        _ => &fresh.device_key,
    };
    let mut response = json(SUCCESS.to_owned()).into_response();
    let headers = response.headers_mut();
    headers.append(header::SET_COOKIE, cookies::SESSION.set(browser.scheme, &fresh.session));
    headers.append(header::SET_COOKIE, cookies::DEVICE_KEY.set(browser.scheme, key));
    response
}
