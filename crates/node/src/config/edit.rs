//! Changing a stored app by words `KEY=VALUE`, or by values as programs have them: the keys are those
//! of `[[apps]]`, with dots for nested tables, and what they take is what the file takes.
//!
//! A word is text, so lists may be written shorter than in the file: with commas between. A key
//! without a value, or with `null`, has its default again.

use std::path::Path;

use rollcall_engine::App;
use rollcall_store::{AppRow, KeyRow, UnixMillis};
use serde_json::{Map, Value as Json};

use super::error::{ConfigError, Place};
use super::nearest::nearest;
use super::setting::{Kind, Setting};
use super::stored::{self, object, stored_app};
use super::value::{Entry, Item, Value};
use super::values::is_listed;
use super::{APP, app, file};

/// `row` after `words`. Nothing of them counts unless all are good.
pub fn edited_app(row: &AppRow, words: &[String], now: UnixMillis) -> Result<AppRow, ConfigError> {
    let changes = words.iter().map(|word| Change::parse(word)).collect::<Result<Vec<_>, _>>()?;
    for (position, change) in changes.iter().enumerate() {
        if changes[..position].iter().any(|other| other.setting.key == change.setting.key) {
            return Err(ConfigError::Repeated { key: change.setting.key });
        }
    }
    let edited = apply_all(row, &changes, now);
    edited.map_err(|BadChange { error, .. }| error)
}

/// `row` after changes of its settings, by their keys; those that are not listed with the values
/// (`app_values`), `id` and `keys`, cannot be changed so. Nothing counts unless all are good.
pub fn changed_app(row: &AppRow, changes: &Map<String, Json>) -> Result<AppRow, BadChange> {
    let changes: Result<Vec<_>, _> = changes.iter().map(|(key, to)| Change::of(key, to)).collect();
    // Only keys have a date.
    apply_all(row, &changes?, 0)
}

/// A change that is refused.
#[derive(Debug)]
pub struct BadChange {
    /// The key at fault; none where the app was wrong before, in something that stays.
    pub key: Option<Box<str>>,
    /// Why.
    pub error: ConfigError,
}

fn apply_all(row: &AppRow, changes: &[Change], now: UnixMillis) -> Result<AppRow, BadChange> {
    let mut edited = row.clone();
    let settings = object(row).map_err(|error| BadChange { key: None, error })?;
    let mut next = settings.clone();
    for change in changes {
        let applied = change.apply(&mut edited, &mut next, now);
        applied.map_err(|error| BadChange { key: Some(change.setting.key.into()), error })?;
    }
    if next != settings {
        edited.settings_json = Json::Object(next).to_string();
    }
    stored_app(&edited).map_err(|error| BadChange { key: None, error })?;
    Ok(edited)
}

/// What is set, and to what; to its default without a value.
struct Change {
    setting: &'static Setting<App>,
    value: Option<Value>,
    place: Place,
}

impl Change {
    fn parse(word: &str) -> Result<Self, ConfigError> {
        let not_one = || ConfigError::NotAnAssignment { word: word.to_owned() };
        let (key, text) = word.split_once('=').ok_or_else(not_one)?;
        let place = Place::CommandLine;
        let setting = app::find(key).ok_or_else(|| unknown(key, &place))?;
        Ok(Self { setting, value: (!text.is_empty()).then(|| read(setting, text)), place })
    }

    fn of(key: &str, value: &Json) -> Result<Self, BadChange> {
        let place = Place::Request;
        let bad = |error| BadChange { key: Some(key.into()), error };
        let setting = app::find(key).ok_or_else(|| bad(unknown(key, &place)))?;
        if !is_listed(setting) {
            return Err(bad(ConfigError::NoSetting { key: setting.key }));
        }
        let value = (!value.is_null()).then(|| stored::value(value.clone()));
        Ok(Self { setting, value, place })
    }

