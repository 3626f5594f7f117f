//! Server frames in the words of transcripts. What is not exactly as `docs/protocol.md` says is
//! shown as the JSON it is, so that no fault hides behind a word.

use std::collections::BTreeMap;

use rollcall_engine::Owed;
use serde_json::value::RawValue;

type Object = BTreeMap<String, Box<RawValue>>;

/// A frame in words.
pub(crate) fn frame(json: &str) -> String {
    let object = serde_json::from_str::<Object>(json).ok();
    object.and_then(|object| words(&object)).unwrap_or_else(|| json.to_owned())
}

/// An event of a webhook in words, from the JSON that a back end gets.
pub(crate) fn hook(owed: &Owed) -> String {
    let mut json = Vec::new();
    owed.event.write_json(owed.channel.name.as_str(), &mut json);
    let json = String::from_utf8(json).expect("JSON is text");
    let object = serde_json::from_str::<BTreeMap<String, serde_json::Value>>(&json);
    object.ok().and_then(|object| hook_words(&object)).unwrap_or(json)
}

/// Strings and numbers, in the order in which readers look for them.
fn hook_words(event: &BTreeMap<String, serde_json::Value>) -> Option<String> {
    let mut words = Vec::new();
    for field in HOOK_FIELDS {
        match event.get(field) {
            None => {}
            Some(serde_json::Value::String(text)) => words.push(text.clone()),
            Some(serde_json::Value::Number(number)) => words.push(number.to_string()),
            Some(_) => return None,
        }
    }
    (words.len() == event.len()).then(|| words.join(" "))
}

const HOOK_FIELDS: [&str; 7] =
    ["name", "channel", "event", "user_id", "socket_id", "data", "subscription_count"];

/// The channel of a frame; for a change of one watched user that user's, since users are in
/// different partitions as channels are.
pub(crate) fn channel(json: &str) -> Option<String> {
    let frame = serde_json::from_str::<Object>(json).ok()?;
    match frame.get("channel") {
        Some(channel) => string(channel),
        None => match &watched_users(&frame)?[..] {
            [(_, users)] if users.len() == 1 => Some(format!("#server-to-user-{}", users[0])),
            _ => None,
        },
    }
}

fn words(frame: &Object) -> Option<String> {
    let event = string(frame.get("event")?)?;
    let channel = frame.get("channel").map(|channel| string(channel));
    let data = frame.get("data")?;
    match (event.as_str(), channel) {
        ("pusher:error", None) => error(frame, data),
        ("pusher:pong", None) => {
            (exactly(frame, 2) && string(data)? == "{}").then(|| "pong".into())
        }
        ("pusher:connection_established", None) => {
            let inner = nested(frame, 2, data)?;
            string(inner.get("socket_id")?)?;
            Some(format!("connection_established {}s", inner.get("activity_timeout")?))
        }
        ("pusher:signin_success", None) => {
            let inner = nested(frame, 2, data)?;
            let user_data = string(inner.get("user_data")?)?;
            exactly(&inner, 1).then(|| format!("signin_success {user_data}"))
        }
        ("pusher_internal:watchlist_events", None) => {
            let group =
                |(name, users): (String, Vec<String>)| format!(" {name} [{}]", users.join(" "));
            let groups: String = watched_users(frame)?.into_iter().map(group).collect();
            Some(format!("watchlist{groups}"))
        }
        (name, Some(Some(channel))) => match name.strip_prefix("pusher_internal:") {
            Some(name) => Some(format!("{name} {channel}{}", internal(name, frame, data)?)),
            None if name == "pusher:subscription_error" => {
                subscription_error(&channel, &nested(frame, 3, data)?)
            }
            None => event_on(name, &channel, frame, data),
        },
        _ => None,
    }
}

