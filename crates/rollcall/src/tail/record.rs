//! An event of an app as a line: of words for people, or of JSON for programs. What clients sent is
//! made harmless: a terminal obeys none of it.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// The line for people, its line feed included: time (UTC), type, channel, connection, and what
/// there is to say.
pub(super) fn line(event: &Map<String, Value>) -> String {
    let text = |name| event.get(name).and_then(Value::as_str);
    let word = |name| text(name).map_or_else(|| "-".to_owned(), |text| cut(text, MOST_NAME));
    let at = event.get("at").and_then(Value::as_i64).unwrap_or_default();
    let [what, channel, socket] = ["type", "channel", "socket"].map(word);
    let mut line = format!("{}  {what:14}  {channel}  {socket}", time_of_day(at));
    for part in parts(event) {
        write!(line, "  {part}").expect("writing to a String cannot fail");
    }
    line.push('\n');
    line
}

/// The line for programs, its line feed included: the record as it came. What JSON allows in a text
/// and a terminal obeys is escaped in it as JSON does: DEL, the controls above it, and what turns
/// texts round.
pub(super) fn json_line(record: &str) -> String {
    let mut line = String::with_capacity(record.len() + 1);
    for character in record.chars() {
        match character {
            // Between the tokens; in a text there is none.
            '\n' | '\r' | '\t' => line.push(' '),
            obeyed if obeyed.is_control() || TURNS.contains(&obeyed) => {
                write!(line, "\\u{:04x}", u32::from(obeyed)).expect("writing cannot fail");
            }
            plain => line.push(plain),
        }
    }
    line.push('\n');
    line
}

/// A text on a terminal: what is not printed, or would turn others round, is written as in Rust.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for part in text.split_inclusive(HARMLESS) {
        let (plain, last) = match part.char_indices().next_back() {
            Some((at, last)) if HARMLESS.contains(&last) => (&part[..at], Some(last)),
            _ => (part, None),
        };
        out.extend(plain.escape_debug());
        out.extend(last);
    }
    out
}

/// What there is to say beside the columns.
fn parts(event: &Map<String, Value>) -> Vec<String> {
    let text = |name| event.get(name).and_then(Value::as_str);
    let number = |name| event.get(name).and_then(Value::as_u64);
    let is = |name| event.get(name).and_then(Value::as_bool) == Some(true);
    let mut parts = Vec::new();
    parts.extend(text("user").map(|user| format!("user {}", cut(user, MOST_NAME))));
    parts.extend(is("impersonated").then(|| "impersonated".to_owned()));
    parts.extend(text("event").map(|name| cut(name, MOST_NAME)));
    parts.extend(reason(event));
    parts.extend(text("data").map(|data| {
        let ellipsis = if is("data_cut") && data.chars().count() <= MOST_DATA { "…" } else { "" };
        cut(data, MOST_DATA) + ellipsis
    }));
    parts.extend(number("size").map(|bytes| format!("{bytes} B")));
    parts.extend(number("latency_us").map(milliseconds));
    parts
}

/// Why: the kind, the code, the sentence, and the setting that would cure it.
fn reason(event: &Map<String, Value>) -> Option<String> {
    let text = |name| event.get(name).and_then(Value::as_str);
    let code = event.get("code").and_then(Value::as_u64).map(|code| code.to_string());
    let kind = text("kind").map(|kind| cut(kind, MOST_NAME));
    let head: Vec<String> = [kind, code].into_iter().flatten().collect();
    let told = text("message").map(|message| cut(message, MOST_DATA));
    let cure = text("setting").map(|setting| {
        let to = event.get("suggested").map(Value::to_string).unwrap_or_default();
        format!("(cure: {} = {})", cut(setting, MOST_NAME), cut(&to, MOST_DATA))
    });
    let head = Some(head.join(" ")).filter(|head| !head.is_empty());
    let said = match (head, told) {
        (Some(head), Some(told)) => Some(format!("{head}: {told}")),
        (head, told) => head.or(told),
    };
    let all: Vec<String> = [said, cure].into_iter().flatten().collect();
    Some(all.join("  ")).filter(|all| !all.is_empty())
}

/// The beginning of a text, escaped.
fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => escaped(&text[..end]) + "…",
        None => escaped(text),
    }
}

fn milliseconds(microseconds: u64) -> String {
    format!("{}.{:02} ms", microseconds / 1000, microseconds % 1000 / 10)
}

fn time_of_day(unix_millis: i64) -> String {
    let millis = unix_millis.rem_euclid(24 * 60 * 60 * 1000);
    let (seconds, minutes, hours) = (millis / 1000, millis / 60_000, millis / 3_600_000);
    format!("{hours:02}:{:02}:{:02}.{:03}Z", minutes % 60, seconds % 60, millis % 1000)
}

