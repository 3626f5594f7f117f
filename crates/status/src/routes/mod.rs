//! The routes: the tutorial's four, the page's own below `/api/`, and the pages.

mod authorize;
mod logout;
mod pages;
mod register;
mod session;
mod status;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post, put};
use rollcall_web::{CommonFailure, layers};

use crate::app::StatusApp;

impl StatusApp {
    /// All that the status app answers, with its guard and its headers.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/register", post(register::register))
            .route("/isLoggedIn", get(session::is_logged_in))
            .route("/usersystem/auth", post(authorize::authorize))
            .route("/logout", get(logout::follow_link).post(logout::sign_out))
            .route("/api/session", get(session::session))
            .route("/api/me/status", put(status::save))
            .route("/api/me/sign-out-everywhere", post(logout::sign_out_everywhere))
            .route("/api/device/forget", post(logout::forget_device))
            .route("/", get(pages::front))
            .route("/rollcall", get(pages::to_built_in))
            .route("/rollcall/", get(pages::built_in))
            .route("/assets/{*path}", get(pages::asset))
            .fallback(pages::other)
            .method_not_allowed_fallback(async || CommonFailure::MethodNotAllowed)
            .layer(from_fn_with_state(self.clone(), layers::wrap::<Self>))
            .with_state(self.clone())
    }
}
