//! The filter language of the debug console and of `rollcall tail` (docs/console.md 2.9): words that
//! all have to hold. It knows nothing of where events come from.
//!
//! `docs/filter-cases.json` has the cases that this and the page's `web/console/model/filter.ts`
//! obey: whoever changes one thing here changes the table, and the page with it. `reader.rs` reads a
//! filter, `pattern.rs` compares.

mod error;
mod pattern;
mod reader;

use std::borrow::Cow;

use rollcall_node::observe::EventType;
use serde_json::{Map, Value};

pub use error::{FilterError, FilterProblem};
use pattern::Pattern;
use reader::Reader;

/// Which events are to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    words: Vec<Word>,
}

/// One of the words that all have to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Word {
    /// Whether none of the alternatives may hold.
    negated: bool,
    alternatives: Vec<Alternative>,
}

/// What stands between two commas.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Alternative {
    /// The event is of one of these types.
    Types(Vec<EventType>),
    /// The field is there, and is so.
    Field(Field, Pattern),
    /// One of the event's texts has this somewhere; it is in small letters.
    Anywhere(Pattern),
}

/// What a word may be about; the name stands before its colon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Type,
    Channel,
    User,
    Socket,
    Event,
}

impl Filter {
    /// Reads a filter; an empty one shows everything.
    ///
    /// # Errors
    ///
    /// If it is too long or a word of it means nothing, with the place and what would be right.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let characters: Vec<char> = text.chars().collect();
        if let Some(surplus @ 1..) = characters.len().checked_sub(MOST_CHARACTERS) {
            return Err(FilterError::new(FilterProblem::TooLong, MOST_CHARACTERS, surplus));
        }
        Ok(Self { words: Reader::new(&characters).words()? })
    }

    /// Whether it shows an event, which is as the contract writes it.
    pub fn shows(&self, event: &Map<String, Value>) -> bool {
        self.words.iter().all(|word| {
            word.negated != word.alternatives.iter().any(|alternative| alternative.holds(event))
        })
    }
}

impl Alternative {
    fn holds(&self, event: &Map<String, Value>) -> bool {
        match self {
            Self::Types(types) => {
                let what = event.get("type").and_then(Value::as_str);
                types.iter().any(|known| Some(known.name()) == what)
            }
            // A star is something: what an event does not have fits nothing.
            Self::Field(field, pattern) => {
                let value = event.get(field.name()).and_then(Value::as_str);
                value.is_some_and(|value| pattern.fits(value))
            }
            Self::Anywhere(pattern) => {
                texts(event).any(|text| pattern.is_within(&text.to_lowercase()))
            }
        }
    }
}

impl Field {
    const ALL: [Self; 5] = [Self::Type, Self::Channel, Self::User, Self::Socket, Self::Event];

    fn name(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Channel => "channel",
            Self::User => "user",
            Self::Socket => "socket",
            Self::Event => "event",
        }
    }
}

/// What a word without a name is looked for in.
fn texts(event: &Map<String, Value>) -> impl Iterator<Item = Cow<'_, str>> {
    TEXTS.iter().filter_map(|name| match event.get(*name)? {
        Value::String(text) => Some(Cow::Borrowed(text.as_str())),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        _ => None,
    })
}

const TEXTS: [&str; 10] =
    ["type", "socket", "user", "channel", "event", "kind", "code", "message", "setting", "data"];

/// The most characters of a filter.
const MOST_CHARACTERS: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;

    /// The same table as the page's.
    fn table() -> Value {
        let text = include_str!("../../../docs/filter-cases.json");
        serde_json::from_str(text).expect("the table is JSON")
    }

    fn list<'a>(table: &'a Value, key: &str) -> &'a [Value] {
        table[key].as_array().expect("it is a list")
    }

    #[test]
    fn filters_show_what_the_table_says() {
        let table = table();
        // The map is in the order of the names, and the table in that of the numbers.
        let mut events: Vec<_> = table["events"].as_object().unwrap().iter().collect();
        events.sort_by_key(|(_, event)| event["n"].as_u64());
        let cases = list(&table, "matches");
        assert!(cases.len() > 50);
        for case in cases {
            let filter = case["filter"].as_str().unwrap();
            let parsed = Filter::parse(filter).unwrap_or_else(|error| panic!("{filter}: {error}"));
            let shown = events.iter().filter(|(_, event)| parsed.shows(event.as_object().unwrap()));
            let shown: Vec<_> = shown.map(|(name, _)| name.as_str()).collect();
            assert_eq!(Value::from(shown), case["shows"], "{filter}");
        }
    }

    #[test]
    fn filters_are_refused_as_the_table_says() {
        let table = table();
        let cases = list(&table, "errors");
        assert!(cases.len() > 25);
        for case in cases {
            let filter = case["filter"].as_str().unwrap();
            let error = Filter::parse(filter).expect_err(filter);
            let expected = serde_json::json!({
                "filter": filter,
                "code": error.problem.code(),
                "at": error.at,
                "length": error.length,
                "what": error.what,
                "message": error.to_string(),
            });
            assert_eq!(&expected, case);
        }
    }
}