    fn apply(
        &self,
        row: &mut AppRow,
        settings: &mut Map<String, Json>,
        now: UnixMillis,
    ) -> Result<(), ConfigError> {
        let mut checked = App::new("", Vec::new());
        if let Some(value) = &self.value {
            self.setting.apply(&mut checked, value, &self.place)?;
        }
        match (self.setting.key, &self.value) {
            ("id", _) => return Err(ConfigError::IdIsFixed),
            ("name", _) => row.name = checked.name,
            ("keys", None) => {
                let none = Value::List(Vec::new());
                return self.setting.apply(&mut checked, &none, &self.place);
            }
            ("keys", Some(_)) => row.keys = dated(&checked, &row.keys, now),
            (key, Some(value)) => put(settings, key, value.to_json()),
            (key, None) => take(settings, key),
        }
        Ok(())
    }
}

/// The keys of `app`, each with the date that it had already.
fn dated(app: &App, old: &[KeyRow], now: UnixMillis) -> Vec<KeyRow> {
    let row = |key: &rollcall_wire::auth::Key| {
        let same = old.iter().find(|old| old.key == key.key && old.secret == key.secret);
        let created_at = same.map_or(now, |same| same.created_at);
        KeyRow { key: key.key.clone(), secret: key.secret.clone(), created_at }
    };
    app.keys.iter().map(row).collect()
}

/// The text of a word as the record's kind of value. What is none stays text, which the record
/// refuses with its own sentence.
fn read(setting: &Setting<App>, text: &str) -> Value {
    match &setting.kind {
        Kind::Text { .. } | Kind::Path { .. } => Value::Text(text.to_owned()),
        Kind::Texts { .. } if !text.starts_with('[') => {
            list(text, |text| Value::Text(text.to_owned()))
        }
        Kind::Keys(_) if !text.starts_with('[') => list(text, key_pair),
        Kind::Webhooks(_) if !text.starts_with('[') => list(text, endpoint),
        _ => as_in_the_file(text).unwrap_or_else(|| Value::Written(text.into())),
    }
}

fn list(text: &str, item: impl Fn(&str) -> Value) -> Value {
    let items = text.split(',').map(|text| Item { line: 0, value: item(text.trim()) });
    Value::List(items.collect())
}

/// `KEY:SECRET`.
fn key_pair(text: &str) -> Value {
    let (key, secret) = text.split_once(':').map_or((text, None), |(k, s)| (k, Some(s)));
    let secret = secret.map(|secret| entry("secret", secret));
    Value::Table([entry("key", key)].into_iter().chain(secret).collect())
}

/// A URL, which gets all events.
fn endpoint(text: &str) -> Value {
    Value::Table(vec![entry("url", text)])
}

fn entry(name: &str, text: &str) -> Entry {
    let item = Item { line: 0, value: Value::Text(text.to_owned()) };
    Entry { key: name.to_owned(), item }
}

pub(super) fn as_in_the_file(text: &str) -> Option<Value> {
    let entries = file::parse(&format!("value = {text}"), Path::new("")).ok()?;
    match <[Entry; 1]>::try_from(entries) {
        Ok([entry]) => Some(entry.item.value),
        Err(_) => None,
    }
}

/// The nearest key may be one whose table was left out, or one of the table that was named.
fn unknown(key: &str, place: &Place) -> ConfigError {
    let dotted = || APP.iter().map(|setting| setting.key);
    let inner = |key: &str| dotted().find(|dotted| dotted.rsplit('.').next() == Some(key));
    let inners = || dotted().filter_map(|dotted| dotted.rsplit('.').next());
    let of_table = || dotted().find(|dotted| dotted.split_once('.').is_some_and(|(t, _)| t == key));
    let without_table = || inner(nearest(key, inners())?);
    let of_all = || nearest(key, dotted());
    let meant = match key.contains('.') {
        true => of_all().or_else(without_table),
        false => without_table().or_else(of_all),
    };
    let meant = meant.or_else(of_table);
    ConfigError::UnknownKey {
        place: place.clone(),
        key: key.to_owned(),
        table: "[[apps]]".to_owned(),
        nearest: meant.map(str::to_owned),
    }
}