/// What turns the direction of texts, and what ends a line for some programs.
const TURNS: [char; 14] = [
    '\u{061c}', '\u{200e}', '\u{200f}', '\u{2028}', '\u{2029}', '\u{202a}', '\u{202b}', '\u{202c}',
    '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}',
];

/// What Rust escapes and every terminal prints.
const HARMLESS: [char; 3] = ['"', '\'', '\\'];

/// The most characters of a name; most settings allow fewer.
const MOST_NAME: usize = 200;

/// The most characters of data and of sentences.
const MOST_DATA: usize = 300;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn line_of(event: Value) -> String {
        line(event.as_object().expect("an object"))
    }

    #[test]
    fn a_line_has_time_type_channel_connection_and_the_rest() {
        let at = 1_700_000_000_005_i64;
        let event = json!({
            "n": 5, "at": at, "type": "client_event", "socket": "33.44", "user": "42",
            "channel": "presence-lobby", "event": "client-typing", "size": 13,
            "data": "{\"on\":true}", "impersonated": true,
        });
        assert_eq!(
            line_of(event),
            "22:13:20.005Z  client_event    presence-lobby  33.44  user 42  impersonated  \
             client-typing  {\"on\":true}  13 B\n"
        );
        let event = json!({ "n": 1, "at": 0, "type": "connection", "socket": "1.2" });
        assert_eq!(line_of(event), "00:00:00.000Z  connection      -  1.2\n");
        let event = json!({ "n": 1, "at": 0, "type": "api_message", "latency_us": 12_845 });
        assert_eq!(line_of(event), "00:00:00.000Z  api_message     -  -  12.84 ms\n");
    }

    #[test]
    fn an_error_says_why_and_what_would_cure_it() {
        let event = json!({
            "n": 7, "at": 0, "type": "client_error", "kind": "client_events_off", "code": 4301,
            "message": "They are off", "setting": "client_events", "suggested": true,
        });
        assert!(line_of(event).ends_with(
            "-  -  client_events_off 4301: They are off  (cure: client_events = true)\n"
        ));
        let event = json!({ "at": 0, "type": "disconnection", "message": "It left" });
        assert!(line_of(event).ends_with("-  It left\n"));
        let event = json!({ "at": 0, "type": "disconnection", "code": 4201 });
        assert!(line_of(event).ends_with("-  4201\n"));
    }

    #[test]
    fn what_a_terminal_would_obey_is_escaped() {
        for (text, expected) in [
            ("\u{1b}[2J\u{7}\u{7f}", "\\u{1b}[2J\\u{7}\\u{7f}"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("a\r\nb\t", "a\\r\\nb\\t"),
            ("a\u{202e}b\u{2066}\u{200f}", "a\\u{202e}b\\u{2066}\\u{200f}"),
            ("\u{2028}\u{feff}", "\\u{2028}\\u{feff}"),
            ("{\"it's\":\"C:\\\\\"}", "{\"it's\":\"C:\\\\\"}"),
            ("Été 東京 😀", "Été 東京 😀"),
            ("", ""),
        ] {
            assert_eq!(escaped(text), expected);
        }
        let event = json!({
            "type": "\u{1b}a", "channel": "\u{1b}b", "socket": "\u{1b}c", "user": "\u{1b}d",
            "event": "\u{1b}e", "kind": "\u{1b}f", "message": "\u{1b}g", "setting": "\u{1b}h",
            "suggested": ["\u{9b}"], "data": "\u{1b}i",
        });
        let line = line_of(event);
        assert!(!line.trim_end_matches('\n').contains(char::is_control), "{line:?}");
    }

    #[test]
    fn what_is_long_is_cut() {
        let data = "x".repeat(MOST_DATA);
        let shown = |data: &str, is_cut: bool| {
            line_of(json!({ "at": 0, "type": "auth", "data": data, "data_cut": is_cut }))
        };
        assert!(shown(&data, false).ends_with("x\n"));
        assert!(shown(&data, true).ends_with("x…\n"));
        assert!(shown(&format!("{data}x"), true).ends_with("x…\n"));
        let nothing = line_of(json!({ "channel": "c".repeat(1000) }));
        assert!(nothing.contains("c…  -"), "{nothing}");
    }

    #[test]
    fn json_stays_what_it_is() {
        let record = "{\"data\":\"\u{9b}\u{7f}é\u{202e}\u{2066}\\u001b\",\n\"n\":1}";
        let line = json_line(record);
        let escaped = "\\u009b\\u007fé\\u202e\\u2066\\u001b";
        assert_eq!(line, format!("{{\"data\":\"{escaped}\", \"n\":1}}\n"));
        let [came, told] = [record, &line].map(|json| serde_json::from_str::<Value>(json).unwrap());
        assert_eq!(came, told);
    }
}
