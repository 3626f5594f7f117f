//! What is recorded of a change of a stored app: which settings, which keys, and never a secret.

use std::collections::BTreeMap;

use rollcall_store::{AppRow, ChangeKind, KeyRow};
use serde_json::{Map, Value as Json, json};

use super::stored::stored_settings;

/// One change, as it is recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Its kind.
    pub kind: ChangeKind,
    /// What was so before. Settings are named by their keys; `null` stands for the default.
    pub before: Option<Json>,
    /// What is so after it.
    pub after: Option<Json>,
}

/// What is other in `new` than it was in `old`: an app that came, one that went, or its settings
/// together and each of its keys by itself.
pub fn differences(old: Option<&AppRow>, new: Option<&AppRow>) -> Vec<Difference> {
    match (old, new) {
        (None, None) => Vec::new(),
        (None, Some(new)) => {
            vec![Difference { kind: ChangeKind::AppCreated, before: None, after: Some(whole(new)) }]
        }
        (Some(old), None) => {
            vec![Difference { kind: ChangeKind::AppRemoved, before: Some(whole(old)), after: None }]
        }
        (Some(old), Some(new)) => {
            of_settings(old, new).into_iter().chain(of_keys(old, new)).collect()
        }
    }
}

fn of_settings(old: &AppRow, new: &AppRow) -> Option<Difference> {
    let (old, new) = (recorded_settings(old), recorded_settings(new));
    let keys = old.keys().chain(new.keys()).filter(|key| old.get(*key) != new.get(*key));
    let keys: Vec<&String> = keys.collect();
    let of = |settings: &BTreeMap<String, Json>| {
        let value = |key: &&String| settings.get(*key).cloned().unwrap_or(Json::Null);
        let pairs = keys.iter().map(|key| ((*key).clone(), value(key)));
        Some(Json::Object(pairs.collect()))
    };
    let (before, after) = (of(&old), of(&new));
    (!keys.is_empty()).then_some(Difference { kind: ChangeKind::Settings, before, after })
}

fn of_keys(old: &AppRow, new: &AppRow) -> Vec<Difference> {
    // The same key with another secret is another pair.
    let has = |row: &AppRow, pair: &KeyRow| {
        row.keys.iter().any(|key| key.key == pair.key && key.secret == pair.secret)
    };
    let name = |pair: &KeyRow| Some(json!({ "key": pair.key }));
    let added = new.keys.iter().filter(|pair| !has(old, pair)).map(|pair| Difference {
        kind: ChangeKind::KeyAdded,
        before: None,
        after: name(pair),
    });
    let removed = old.keys.iter().filter(|pair| !has(new, pair)).map(|pair| Difference {
        kind: ChangeKind::KeyRemoved,
        before: name(pair),
        after: None,
    });
    added.chain(removed).collect()
}

/// What a record compares: the settings of a row that are not the default, and its name.
pub fn recorded_settings(row: &AppRow) -> BTreeMap<String, Json> {
    // What cannot be read is what is about to be mended.
    let mut settings = stored_settings(row).unwrap_or_default();
    if !row.name.is_empty() {
        settings.insert("name".to_owned(), row.name.as_str().into());
    }
    settings
}

fn whole(row: &AppRow) -> Json {
    let mut whole: Map<String, Json> = recorded_settings(row).into_iter().collect();
    let keys: Json = row.keys.iter().map(|key| key.key.as_str()).collect();
    whole.insert("keys".to_owned(), keys);
    Json::Object(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_told_by_what_differs_with_null_for_the_default() {
        let old = row("A", r#"{"mirror":true,"presence":{"grace_seconds":5}}"#, &["a:s"]);
        let new = row("", r#"{"mirror":true,"client_events":true}"#, &["a:s", "b:t"]);
        check(
            Some(&old),
            Some(&new),
            &[
                r#"settings {"client_events":null,"name":"A","presence.grace_seconds":5} {"client_events":true,"name":null,"presence.grace_seconds":null}"#,
                r#"key_added - {"key":"b"}"#,
            ],
        );
        check(
            Some(&new),
            Some(&row("", &new.settings_json, &["b:t"])),
            &[r#"key_removed {"key":"a"} -"#],
        );
    }

    #[test]
    fn an_explicit_default_is_no_difference() {
        let old = row("A", "{}", &["a:s"]);
        check(Some(&old), Some(&row("A", r#"{"mirror":false}"#, &["a:s"])), &[]);
        check(Some(&old), Some(&old), &[]);
    }

    #[test]
    fn who_comes_and_goes_is_told_whole_but_for_secrets() {
        let app = row("A", r#"{"mirror":true}"#, &["a:hush"]);
        let told = r#"{"keys":["a"],"mirror":true,"name":"A"}"#;
        check(None, Some(&app), &[&format!("app_created - {told}")]);
        check(Some(&app), None, &[&format!("app_removed {told} -")]);
        let other = row("A", r#"{"mirror":true}"#, &["a:other"]);
        check(
            Some(&app),
            Some(&other),
            &[r#"key_added - {"key":"a"}"#, r#"key_removed {"key":"a"} -"#],
        );
    }

    fn check(old: Option<&AppRow>, new: Option<&AppRow>, expected: &[&str]) {
        let text = |side: &Option<Json>| side.as_ref().map_or("-".to_owned(), Json::to_string);
        let told = differences(old, new);
        let told: Vec<_> = told
            .iter()
            .map(|one| format!("{} {} {}", one.kind.name(), text(&one.before), text(&one.after)))
            .collect();
        assert_eq!(told, expected);
    }

    /// Keys as `KEY:SECRET`.
    fn row(name: &str, settings: &str, keys: &[&str]) -> AppRow {
        let pair = |pair: &&str| {
            let (key, secret) = pair.split_once(':').unwrap();
            KeyRow { key: key.to_owned(), secret: secret.to_owned(), created_at: 1 }
        };
        let (id, name, settings_json) = ("1".to_owned(), name.to_owned(), settings.to_owned());
        AppRow { id, name, settings_json, keys: keys.iter().map(pair).collect() }
    }
}
