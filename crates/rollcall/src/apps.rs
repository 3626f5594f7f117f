//! `rollcall apps`: what there is, from the same database and file that the server would use.
//!
//! It reads beside a running server, and creates nothing: where there is no database, there are the
//! apps of the file alone.

use std::io::{self, Write};

use rollcall_engine::App;
use rollcall_node::config::Config;
use rollcall_store::Store;
use rollcall_wire::auth::Key;
use serde_json::{Value, json};

use crate::catalogue::{Catalogue, Entry};
use crate::cli::{Format, Secrets};
use crate::failure::Failure;

/// Prints all apps.
pub(crate) async fn list(config: &Config, format: Format) -> Result<(), Failure> {
    let catalogue = read(config).await?;
    print(&match format {
        Format::Table => table(catalogue.entries()),
        Format::Json => format!("{:#}\n", catalogue.entries().iter().map(json).collect::<Value>()),
    });
    Ok(())
}

/// Prints one app.
pub(crate) async fn show(
    config: &Config,
    id: &str,
    secrets: Secrets,
    format: Format,
) -> Result<(), Failure> {
    let catalogue = read(config).await?;
    let entry = catalogue.named(id)?;
    print(&match format {
        Format::Table => details(entry, secrets),
        Format::Json => format!("{:#}\n", json_details(entry, secrets)),
    });
    Ok(())
}

/// The app, for programs.
pub(crate) fn json_details(entry: &Entry, secrets: Secrets) -> Value {
    let key = |key: &Key| match secrets {
        Secrets::Shown => json!({ "key": key.key, "secret": key.secret }),
        Secrets::Hidden => json!({ "key": key.key }),
    };
    let mut json = json(entry);
    json["keys"] = entry.app.keys.iter().map(key).collect();
    json
}

/// All apps there are.
pub(crate) async fn read(config: &Config) -> Result<Catalogue, Failure> {
    if !Store::exists(&config.data)? {
        return match config.apps.as_slice() {
            [] => Err(Failure::NoDatabase(config.data.clone())),
            _ => Catalogue::new(config, &[]),
        };
    }
    Catalogue::new(config, &Store::peek(&config.data).await?)
}

fn table(entries: &[Entry]) -> String {
    let header = ["ID", "NAME", "KEY", "FROM", "SETTINGS"].map(str::to_owned);
    let rows = entries.iter().map(|Entry { app, source, settings }| {
        let keys: Vec<&str> = app.keys.iter().map(|key| key.key.as_str()).collect();
        let settings: Vec<_> = settings.iter().map(|(key, to)| format!("{key}={to}")).collect();
        let [keys, settings] = [keys.join(" "), settings.join(" ")];
        [app.id.to_string(), app.name.clone(), keys, source.as_str().to_owned(), settings]
    });
    let rows: Vec<_> = [header].into_iter().chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths = [0, 1, 2, 3].map(|column| width(column).unwrap_or_default());
    let line = |[id, name, keys, source, settings]: &[String; 5]| {
        let [first, second, third, fourth] = widths;
        let line =
            format!("{id:first$}  {name:second$}  {keys:third$}  {source:fourth$}  {settings}");
        format!("{}\n", line.trim_end())
    };
    rows.iter().map(line).collect()
}

fn json(Entry { app, source, settings }: &Entry) -> Value {
    let keys: Vec<&str> = app.keys.iter().map(|key| key.key.as_str()).collect();
    json!({
        "id": app.id.as_str(),
        "name": app.name,
        "keys": keys,
        "enabled": app.enabled,
        "source": source.as_str(),
        "settings": settings,
    })
}

/// An app, for people: what can be set differs from the default where it is listed.
fn details(Entry { app, source, settings }: &Entry, secrets: Secrets) -> String {
    let mut lines = vec![
        ("id", app.id.to_string()),
        ("name", app.name.clone()),
        ("from", source.to_string()),
        ("enabled", yes_or_no(app.enabled)),
    ];
    lines.extend(key_lines(app, secrets));
    let labels = ["settings"].into_iter().chain(std::iter::repeat(""));
    lines.extend(labels.zip(settings.iter().map(|(key, to)| format!("{key} = {to}"))));
    lines.iter().map(|(label, value)| format!("{label:10}{value}\n")).collect()
}

fn key_lines(app: &App, secrets: Secrets) -> impl Iterator<Item = (&'static str, String)> {
    app.keys.iter().flat_map(move |key| {
        let secret = match secrets {
            Secrets::Shown => key.secret.clone(),
            Secrets::Hidden => "hidden; add --secret to see it".to_owned(),
        };
        [("key", key.key.clone()), ("secret", secret)]
    })
}

fn yes_or_no(on: bool) -> String {
    if on { "yes" } else { "no" }.to_owned()
}

/// Prints. To a pipe that nobody reads any more, such as that of `head`, printing is no failure.
pub(crate) fn print(text: &str) {
    let _ = io::stdout().lock().write_all(text.as_bytes());
}