/// Who is online and who is not, each group in its order.
fn watched_users(frame: &Object) -> Option<Vec<(String, Vec<String>)>> {
    if string(frame.get("event")?)? != "pusher_internal:watchlist_events" {
        return None;
    }
    let inner = nested(frame, 2, frame.get("data")?).filter(|inner| exactly(inner, 1))?;
    let groups: Vec<Object> = serde_json::from_str(inner.get("events")?.get()).ok()?;
    let group = |group: &Object| {
        let users: Vec<String> = serde_json::from_str(group.get("user_ids")?.get()).ok()?;
        let is_group = exactly(group, 2) && !users.is_empty();
        is_group.then_some((string(group.get("name")?)?, users))
    };
    groups.iter().map(group).collect()
}

fn error(frame: &Object, data: &RawValue) -> Option<String> {
    let data: Object = serde_json::from_str(data.get()).ok()?;
    let is_plain = exactly(frame, 2) && exactly(&data, 2);
    let text = string(data.get("message")?)?;
    is_plain.then(|| format!("error {} {text}", data["code"]))
}

fn subscription_error(channel: &str, data: &Object) -> Option<String> {
    let (kind, text) = (string(data.get("type")?)?, string(data.get("error")?)?);
    let status = data.get("status")?;
    exactly(data, 3).then(|| format!("subscription_error {channel} {kind} {status} {text}"))
}

fn event_on(name: &str, channel: &str, frame: &Object, data: &RawValue) -> Option<String> {
    let data = string(data)?;
    match frame.get("user_id") {
        Some(user) if exactly(frame, 4) => {
            Some(format!("{name} on {channel} from {}: {data}", string(user)?))
        }
        None if exactly(frame, 3) => Some(format!("{name} on {channel}: {data}")),
        _ => None,
    }
}

fn internal(name: &str, frame: &Object, data: &RawValue) -> Option<String> {
    let inner = nested(frame, 3, data)?;
    match name {
        "subscription_succeeded" if inner.is_empty() => Some(String::new()),
        "subscription_succeeded" => presence(&inner),
        "member_added" | "member_updated" => {
            let user = string(inner.get("user_id")?)?;
            let info = info(inner.get("user_info")?);
            let keys = 2 + usize::from(inner.contains_key("serial"));
            exactly(&inner, keys).then(|| format!(" {user}{info}{}", serial(&inner)))
        }
        "subscription_count" => {
            let count = inner.get("subscription_count")?;
            exactly(&inner, 1).then(|| format!(" {count}"))
        }
        "member_removed" => {
            let user = string(inner.get("user_id")?)?;
            let keys = 1 + usize::from(inner.contains_key("serial"));
            exactly(&inner, keys).then(|| format!(" {user}{}", serial(&inner)))
        }
        _ => None,
    }
}

/// The roster of a success frame; `count`, `ids` and `hash` have to agree.
fn presence(inner: &Object) -> Option<String> {
    let presence: Object = serde_json::from_str(inner.get("presence")?.get()).ok()?;
    let ids: Vec<String> = serde_json::from_str(presence.get("ids")?.get()).ok()?;
    let count: usize = serde_json::from_str(presence.get("count")?.get()).ok()?;
    let hash: Object = serde_json::from_str(presence.get("hash")?.get()).ok()?;
    if count != ids.len() || hash.len() != ids.len() {
        return None;
    }
    let members: Option<Vec<String>> =
        ids.iter().map(|id| Some(format!("{id}{}", info(hash.get(id)?).trim_start()))).collect();
    Some(format!(" [{}]{}", members?.join(" "), serial(&presence)))
}

fn serial(object: &Object) -> String {
    object.get("serial").map(|serial| format!(" #{serial}")).unwrap_or_default()
}

fn info(info: &RawValue) -> String {
    if info.get() == "null" { String::new() } else { format!(" {info}") }
}

/// The object that a string contains, in a frame of so many keys.
fn nested(frame: &Object, keys: usize, data: &RawValue) -> Option<Object> {
    serde_json::from_str(&string(data)?).ok().filter(|_| exactly(frame, keys))
}

fn exactly(object: &Object, keys: usize) -> bool {
    object.len() == keys
}

fn string(value: &RawValue) -> Option<String> {
    serde_json::from_str(value.get()).ok()
}
