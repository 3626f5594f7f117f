//! A value as it was given, before a record has checked it, and the readings that records use.
//!
//! A file gives typed values with the line they stand on. Flags and variables give text, which is
//! read as whatever the record wants.

use std::ffi::OsString;
use std::fmt;
use std::ops::RangeInclusive;
use std::path::Path;

use rollcall_wire::auth::Key;
use serde_json::Value as Json;

use super::error::{ConfigError, Place};
use super::nearest::nearest;
use super::setting::{KEYS_ALLOWED, NotAllowed};

/// What was given.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// The text of a flag or a variable.
    Written(OsString),
    /// The file's kinds of value follow.
    Text(String),
    Whole(i64),
    Switch(bool),
    List(Vec<Item>),
    Table(Vec<Entry>),
    /// A float or a date, which no option takes.
    Other(String),
}

/// A value of the file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Item {
    pub(super) line: usize,
    pub(super) value: Value,
}

/// A key of the file and its value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) item: Item,
}

pub(super) fn switch(value: &Value) -> Result<bool, NotAllowed> {
    match value {
        Value::Switch(on) => Ok(*on),
        Value::Written(text) if text == "true" => Ok(true),
        Value::Written(text) if text == "false" => Ok(false),
        _ => Err(NotAllowed),
    }
}

pub(super) fn whole(value: &Value, bounds: RangeInclusive<u64>) -> Result<u64, NotAllowed> {
    let number = match value {
        Value::Whole(number) => u64::try_from(*number).ok(),
        Value::Written(text) => text.to_str().and_then(|text| text.parse().ok()),
        _ => None,
    };
    number.filter(|number| bounds.contains(number)).ok_or(NotAllowed)
}

pub(super) fn text(value: &Value) -> Result<&str, NotAllowed> {
    match value {
        Value::Text(text) => Ok(text),
        Value::Written(text) => text.to_str().ok_or(NotAllowed),
        _ => Err(NotAllowed),
    }
}

pub(super) fn path(value: &Value) -> Result<&Path, NotAllowed> {
    match value {
        Value::Text(text) => Ok(Path::new(text)),
        Value::Written(text) => Ok(Path::new(text)),
        _ => Err(NotAllowed),
    }
}

pub(super) fn texts(value: &Value) -> Result<Vec<&str>, NotAllowed> {
    match value {
        Value::List(items) => items.iter().map(|item| text(&item.value)).collect(),
        // Nothing is an empty list, not a list of nothing.
        Value::Written(list) if list.is_empty() => Ok(Vec::new()),
        Value::Written(list) => {
            Ok(list.to_str().ok_or(NotAllowed)?.split(',').map(str::trim).collect())
        }
        _ => Err(NotAllowed),
    }
}

/// Reads `keys` of an app. No error repeats a value, since a secret may be among them.
pub(super) fn keys(value: &Value, place: &Place) -> Result<Vec<Key>, ConfigError> {
    match value {
        Value::List(items) if !items.is_empty() => {
            items.iter().map(|item| key_pair(item, &place.at(item.line))).collect()
        }
        _ => Err(secretive("keys", KEYS_ALLOWED, place)),
    }
}

fn key_pair(item: &Item, place: &Place) -> Result<Key, ConfigError> {
    let Value::Table(entries) = &item.value else {
        return Err(secretive("keys", KEYS_ALLOWED, place));
    };
    let (mut key, mut secret) = (None, None);
    for entry in entries {
        let value = &entry.item.value;
        let place = &place.at(entry.item.line);
        match entry.key.as_str() {
            "key" => key = Some(key_text(value, place)?),
            "secret" => secret = Some(secret_text(value, place)?),
            other => return Err(unknown(other, "keys", ["key", "secret"].into_iter(), place)),
        }
    }
    let missing = |key| ConfigError::Missing { place: place.clone(), key, table: "keys" };
    Ok(Key { key: key.ok_or(missing("key"))?, secret: secret.ok_or(missing("secret"))? })
}

fn key_text(value: &Value, place: &Place) -> Result<String, ConfigError> {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let fits = |text: &&str| (1..=128).contains(&text.len()) && text.chars().all(legal);
    let key = text(value).ok().filter(fits);
    key.map(str::to_owned).ok_or_else(|| secretive("keys.key", KEY_ALLOWED, place))
}

fn secret_text(value: &Value, place: &Place) -> Result<String, ConfigError> {
    let fits = |text: &&str| (1..=256).contains(&text.len()) && !text.chars().any(char::is_control);
    let secret = text(value).ok().filter(fits);
    secret.map(str::to_owned).ok_or_else(|| secretive("keys.secret", SECRET_ALLOWED, place))
}

fn secretive(key: &'static str, allowed: &'static str, place: &Place) -> ConfigError {
    ConfigError::BadSecret { place: place.clone(), key, allowed }
}

/// An error for a key that `table` does not have.
pub(super) fn unknown<'a>(
    key: &str,
    table: &str,
    known: impl Iterator<Item = &'a str>,
    place: &Place,
) -> ConfigError {
    ConfigError::UnknownKey {
        place: place.clone(),
        key: key.to_owned(),
        table: table.to_owned(),
        nearest: nearest(key, known).map(str::to_owned),
    }
}

impl Value {
    /// The value as JSON, for the store and for programs.
    pub(super) fn to_json(&self) -> Json {
        match self {
            Self::Written(text) => text.to_string_lossy().into(),
            Self::Text(text) | Self::Other(text) => text.as_str().into(),
            Self::Whole(number) => (*number).into(),
            Self::Switch(on) => (*on).into(),
            Self::List(items) => items.iter().map(|item| item.value.to_json()).collect(),
            Self::Table(entries) => entries
                .iter()
                .map(|entry| (entry.key.clone(), entry.item.value.to_json()))
                .collect(),
        }
    }
}

impl fmt::Display for Value {
    /// As the file would spell it, cut when long: a sentence repeats it to whoever wrote it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Written(text) => write_text(f, &text.to_string_lossy()),
            Self::Text(text) => write_text(f, text),
            Self::Whole(number) => write!(f, "{number}"),
            Self::Switch(on) => write!(f, "{on}"),
            Self::List(items) if items.is_empty() => f.write_str("[]"),
            Self::List(_) => f.write_str("[…]"),
            Self::Table(_) => f.write_str("{…}"),
            Self::Other(text) => f.write_str(text),
        }
    }
}

fn write_text(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    match text.char_indices().nth(LONGEST_QUOTE) {
        None => write!(f, "{text:?}"),
        Some((cut, _)) => write!(f, "{:?}…", &text[..cut]),
    }
}

const LONGEST_QUOTE: usize = 60;
const KEY_ALLOWED: &str = "1 to 128 letters, digits, dots, hyphens and underscores of ASCII";
const SECRET_ALLOWED: &str = "a text of 1 to 256 bytes, without control characters";
