//! The back end of the 2018 status tutorial, with axum and `rollcall-server`: who registers with a
//! name and a status appears on everybody's page. It forgets everybody when it ends.
//!
//! `cargo run -p rollcall-server --example tutorial -- DIR` serves the pages in DIR on port
//! PORT, or 8080, for the app that APP_ID, APP_KEY, APP_SECRET and ROLLCALL_URL name.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::{env, error::Error, path::PathBuf};

use axum::extract::{Form, Request, State};
use axum::http::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Json, Router, routing::get, routing::post};
use rollcall_server::{ChannelAuth, Client, Member};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Clone)]
struct Site {
    rollcall: Client,
    pages: PathBuf,
    /// Who is behind which cookie.
    people: Arc<Mutex<HashMap<String, Person>>>,
}

#[derive(Clone, Deserialize)]
struct Person {
    username: String,
    status: String,
}

/// What pusher-js asks when it subscribes to a channel.
#[derive(Deserialize)]
struct Subscription {
    socket_id: String,
    channel_name: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let [id, key, secret, url] = ["APP_ID", "APP_KEY", "APP_SECRET", "ROLLCALL_URL"]
        .map(|name| env::var(name).map_err(|_| format!("set the variable {name}")));
    let rollcall = Client::builder(&id?, &key?, &secret?).url(url?).build()?;
    let pages = env::args().nth(1).ok_or("name the directory with the pages")?.into();
    let routes = Router::new()
        .route("/register", post(register))
        .route("/isLoggedIn", get(is_logged_in))
        .route("/usersystem/auth", post(authorize))
        .route("/logout", get(log_out))
        .fallback(page)
        .with_state(Site { rollcall, pages, people: Arc::default() });
    let port = env::var("PORT").unwrap_or("8080".into());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, routes).await?)
}

async fn register(State(site): State<Site>, Json(person): Json<Person>) -> Response {
    let mut people = site.people();
    let taken = people.values().any(|known| known.username == person.username);
    if taken || person.username.is_empty() || people.len() >= 10_000 {
        return Json(json!({ "success": false, "error": true })).into_response();
    }
    let mut cookie = [0; 16];
    getrandom::fill(&mut cookie).expect("the system has random bytes");
    let cookie = format!("{:032x}", u128::from_le_bytes(cookie));
    people.insert(cookie.clone(), person);
    let cookie = format!("person={cookie}; Path=/; HttpOnly; SameSite=Lax");
    ([(SET_COOKIE, cookie)], Json(json!({ "success": true, "error": false }))).into_response()
}

async fn is_logged_in(State(site): State<Site>, headers: HeaderMap) -> Json<Value> {
    Json(json!({ "authenticated": site.person(&headers).is_some() }))
}

async fn authorize(
    State(site): State<Site>,
    headers: HeaderMap,
    Form(asked): Form<Subscription>,
) -> Result<Json<ChannelAuth>, StatusCode> {
    let person = site.person(&headers).ok_or(StatusCode::FORBIDDEN)?;
    let member = Member::new(person.username).with_info(json!({ "status": person.status }));
    let auth = site.rollcall.authorize_member(&asked.socket_id, &asked.channel_name, &member);
    auth.map(Json).map_err(|_| StatusCode::BAD_REQUEST)
}

async fn log_out(State(site): State<Site>, headers: HeaderMap) -> Redirect {
    site.people().remove(cookie(&headers));
    Redirect::to("/")
}

async fn page(State(site): State<Site>, request: Request) -> Result<Response, StatusCode> {
    let (name, kind) = match request.uri().path() {
        "/" => ("index.html", "text/html"),
        "/page.css" => ("page.css", "text/css"),
        "/page.js" => ("page.js", "text/javascript"),
        "/pusher.js" => ("pusher.js", "text/javascript"),
        _ => return Err(StatusCode::NOT_FOUND),
    };
    let file = tokio::fs::read(site.pages.join(name)).await.map_err(|_| StatusCode::NOT_FOUND)?;
    Ok(([(CONTENT_TYPE, kind)], file).into_response())
}

impl Site {
    fn people(&self) -> MutexGuard<'_, HashMap<String, Person>> {
        self.people.lock().expect("nobody panics while holding it")
    }

    fn person(&self, headers: &HeaderMap) -> Option<Person> {
        self.people().get(cookie(headers)).cloned()
    }
}

fn cookie(headers: &HeaderMap) -> &str {
    let all = headers.get(COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    all.split("; ").find_map(|each| each.strip_prefix("person=")).unwrap_or_default()
}