fn put(settings: &mut Map<String, Json>, key: &str, value: Json) {
    let Some((table, key)) = key.split_once('.') else {
        settings.insert(key.to_owned(), value);
        return;
    };
    let table = settings.entry(table).or_insert_with(|| Json::Object(Map::new()));
    if let Json::Object(table) = table {
        put(table, key, value);
    }
}

fn take(settings: &mut Map<String, Json>, key: &str) {
    let Some((table, key)) = key.split_once('.') else {
        settings.remove(key);
        return;
    };
    let Some(Json::Object(inner)) = settings.get_mut(table) else { return };
    take(inner, key);
    if inner.is_empty() {
        settings.remove(table);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_settings_that_the_file_would_take() {
        for (words, settings) in [
            ("client_events=true", r#"{"client_events":true}"#),
            ("presence.grace_seconds=5", r#"{"presence":{"grace_seconds":5}}"#),
            ("max_connections=7 mirror=false", r#"{"max_connections":7,"mirror":false}"#),
            ("allowed_origins=*", r#"{"allowed_origins":["*"]}"#),
            (
                "allowed_origins=https://a,https://b",
                r#"{"allowed_origins":["https://a","https://b"]}"#,
            ),
            (r#"allowed_origins=["https://a"]"#, r#"{"allowed_origins":["https://a"]}"#),
            ("force_tls=false webhooks=[]", r#"{"force_tls":false,"webhooks":[]}"#),
            (
                "webhooks=http://a/,https://b/c",
                r#"{"webhooks":[{"url":"http://a/"},{"url":"https://b/c"}]}"#,
            ),
            (
                r#"webhooks=[{url="https://a/",events=["presence"]}] webhook_batching=false"#,
                r#"{"webhook_batching":false,"webhooks":[{"events":["presence"],"url":"https://a/"}]}"#,
            ),
        ] {
            assert_eq!(edit(&plain(), words).expect(words).settings_json, settings);
        }
    }

    #[test]
    fn a_key_without_a_value_has_its_default_again() {
        let row = AppRow {
            settings_json: r#"{"mirror":true,"presence":{"grace_seconds":5}}"#.to_owned(),
            name: "Demo".to_owned(),
            ..plain()
        };
        assert_eq!(
            edit(&row, "presence.grace_seconds=").unwrap().settings_json,
            r#"{"mirror":true}"#
        );
        assert_eq!(edit(&row, "client_events=").unwrap(), row);
        let unnamed = edit(&row, "name=").unwrap();
        assert_eq!(stored_app(&unnamed).unwrap().name, "1001");
    }

    #[test]
    fn what_is_so_already_changes_nothing() {
        let row = AppRow { settings_json: r#"{ "mirror" : true }"#.to_owned(), ..plain() };
        assert_eq!(edit(&row, "mirror=true name=App keys=k:s").unwrap(), row);
    }

    #[test]
    fn keys_may_be_written_short_or_as_in_the_file() {
        let keys = |words| {
            let row = edit(&plain(), words).expect("good keys");
            let pair = |key: &KeyRow| format!("{}:{} {}", key.key, key.secret, key.created_at);
            row.keys.iter().map(pair).collect::<Vec<_>>().join(", ")
        };
        assert_eq!(keys("keys=k:s,new:t"), "k:s 1, new:t 9");
        assert_eq!(keys("keys=k:other"), "k:other 9");
        assert_eq!(keys(r#"keys=[{key="a",secret="b:,c"}]"#), "a:b:,c 9");
    }

    #[test]
    fn refusals_are_the_sentences_of_the_file() {
        for (words, sentence) in [
            ("client_events=yes", "client_events must be true or false, not \"yes\""),
            (
                "presence.grace_seconds=121",
                "presence.grace_seconds must be a whole number from 0 to 120, not 121",
            ),
            ("limits.batch=-1", "limits.batch must be a whole number from 1 to 10000, not -1"),
            (
                "client_event=true",
                "the command line: there is no key \"client_event\" in [[apps]]; did you mean \
                 \"client_events\"?",
            ),
            (
                "grace_second=1",
                "the command line: there is no key \"grace_second\" in [[apps]]; did you mean \
                 \"presence.grace_seconds\"?",
            ),
            (
                "presence=5",
                "the command line: there is no key \"presence\" in [[apps]]; did you mean \
                 \"presence.max_members\"?",
            ),
            ("colour=blue", "the command line: there is no key \"colour\" in [[apps]]"),
            ("mirror", "\"mirror\" sets nothing; write KEY=VALUE, such as client_events=true"),
            ("mirror=true mirror=false", "mirror may be given only once"),
            (
                "id=2",
                "the id of an app cannot be changed; add another app, and remove this one when \
                 nobody uses it any longer",
            ),
            (
                "keys=",
                "keys must be a list of at least one { key = \"…\", secret = \"…\" }, oldest first",
            ),
            (
                "webhooks=ftp://a/",
                "webhooks.url must be an http:// or https:// URL of at most 2048 bytes, without a \
                 user and without a fragment, not \"ftp://a/\"",
            ),
            ("keys=hush", "the command line: secret is missing in keys"),
            (
                "keys=a b:hush",
                "keys.key must be 1 to 128 letters, digits, dots, hyphens and underscores of ASCII",
            ),
        ] {
            let words: Vec<_> = match words.starts_with("keys") {
                true => vec![words.to_owned()],
                false => words.split(' ').map(str::to_owned).collect(),
            };
            let error = edited_app(&plain(), &words, 9).expect_err(sentence).to_string();
            assert_eq!(error, sentence);
            assert!(!error.contains("hush"), "{error}");
        }
    }

    #[test]
    fn one_bad_word_spoils_all() {
        assert!(edit(&plain(), "mirror=true bridge=maybe").is_err());
    }

    #[test]
    fn values_are_taken_as_programs_have_them_and_null_is_the_default() {
        let row = AppRow {
            settings_json: r#"{"mirror":true,"presence":{"grace_seconds":5}}"#.to_owned(),
            ..plain()
        };
        let changed = change(
            &row,
            r#"{"mirror":null,"presence.grace_seconds":9,"allowed_origins":["https://a"],"name":"B"}"#,
        )
        .unwrap();
        assert_eq!(
            changed.settings_json,
            r#"{"allowed_origins":["https://a"],"presence":{"grace_seconds":9}}"#
        );
        assert_eq!((changed.name.as_str(), &changed.keys), ("B", &row.keys));
        assert_eq!(change(&row, "{}").unwrap(), row);
    }

    #[test]
    fn refusals_of_values_name_the_key_and_are_the_sentences_of_the_file() {
        for (changes, key, sentence) in [
            (r#"{"mirror":1}"#, "mirror", "mirror must be true or false, not 1"),
            (
                r#"{"mirror":true,"limits.batch":1.5}"#,
                "limits.batch",
                "limits.batch must be a whole number from 1 to 10000, not 1.5",
            ),
            (
                r#"{"keys":[{"key":"a","secret":"hush"}]}"#,
                "keys",
                "keys is no setting; apps and keys have requests of their own",
            ),
        ] {
            let BadChange { key: at_fault, error } = change(&plain(), changes).unwrap_err();
            assert_eq!((at_fault.as_deref(), error.to_string().as_str()), (Some(key), sentence));
        }
    }

    fn change(row: &AppRow, changes: &str) -> Result<AppRow, BadChange> {
        changed_app(row, &serde_json::from_str(changes).unwrap())
    }

    fn edit(row: &AppRow, words: &str) -> Result<AppRow, ConfigError> {
        edited_app(row, &words.split(' ').map(str::to_owned).collect::<Vec<_>>(), 9)
    }

    fn plain() -> AppRow {
        AppRow {
            id: "1001".to_owned(),
            name: "App".to_owned(),
            settings_json: "{}".to_owned(),
            keys: vec![KeyRow { key: "k".to_owned(), secret: "s".to_owned(), created_at: 1 }],
        }
    }
}
