//! `rollcall check-config`: what the server would serve, or everything that is wrong, with the
//! database that is staged if one is: the start puts that in place first. Starts nothing and writes
//! nothing; whether the port is free is found out by the start alone.

use std::fmt::Write as _;
use std::path::Path;

use rollcall_node::config::{self, Config, Given, Kind, SERVER, Setting};
use rollcall_store::{AppRow, NextStart, Store};

use crate::apps::print;
use crate::catalogue::{Catalogue, stored};
use crate::certificate;
use crate::failure::{Failure, RestoreFailure, StatusPageFailure};
use crate::serve::check_pages;

/// Prints what would be served.
pub(crate) async fn run(given: &Given) -> Result<(), Failure> {
    let (config, errors) = config::check(given);
    let mut failures: Vec<_> = errors.into_iter().map(Failure::Config).collect();
    failures.extend(check_pages(&config).err());
    failures.extend(certificate::load(&config).err());
    let next = Store::peek_next_start(&config.data).await;
    let NextStart { apps, staged } = next.unwrap_or_else(|error| {
        failures.push(Failure::Open(error));
        NextStart { apps: Vec::new(), staged: None }
    });
    let before = failures.len();
    let catalogue = catalogue(&config, &apps, &mut failures);
    if let Some(file) = &staged {
        let of_apps = failures.split_off(before).into_iter();
        let unfit = |why| {
            let why = Box::new(why);
            Failure::from(RestoreFailure::StagedUnfit { file: file.clone(), why })
        };
        failures.extend(of_apps.map(unfit));
    }
    match (catalogue, failures.is_empty()) {
        (Some(catalogue), true) => {
            print(&summary(&config, &catalogue, staged.as_deref()));
            Ok(())
        }
        _ => Err(Failure::Several(failures)),
    }
}

/// All apps, if they can be served. What is missing because it is wrong is not told twice.
fn catalogue(config: &Config, rows: &[AppRow], failures: &mut Vec<Failure>) -> Option<Catalogue> {
    failures.extend(rows.iter().filter_map(|row| stored(row).err()));
    let good: Vec<_> = rows.iter().filter(|row| stored(row).is_ok()).cloned().collect();
    let catalogue = Catalogue::new(config, &good).map_err(|error| failures.push(error)).ok()?;
    match catalogue.status_app(config) {
        // The start makes it.
        Ok(_) | Err(StatusPageFailure::NoDefaultApp) => {}
        Err(error) if failures.is_empty() => failures.push(error.into()),
        Err(_) => {}
    }
    Some(catalogue)
}

fn summary(config: &Config, catalogue: &Catalogue, staged: Option<&Path>) -> String {
    let mut text = "Everything is right. The server would have:\n".to_owned();
    for setting in SERVER {
        line(&mut text, setting.key, &value(config, setting));
    }
    if let Some(file) = staged {
        let place = "takes the place of the database when the server starts the next time";
        line(&mut text, "restore", &format!("{} {place}", file.display()));
    }
    for (position, entry) in catalogue.entries().iter().enumerate() {
        let label = if position == 0 { "apps" } else { "" };
        let page = match catalogue.is_status_app(config, entry.app.id.as_str()) {
            true => ", for the status page",
            false => "",
        };
        let (id, name) = (&entry.app.id, &entry.app.name);
        line(&mut text, label, &format!("{id} {name} from {}{page}", entry.source));
    }
    if matches!(catalogue.status_app(config), Err(StatusPageFailure::NoDefaultApp)) {
        line(&mut text, "new app", "rollcall, which the start makes for the status page");
    }
    text
}

/// An option as it would count, and where it was given.
fn value(config: &Config, setting: &Setting<Config>) -> String {
    let given = config.values.get(setting.key).zip(config.places.get(setting.key));
    match given {
        Some((_, place)) if matches!(setting.kind, Kind::Secret { .. }) => {
            format!("not shown, from {place}")
        }
        Some((value, place)) => format!("{value} from {place}"),
        None if setting.default.as_str() == NONE => "none".to_owned(),
        None => setting.default.as_str().to_owned(),
    }
}

fn line(text: &mut String, label: &str, value: &str) {
    let widest = SERVER.iter().map(|setting| setting.key.len()).max().unwrap_or_default();
    writeln!(text, "  {label:widest$}  {value}").expect("writing to a String cannot fail");
}

/// How a record writes that there is no default.
const NONE: &str = r#""""#;
