//! `GET system`: the program itself (docs/console.md 2.7).

use std::path::Path;

use axum::extract::State;
use axum::response::IntoResponse;
use rollcall_node::config::{Config, Place, SERVER, Setting};
use rollcall_store::Store;
use rollcall_web::json;
use serde::Serialize;
use serde_json::json as object;

use crate::console::{Console, Licence};
use crate::failure::Failure;

/// What it is, how it was started, and what it says of itself.
pub(crate) async fn system(State(console): State<Console>) -> Result<impl IntoResponse, Failure> {
    let settings = &console.0.settings;
    let config = &settings.config;
    let options: Vec<_> = SERVER.iter().map(|setting| OptionBody::new(setting, config)).collect();
    let licences: Vec<_> = settings.licences.iter().map(LicenceBody::from).collect();
    let body = object!({
        "version": settings.version,
        "started_at": console.0.started_at,
        "data_directory": absolute(&config.data),
        "database_bytes": database_bytes(&config.data).await,
        "options": options,
        "log": settings.log.lines(),
        "licences": licences,
        "draining": console.0.node.is_draining(),
    });
    Ok(json(body.to_string()))
}

/// An option of the program, and where its value comes from. A secret is not told.
#[derive(Serialize)]
struct OptionBody<'a> {
    key: &'static str,
    value: &'a str,
    source: &'static str,
    place: Option<String>,
}

impl<'a> OptionBody<'a> {
    fn new(setting: &Setting<Config>, config: &'a Config) -> Self {
        let place = config.places.get(setting.key);
        Self {
            key: setting.key,
            value: config.values.get(setting.key).map_or(setting.default.as_str(), String::as_str),
            source: match place {
                Some(Place::Flag(_)) => "flag",
                Some(Place::Variable(_)) => "variable",
                Some(_) => "file",
                None => "default",
            },
            place: place.map(ToString::to_string),
        }
    }
}

#[derive(Serialize)]
struct LicenceBody {
    name: &'static str,
    version: &'static str,
    licence: &'static str,
}

impl From<&Licence> for LicenceBody {
    fn from(&Licence { name, version, licence }: &Licence) -> Self {
        Self { name, version, licence }
    }
}

/// The directory, which may have been named relative to where the program was started.
fn absolute(directory: &Path) -> String {
    std::path::absolute(directory).unwrap_or_else(|_| directory.to_owned()).display().to_string()
}

/// The database and its log; nothing for what cannot be looked at.
async fn database_bytes(directory: &Path) -> u64 {
    let mut bytes = 0;
    for file in Store::files(directory) {
        bytes += tokio::fs::metadata(file).await.map_or(0, |metadata| metadata.len());
    }
    bytes
}
