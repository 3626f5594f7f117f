//! The configuration file: TOML into values that know their lines, and those into a [`Config`].

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{ConfigError, Place};
use super::value::{Entry, Item, Value, unknown};
use super::{Config, SERVER, app_table};

/// Reads the file and applies it.
pub(super) fn apply(config: &mut Config, path: &Path, errors: &mut Vec<ConfigError>) {
    match std::fs::read_to_string(path) {
        Ok(text) => apply_text(config, &text, path, errors),
        Err(error) => errors.push(ConfigError::Unreadable { file: path.to_owned(), error }),
    }
}

/// Applies the text of a file; `path` is for the errors.
pub(super) fn apply_text(
    config: &mut Config,
    text: &str,
    path: &Path,
    errors: &mut Vec<ConfigError>,
) {
    match parse(text, path) {
        Ok(entries) => entries.iter().for_each(|entry| {
            apply_entry(config, entry, &Place::line(path, entry.item.line), errors);
        }),
        Err(error) => errors.push(error),
    }
}

fn apply_entry(config: &mut Config, entry: &Entry, place: &Place, errors: &mut Vec<ConfigError>) {
    if entry.key == APPS {
        for (app, declared) in app_table::read_all(&entry.item, place, errors) {
            config.declared.insert(app.id.to_string(), declared);
            config.apps.push(app);
        }
        return;
    }
    let mut in_file = SERVER.iter().filter(|setting| setting.is_in_file());
    let outcome = match in_file.find(|setting| setting.key == entry.key) {
        Some(setting) => config.set(setting, &entry.item.value, place.clone()),
        None => Err(unknown(&entry.key, "", known_keys(), place)),
    };
    errors.extend(outcome.err());
}

fn known_keys() -> impl Iterator<Item = &'static str> {
    let in_file = SERVER.iter().filter(|setting| setting.is_in_file());
    in_file.map(|setting| setting.key).chain([APPS])
}

/// The entries of the file, in its order.
pub(super) fn parse(text: &str, path: &Path) -> Result<Vec<Entry>, ConfigError> {
    let lines = Lines(text);
    match DeTable::parse(text) {
        Ok(table) => Ok(lines.entries(table.into_inner())),
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            // The parser's own message may go on over lines; the first says what is wrong.
            let message = error.message().lines().next().unwrap_or_default().to_owned();
            Err(ConfigError::NotToml { place: Place::line(path, lines.number(at)), message })
        }
    }
}

/// Turns the parser's offsets into line numbers.
#[derive(Clone, Copy)]
struct Lines<'a>(&'a str);

impl Lines<'_> {
    fn number(self, offset: usize) -> usize {
        let before = self.0.as_bytes().iter().take(offset);
        1 + before.filter(|&&byte| byte == b'\n').count()
    }

    fn entries(self, table: DeTable<'_>) -> Vec<Entry> {
        let mut pairs: Vec<_> = table.into_iter().collect();
        pairs.sort_by_key(|(key, _)| key.span().start);
        let entry = |(key, value): (Spanned<_>, Spanned<DeValue<'_>>)| {
            let line = self.number(key.span().start);
            let value = self.value(value.into_inner());
            Entry { key: String::from(key.into_inner()), item: Item { line, value } }
        };
        pairs.into_iter().map(entry).collect()
    }

    fn value(self, value: DeValue<'_>) -> Value {
        match value {
            DeValue::String(text) => Value::Text(text.into_owned()),
            DeValue::Boolean(on) => Value::Switch(on),
            DeValue::Integer(number) => {
                match i64::from_str_radix(number.as_str(), number.radix()) {
                    Ok(whole) => Value::Whole(whole),
                    Err(_) => Value::Other(number.as_str().to_owned()),
                }
            }
            DeValue::Float(number) => Value::Other(number.as_str().to_owned()),
            DeValue::Datetime(date) => Value::Other(date.to_string()),
            DeValue::Array(items) => Value::List(items.into_iter().map(|i| self.item(i)).collect()),
            DeValue::Table(table) => Value::Table(self.entries(table)),
        }
    }

    fn item(self, item: Spanned<DeValue<'_>>) -> Item {
        let line = self.number(item.span().start);
        Item { line, value: self.value(item.into_inner()) }
    }
}

const APPS: &str = "apps";
