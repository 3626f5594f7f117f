//! Reading `webhooks` of an app: where to post what happens, and which of it.

use reqwest::Url;
use rollcall_engine::hooks::{HookClass, Webhook};

use super::error::{ConfigError, ENDPOINT_URL, Place};
use super::setting::NotAllowed;
use super::value::{Item, Value, text, texts, unknown};

/// Reads the list. Two endpoints with one URL would be one endpoint with two opinions.
pub(super) fn webhooks(value: &Value, place: &Place) -> Result<Vec<Webhook>, ConfigError> {
    let Value::List(items) = value else {
        return Err(not_allowed("webhooks", WEBHOOKS_ALLOWED, value, place));
    };
    if items.len() > MOST_WEBHOOKS {
        return Err(not_allowed("webhooks", WEBHOOKS_ALLOWED, value, place));
    }
    let mut webhooks: Vec<Webhook> = Vec::new();
    for item in items {
        let place = place.at(item.line);
        let webhook = webhook(item, &place)?;
        if webhooks.iter().any(|other| other.url == webhook.url) {
            let given = Value::Text(webhook.url).to_string();
            return Err(ConfigError::SameEndpoint { place, given });
        }
        webhooks.push(webhook);
    }
    Ok(webhooks)
}

fn webhook(item: &Item, place: &Place) -> Result<Webhook, ConfigError> {
    let Value::Table(entries) = &item.value else {
        return Err(not_allowed("webhooks", WEBHOOKS_ALLOWED, &item.value, place));
    };
    let (mut url, mut classes) = (None, HookClass::ALL.to_vec());
    for entry in entries {
        let value = &entry.item.value;
        let place = &place.at(entry.item.line);
        match entry.key.as_str() {
            "url" => {
                let read = text(value).and_then(webhook_url);
                url = Some(read.map_err(|_| not_allowed(ENDPOINT_URL, URL_ALLOWED, value, place))?);
            }
            "events" => {
                let read = classes_of(value);
                let refused = |_| not_allowed("webhooks.events", EVENTS_ALLOWED, value, place);
                classes = read.map_err(refused)?;
            }
            other => return Err(unknown(other, "webhooks", ["url", "events"].into_iter(), place)),
        }
    }
    let missing = || ConfigError::Missing { place: place.clone(), key: "url", table: "webhooks" };
    Ok(Webhook { url: url.ok_or_else(missing)?, classes })
}

/// The URL of an endpoint, in its one form. A user and a password would be shown wherever it is.
pub(crate) fn webhook_url(text: &str) -> Result<String, NotAllowed> {
    let url = Url::parse(text).map_err(|_| NotAllowed)?;
    let fits = text.len() <= LONGEST_URL
        && matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.password().is_none()
        && url.fragment().is_none();
    fits.then(|| url.to_string()).ok_or(NotAllowed)
}

fn classes_of(value: &Value) -> Result<Vec<HookClass>, NotAllowed> {
    let names = texts(value)?;
    let classes: Option<Vec<_>> = names.into_iter().map(HookClass::parse).collect();
    let mut classes = classes.filter(|classes| !classes.is_empty()).ok_or(NotAllowed)?;
    classes.sort();
    classes.dedup();
    Ok(classes)
}

fn not_allowed(
    key: &'static str,
    allowed: &'static str,
    given: &Value,
    place: &Place,
) -> ConfigError {
    ConfigError::BadValue {
        place: place.clone(),
        key,
        allowed: allowed.into(),
        given: given.to_string(),
    }
}

/// Each has connections of its own, and a line of what it is owed.
const MOST_WEBHOOKS: usize = 10;

const LONGEST_URL: usize = 2048;

/// What `webhooks` takes; its own checks name the member that is wrong.
pub(super) const WEBHOOKS_ALLOWED: &str = "a list of at most ten { url = \"…\", events = [\"…\"] }, \
                                           each with a URL of its own; without events, it gets all";
const URL_ALLOWED: &str = "an http:// or https:// URL of at most 2048 bytes, without a user and \
                           without a fragment";
const EVENTS_ALLOWED: &str = "a list of at least one of \"channel_existence\", \"presence\", \
                              \"client_events\", \"cache_miss\" and \"subscription_count\"";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::value::Entry;

    #[test]
    fn the_list_of_classes_in_the_sentence_is_whole() {
        for class in HookClass::ALL {
            assert!(EVENTS_ALLOWED.contains(&format!("\"{}\"", class.name())), "{class:?}");
        }
    }

    #[test]
    fn ten_endpoints_are_taken_and_eleven_are_not() {
        let endpoint = |number| {
            let value = Value::Text(format!("http://127.0.0.1/{number}"));
            let url = Entry { key: "url".to_owned(), item: Item { line: 1, value } };
            Item { line: 1, value: Value::Table(vec![url]) }
        };
        let list = |count| Value::List((0..count).map(endpoint).collect());
        assert_eq!(webhooks(&list(MOST_WEBHOOKS), &Place::CommandLine).unwrap().len(), 10);
        let error = webhooks(&list(MOST_WEBHOOKS + 1), &Place::CommandLine).unwrap_err();
        assert!(error.to_string().starts_with("webhooks must be a list of at most ten"), "{error}");
    }
}
