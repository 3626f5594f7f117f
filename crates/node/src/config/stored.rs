//! Apps of the store: their settings are a JSON object with the keys of `[[apps]]`, read by the same
//! records, so that a stored app and one of the file cannot differ in what they accept.

use rollcall_engine::{App, AppId};
use rollcall_store::AppRow;
use rollcall_wire::auth::Key;
use serde_json::{Map, Value as Json};

use super::app_table::{self, Settings};
use super::error::{ConfigError, Place};
use super::value::{Entry, Item, Value};

/// The app that a row stands for.
pub fn stored_app(row: &AppRow) -> Result<App, ConfigError> {
    let entries = entries(row)?;
    let place = place(row);
    if row.keys.is_empty() {
        return Err(ConfigError::Missing { place, key: "keys", table: "" });
    }
    let mut app = App::new(&row.id, row.keys.iter().map(key).collect());
    for leaf in app_table::leaves(&entries) {
        leaf.apply(&mut app, &place)?;
    }
    // The columns of the row count, whatever the settings say.
    app.id = AppId::new(&row.id);
    app.name = if row.name.is_empty() { row.id.clone() } else { row.name.clone() };
    Ok(app)
}

/// What a row sets beside id, name and keys, where that is not the default.
pub fn stored_settings(row: &AppRow) -> Result<Settings, ConfigError> {
    Ok(app_table::settings(&app_table::leaves(&entries(row)?)))
}

/// The settings of a row as the object that they are.
pub(super) fn object(row: &AppRow) -> Result<Map<String, Json>, ConfigError> {
    match serde_json::from_str(&row.settings_json) {
        Ok(Json::Object(settings)) => Ok(settings),
        _ => Err(not_an_object(place(row), &row.settings_json)),
    }
}

fn entries(row: &AppRow) -> Result<Vec<Entry>, ConfigError> {
    Ok(object(row)?.into_iter().map(entry).collect())
}

fn place(row: &AppRow) -> Place {
    Place::Stored { app: row.id.clone() }
}

fn key(row: &rollcall_store::KeyRow) -> Key {
    Key { key: row.key.clone(), secret: row.secret.clone() }
}

fn not_an_object(place: Place, given: &str) -> ConfigError {
    let given = Value::Text(given.to_owned()).to_string();
    ConfigError::BadValue { place, key: "settings", allowed: "a JSON object".into(), given }
}

fn entry((key, value): (String, Json)) -> Entry {
    Entry { key, item: item(value) }
}

fn item(value: Json) -> Item {
    Item { line: 0, value: self::value(value) }
}

/// A value as programs have it.
pub(super) fn value(value: Json) -> Value {
    match value {
        Json::Bool(on) => Value::Switch(on),
        Json::String(text) => Value::Text(text),
        Json::Array(items) => Value::List(items.into_iter().map(item).collect()),
        Json::Object(entries) => Value::Table(entries.into_iter().map(entry).collect()),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Value::Whole(whole),
            None => Value::Other(number.to_string()),
        },
        Json::Null => Value::Other("null".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use rollcall_store::KeyRow;

    use super::*;

    #[test]
    fn a_row_becomes_an_app_by_the_same_records_as_the_file() {
        let app = stored_app(&row(r#"{"mirror":true,"presence":{"grace_seconds":10}}"#)).unwrap();
        assert_eq!((app.id.as_str(), app.name.as_str()), ("42", "rollcall"));
        assert!(app.mirror && !app.bridge);
        assert_eq!(app.presence.grace.as_secs(), 10);
        assert_eq!(app.keys[0].key, "k");
    }

    #[test]
    fn bad_settings_are_refused_with_the_app() {
        for (settings, expected) in [
            ("[]", "the stored app 42: settings must be a JSON object, not \"[]\""),
            (r#"{"mirror":1}"#, "the stored app 42: mirror must be true or false, not 1"),
            (
                r#"{"mirrors":true}"#,
                "the stored app 42: there is no key \"mirrors\" in [[apps]]; did you mean \"mirror\"?",
            ),
        ] {
            assert_eq!(stored_app(&row(settings)).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn an_app_without_keys_is_refused() {
        let error = stored_app(&AppRow { keys: Vec::new(), ..row("{}") }).unwrap_err();
        assert_eq!(error.to_string(), "the stored app 42: keys is missing");
    }

    fn row(settings: &str) -> AppRow {
        let key = KeyRow { key: "k".to_owned(), secret: "s".to_owned(), created_at: 0 };
        AppRow {
            id: "42".to_owned(),
            name: "rollcall".to_owned(),
            settings_json: settings.to_owned(),
            keys: vec![key],
        }
    }
}
