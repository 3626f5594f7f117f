//! The routes: one file per resource, and two lists. What is in the open list answers everybody;
//! everything else below `/console/api` answers 401 to who is not signed in, unknown paths included.

mod act;
mod apps;
mod changes;
mod keys;
mod live;
mod look;
mod overview;
mod pages;
mod path;
mod restore;
mod session;
mod settings;
mod setup;
mod sign_in;
mod stats;
mod system;
mod webhooks;

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodFilter, any, get, on};
use rollcall_web::{CommonFailure, layers};

use crate::console::Console;
use crate::signed_in;

/// Everything that the console answers.
pub(crate) fn router(console: &Console) -> Router {
    let unknown = async || CommonFailure::NotFound;
    let guarded = guarded()
        .router
        .route(API, any(unknown))
        .route("/console/api/{*path}", any(unknown))
        .layer(from_fn_with_state(console.clone(), signed_in::require));
    Router::new()
        .route("/console", get(pages::page))
        .route("/console/", get(pages::page))
        .route("/console/{*path}", get(pages::page))
        .route("/console/pusher.min.js", get(pages::library))
        .merge(open().router)
        .merge(guarded)
        .method_not_allowed_fallback(async || CommonFailure::MethodNotAllowed)
        .layer(from_fn_with_state(console.clone(), layers::wrap::<Console>))
        .with_state(console.clone())
}

/// What answers everybody.
fn open() -> Routes {
    Routes::default()
        .on(Method::GET, "session", session::session)
        .on(Method::POST, "setup", setup::set_up)
        .on(Method::POST, "sign-in", sign_in::sign_in)
}

/// What answers only who is signed in.
pub(crate) fn guarded() -> Routes {
    Routes::default()
        .on(Method::POST, "sign-out", sign_in::sign_out)
        .on(Method::POST, "password", sign_in::change_password)
        .on(Method::GET, "apps", apps::list)
        .on(Method::POST, "apps", apps::create)
        .on(Method::GET, "apps/{id}", apps::show)
        .on(Method::POST, "apps/{id}/duplicate", apps::duplicate)
        .on(Method::DELETE, "apps/{id}", apps::delete)
        .on(Method::POST, "apps/{id}/keys", keys::add)
        .on(Method::POST, "apps/{id}/keys/{key}/reveal", keys::reveal)
        .on(Method::DELETE, "apps/{id}/keys/{key}", keys::remove)
        .on(Method::GET, "apps/{id}/settings", settings::list)
        .on(Method::PATCH, "apps/{id}/settings", settings::change)
        .on(Method::GET, "apps/{id}/changes", changes::list)
        .on(Method::POST, "changes/{n}/revert", changes::revert)
        .on(Method::GET, "apps/{id}/overview", overview::overview)
        .on(Method::GET, "apps/{id}/checklist", overview::checklist)
        .on(Method::GET, "apps/{id}/errors", overview::errors)
        .on(Method::GET, "apps/{id}/channels", look::channels)
        .on(Method::GET, "apps/{id}/channel", look::channel)
        .on(Method::GET, "apps/{id}/connections", look::connections)
        .on(Method::GET, "apps/{id}/connections/{socket}", look::connection)
        .on(Method::GET, "apps/{id}/presence", look::presence)
        .on(Method::POST, "apps/{id}/connections/{socket}/disconnect", act::disconnect)
        .on(Method::POST, "apps/{id}/users/{user}/terminate", act::terminate)
        .on(Method::POST, "apps/{id}/events", act::publish)
        .on(Method::GET, "apps/{id}/stats", stats::stats)
        .on(Method::GET, "apps/{id}/webhooks", webhooks::list)
        .on(Method::POST, "apps/{id}/webhooks/test", webhooks::test)
        .on(Method::POST, "apps/{id}/webhooks/resend", webhooks::resend_all)
        .on(Method::POST, "webhooks/{delivery}/resend", webhooks::resend_one)
        .on(Method::GET, "errors", overview::errors_of_no_app)
        .on(Method::POST, "live/auth", live::authorize)
        .on(Method::GET, "system", system::system)
        .on(Method::POST, "system/drain", system::drain)
        .on(Method::POST, "system/backup", system::backup)
        .on(Method::POST, "system/restore", restore::stage)
        .on(Method::DELETE, "system/restore", restore::discard)
}

/// Routes, and the list of what they are.
#[derive(Default)]
pub(crate) struct Routes {
    router: Router<Console>,
    listed: Vec<(Method, String)>,
}

impl Routes {
    /// Adds one; `path` is below `/console/api`.
    fn on<H, T>(mut self, method: Method, path: &str, handler: H) -> Self
    where
        H: Handler<T, Console>,
        T: 'static,
    {
        let path = format!("{API}/{path}");
        let filter = MethodFilter::try_from(method.clone()).expect("a method of the contract");
        self.router = self.router.route(&path, on(filter, handler));
        self.listed.push((method, path));
        self
    }

    /// What was added.
    pub(crate) fn listed(self) -> Vec<(Method, String)> {
        self.listed
    }
}

const API: &str = "/console/api";
