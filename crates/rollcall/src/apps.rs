//! `rollcall apps`: what there is, from the same database and file that the server would use.
//!
//! It reads beside a running server, and creates nothing: where there is no database, there are the
//! apps of the file alone.

use std::io::{self, Write};

use rollcall_engine::App;
use rollcall_node::config::Config;
use rollcall_store::Store;
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
pub(crate) async fn show(config: &Config, id: &str, secrets: Secrets) -> Result<(), Failure> {
    let catalogue = read(config).await?;
    match catalogue.find(id) {
        Some(entry) => print(&details(entry, secrets)),
        None => return Err(Failure::NoApp { id: id.to_owned(), known: catalogue.ids() }),
    }
    Ok(())
}

async fn read(config: &Config) -> Result<Catalogue, Failure> {
    if !Store::exists(&config.data) {
        return match config.apps.as_slice() {
            [] => Err(Failure::NoDatabase(config.data.clone())),
            _ => Catalogue::new(config, &[]),
        };
    }
    let store = Store::open(&config.data).await?;
    let rows = store.apps().await?;
    store.close().await;
    Catalogue::new(config, &rows)
}

fn table(entries: &[Entry]) -> String {
    let header = ["ID", "NAME", "KEY", "FROM"].map(str::to_owned);
    let rows = entries.iter().map(|Entry { app, source }| {
        let keys: Vec<&str> = app.keys.iter().map(|key| key.key.as_str()).collect();
        [app.id.to_string(), app.name.clone(), keys.join(" "), source.as_str().to_owned()]
    });
    let rows: Vec<_> = [header].into_iter().chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths = [0, 1, 2].map(|column| width(column).unwrap_or_default());
    let line = |[id, name, keys, source]: &[String; 4]| {
        let [first, second, third] = widths;
        format!("{id:first$}  {name:second$}  {keys:third$}  {source}\n")
    };
    rows.iter().map(line).collect()
}

fn json(Entry { app, source }: &Entry) -> Value {
    let keys: Vec<&str> = app.keys.iter().map(|key| key.key.as_str()).collect();
    json!({
        "id": app.id.as_str(),
        "name": app.name,
        "keys": keys,
        "enabled": app.enabled,
        "source": source.as_str(),
    })
}

fn details(Entry { app, source }: &Entry, secrets: Secrets) -> String {
    let mut lines = vec![
        ("id", app.id.to_string()),
        ("name", app.name.clone()),
        ("from", source.as_str().to_owned()),
        ("enabled", yes_or_no(app.enabled)),
    ];
    lines.extend(key_lines(app, secrets));
    lines.extend([
        ("client events", yes_or_no(app.client_events)),
        ("member updates", yes_or_no(app.member_updates)),
        ("mirror", yes_or_no(app.mirror)),
        ("bridge", yes_or_no(app.bridge)),
        ("most members", app.presence.max_members.to_string()),
        ("grace", format!("{} s", app.grace().as_secs())),
    ]);
    lines.iter().map(|(label, value)| format!("{label:16}{value}\n")).collect()
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

/// To a pipe that nobody reads any more, such as that of `head`, printing is no failure.
fn print(text: &str) {
    let _ = io::stdout().lock().write_all(text.as_bytes());
}
