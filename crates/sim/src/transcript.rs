//! Transcripts: commands, and under each, indented, what was heard of it.
//!
//! ```text
//! a1 connects
//!     a1 < connection_established 30s
//! a1 joins presence-team as ana
//!     a1 < subscription_succeeded presence-team [ana] #1
//! ```
//!
//! [`check`] is the one place where tests touch the machines. It plays a transcript with one edge
//! and with several, with mail in order and shuffled, and whatever the staging, everybody must hear
//! the same. `ROLLCALL_BLESS=1` writes what was heard into the test; then read the diff.

use std::fmt;
use std::fs;
use std::panic::Location;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::command::Command;
use crate::diff::diff;
use crate::stage::{Line, Stage, Staging};

/// The first one is what expectations are written from.
const STAGINGS: [Staging; 7] = [
    Staging { edges: 1, shuffle: None },
    Staging { edges: 2, shuffle: None },
    Staging { edges: 1, shuffle: Some(1) },
    Staging { edges: 2, shuffle: Some(2) },
    Staging { edges: 2, shuffle: Some(3) },
    Staging { edges: 2, shuffle: Some(4) },
    Staging { edges: 3, shuffle: Some(5) },
];

/// Plays a transcript on every staging and compares what is heard with what it says.
///
/// A first line like `edges 2 shuffle 77` names the one staging to play it on.
#[track_caller]
pub fn check(transcript: &str) {
    let script = Script::read(transcript);
    let stagings = script.staging.map_or_else(|| STAGINGS.to_vec(), |staging| vec![staging]);
    let first = script.play(stagings[0]);
    for &staging in &stagings[1..] {
        let other = script.play(staging);
        let (expected, found) = (script.render(&sorted(&first)), script.render(&sorted(&other)));
        assert!(
            expected == found,
            "with {staging} others are heard than with {}:\n{}",
            stagings[0],
            diff(&expected, &found)
        );
    }
    compare(transcript, &script.render(&first));
}

/// Plays commands and returns the transcript, for tests that count instead of comparing.
pub fn play(commands: &str, staging: Staging) -> String {
    let script = Script::read(commands);
    script.render(&script.play(staging))
}

/// What was heard of each command.
type Record = Vec<Vec<Line>>;

/// The lines of a transcript that are not expectations.
struct Script {
    staging: Option<Staging>,
    entries: Vec<Entry>,
    indent: String,
    /// What stands before the closing quote.
    tail: String,
}

enum Entry {
    /// A comment, an empty line or the staging.
    Text(String),
    Command(Command),
}

impl Script {
    #[track_caller]
    fn read(transcript: &str) -> Self {
        let first = transcript.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
        let indent = first[..first.len() - first.trim_start().len()].to_owned();
        let tail = transcript.rsplit('\n').next().filter(|tail| tail.trim().is_empty());
        let mut script = Self {
            staging: None,
            entries: Vec::new(),
            indent,
            tail: tail.unwrap_or("").to_owned(),
        };
        let body = transcript.trim_start_matches('\n').trim_end();
        for line in body.lines() {
            script.read_line(line);
        }
        script
    }

    #[track_caller]
    fn read_line(&mut self, line: &str) {
        let text = line.strip_prefix(&self.indent).unwrap_or(line);
        if text.trim().is_empty() || text.starts_with('#') {
            return self.entries.push(Entry::Text(text.trim_end().to_owned()));
        }
        if text.starts_with(' ') {
            return;
        }
        if let Some(staging) = parse_staging(text) {
            self.staging = Some(staging);
            return self.entries.push(Entry::Text(text.to_owned()));
        }
        match Command::parse(text) {
            Ok(command) => self.entries.push(Entry::Command(command)),
            Err(error) => panic!("{error}"),
        }
    }

    fn play(&self, staging: Staging) -> Record {
        let mut stage = Stage::new(staging);
        let commands = self.entries.iter().filter_map(|entry| match entry {
            Entry::Command(command) => Some(command),
            Entry::Text(_) => None,
        });
        commands.map(|command| stage.perform(command)).collect()
    }

    /// The transcript with what was heard.
    fn render(&self, record: &Record) -> String {
        let mut heard = record.iter();
        let mut out = String::from("\n");
        for entry in &self.entries {
            match entry {
                Entry::Text(text) if text.is_empty() => out.push('\n'),
                Entry::Text(text) => out += &format!("{}{text}\n", self.indent),
                Entry::Command(command) => {
                    out += &line_of(&self.indent, command);
                    for line in heard.next().into_iter().flatten() {
                        out += &line_of(&format!("{}    ", self.indent), line);
                    }
                }
            }
        }
        out + &self.tail
    }
}

fn line_of(indent: &str, text: impl fmt::Display) -> String {
    let line = format!("{indent}{text}");
    format!("{}\n", line.trim_end())
}

/// Channels are in different partitions, so only the order within a channel is promised.
fn sorted(record: &Record) -> Record {
    let mut record = record.clone();
    for lines in &mut record {
        lines.sort_by(|a, b| (a.after, &a.who, &a.channel).cmp(&(b.after, &b.who, &b.channel)));
    }
    record
}

fn parse_staging(line: &str) -> Option<Staging> {
    let mut words = line.strip_prefix("edges ")?.split(" shuffle ");
    let edges = words.next()?.parse().ok()?;
    Some(Staging { edges, shuffle: words.next().and_then(|seed| seed.parse().ok()) })
}

#[track_caller]
fn compare(expected: &str, found: &str) {
    if expected == found {
        return;
    }
    if std::env::var_os("ROLLCALL_BLESS").is_some() {
        return bless(Location::caller(), expected, found);
    }
    panic!(
        "heard is not what was expected (ROLLCALL_BLESS=1 accepts it):\n{}",
        diff(expected, found)
    );
}

/// Puts what was heard in the place of what was expected, in the source of the test.
#[track_caller]
fn bless(caller: &Location<'_>, expected: &str, found: &str) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let path = root.join(caller.file());
    let source = fs::read_to_string(&path).expect("the source of a running test can be read");
    assert!(source.contains(expected), "{caller} does not hold its transcript as a raw string");
    let blessed = source.replacen(expected, found, 1);
    fs::write(&path, blessed).expect("the source of a running test can be written");
}
