//! What a line of a transcript asks for. A command prints as the line that it was read from, so
//! that a failure of drawn commands can be pasted as a test.

use std::fmt;
use std::time::Duration;

use rollcall_engine::HttpTransport;

use crate::setting::Setting;
use crate::words::{ParseError, Words};

/// One line of a transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Settings change, at once for everybody.
    App(Vec<Setting>),
    /// The app is removed; the next change of settings adds it again.
    RemoveApp,
    /// What is printed beside the usual.
    Show(Show),
    /// A client does something.
    Client(String, Action),
    /// A back end publishes.
    Publish {
        /// The event's name.
        event: String,
        /// Where.
        channel: String,
        /// Who does not get it.
        except: Except,
        /// What.
        data: String,
    },
    /// A back end changes member info.
    Update {
        /// Whose.
        user: String,
        /// Where.
        channel: String,
        /// The revision, if it has one.
        rev: Option<u64>,
        /// The JSON object, or nothing.
        info: Option<String>,
    },
    /// An operator ends the grace of an absent member.
    Clear {
        /// Whose.
        user: String,
        /// Where.
        channel: String,
    },
    /// An operator says something in somebody's name.
    Impersonate {
        /// Whose.
        user: String,
        /// The event's name.
        event: String,
        /// Where.
        channel: String,
        /// What.
        data: String,
    },
    /// The node diverts a client event.
    Intercept {
        /// Which.
        event: String,
        /// Where.
        channel: String,
        /// How many may be under way.
        capacity: usize,
    },
    /// The node is done with one diverted event.
    Handled {
        /// Where.
        channel: String,
    },
    /// The node wants to hear of members.
    Watch {
        /// Where.
        channel: String,
    },
    /// A back end asks what is so of a channel.
    Describe {
        /// Which.
        channel: String,
    },
    /// A back end asks which channels are occupied.
    List {
        /// How their names begin.
        prefix: String,
    },
    /// The node closes a connection.
    Disconnect {
        /// Whose.
        client: String,
        /// With what.
        code: u16,
    },
    /// The node closes a connection if it is that member's.
    DisconnectMember {
        /// Whose.
        client: String,
        /// As whom.
        user: String,
        /// Where.
        channel: String,
    },
    /// A back end sends a user away.
    Terminate {
        /// Whom.
        user: String,
    },
    /// The node stops.
    Drain,
    /// Time passes.
    Wait(Duration),
    /// Nothing is written down from now on.
    JournalWaits,
    /// Nothing is written down, and nothing more is taken.
    JournalFills,
    /// So many of the events that are owed are written down.
    JournalWrites(usize),
    /// Whatever is owed is written down at once from now on.
    JournalGoesOn,
    /// The node dies, and starts again at once.
    Restart,
    /// Mail between the machines waits from now on.
    Hold,
    /// So many pieces of the waiting mail are delivered.
    Deliver(usize),
    /// Mail no longer waits.
    Release,
    /// Whatever reaches partitions from now on does so in one turn.
    Turn,
    /// That turn ends.
    End,
}

/// What a client does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Passes the door, speaking that protocol.
    Connects(u8),
    /// The same, over TLS.
    ConnectsOverTls(u8),
    /// The same, by a session over HTTP.
    ConnectsOverHttp(HttpTransport),
    /// Is refused at the door, speaking that protocol.
    IsRefused(u16, u8),
    /// Subscribes.
    Joins(String, Claim),
    /// Unsubscribes.
    Leaves(String),
    /// Signs in, with the users that it watches.
    SignsIn(Vec<String>, Claim),
    /// Sends a client event: its name, channel and JSON value.
    Triggers(String, String, Option<String>),
    /// Sends a text message; `$SOCKET` stands for its socket id.
    Sends(String),
    /// Sends a binary message.
    SendsBinary(String),
    /// Sends the bytes of these hex digits.
    SendsBytes(String),
    /// Sends a control ping.
    Pings(String),
    /// Sends a control pong.
    Pongs,
    /// Sends a close frame.
    Closes(Option<u16>),
    /// Stops sending, without a close frame.
    Ends,
    /// Loses its connection.
    Drops,
    /// Stops reading when the kernel has taken that many bytes more.
    StopsReading(usize),
    /// Reads again; at most so many bytes at a time, if that is said.
    Reads(Option<usize>),
    /// Answers nothing any more.
    FallsSilent,
    /// Loses the request that hears its session over HTTP.
    LosesRequest,
    /// Asks to hear its session over HTTP, whether or not another request does.
    AsksAgain,
}

/// With what a client subscribes or signs in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claim {
    /// The member it is.
    pub user: Option<String>,
    /// The member's info, a JSON object.
    pub info: Option<String>,
    /// The exact `channel_data` or `user_data`, instead of that.
    pub data: Option<String>,
    /// The number of the key that signs.
    pub key: Option<u64>,
    /// Whose socket the signature is made for.
    pub signed_for: Option<String>,
    /// The exact `auth`, instead of a signature.
    pub auth: Option<String>,
}

/// Who does not get an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Except {
    /// Nobody.
    Nobody,
    /// A client.
    Client(String),
    /// A member.
    User(String),
}

/// What can be printed beside the usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// Frames as the JSON they are.
    Raw,
    /// Control pings that a client answers by itself.
    Pings,
}

impl Command {
    /// Reads one line.
    ///
    /// # Errors
    ///
    /// It is no command; the error says what was expected where.
    pub fn parse(line: &str) -> Result<Self, ParseError> {
        let mut words = Words::of(line);
        let command = match words.next("a command")? {
            "app" if words.eat("is removed") => Self::RemoveApp,
            "app" => Self::App(settings(&mut words)?),
            "show" => {
                Self::Show(if words.eat("raw") { Show::Raw } else { show_pings(&mut words)? })
            }
            "publish" => publish(&mut words)?,
            "update" => update(&mut words)?,
            "clear" => clear(&mut words)?,
            "impersonate" => impersonate(&mut words)?,
            "intercept" => intercept(&mut words)?,
            "handled" => Self::Handled { channel: on_channel(&mut words)? },
            "watch" => Self::Watch { channel: text(&mut words, "a channel")? },
            "describe" => Self::Describe { channel: text(&mut words, "a channel")? },
            "list" => Self::List { prefix: rest(&mut words) },
            "disconnect" => disconnect(&mut words)?,
            "terminate" => Self::Terminate { user: text(&mut words, "a user")? },
            "drain" => Self::Drain,
            "journal" => journal(&mut words)?,
            "restart" => Self::Restart,
            "wait" => Self::Wait(duration(&mut words)?),
            "hold" => Self::Hold,
            "deliver" => Self::Deliver(words.value("a number")?),
            "release" => Self::Release,
            "turn" => Self::Turn,
            "end" => Self::End,
            name => Self::Client(client(name, &words)?, action(&mut words)?),
        };
        words.end()?;
        Ok(command)
    }
}

fn settings(words: &mut Words<'_>) -> Result<Vec<Setting>, ParseError> {
    let mut settings = vec![Setting::parse(words)?];
    while !words.is_at_end() {
        settings.push(Setting::parse(words)?);
    }
    Ok(settings)
}

fn show_pings(words: &mut Words<'_>) -> Result<Show, ParseError> {
    words.expect("pings").map(|()| Show::Pings)
}

fn publish(words: &mut Words<'_>) -> Result<Command, ParseError> {
    let event = text(words, "an event")?;
    words.expect("on")?;
    let channel = text(words, "a channel")?;
    let except = match words.eat("except") {
        false => Except::Nobody,
        true if words.eat("user") => Except::User(text(words, "a user")?),
        true => Except::Client(text(words, "a client")?),
    };
    words.expect("data")?;
    let data = words.rest().unwrap_or_default().to_owned();
    Ok(Command::Publish { event, channel, except, data })
}

fn clear(words: &mut Words<'_>) -> Result<Command, ParseError> {
    Ok(Command::Clear { user: text(words, "a user")?, channel: on_channel(words)? })
}

fn impersonate(words: &mut Words<'_>) -> Result<Command, ParseError> {
    let (user, event) = (text(words, "a user")?, text(words, "an event")?);
    let channel = on_channel(words)?;
    words.expect("data")?;
    let data = words.rest().unwrap_or_default().to_owned();
    Ok(Command::Impersonate { user, event, channel, data })
}

fn update(words: &mut Words<'_>) -> Result<Command, ParseError> {
    let user = text(words, "a user")?;
    let channel = on_channel(words)?;
    let rev = if words.eat("rev") { Some(words.value("a revision")?) } else { None };
    let info = words.rest().map(str::to_owned);
    Ok(Command::Update { user, channel, rev, info })
}

fn intercept(words: &mut Words<'_>) -> Result<Command, ParseError> {
    let event = text(words, "an event")?;
    let channel = on_channel(words)?;
    words.expect("capacity")?;
    Ok(Command::Intercept { event, channel, capacity: words.value("a number")? })
}

fn disconnect(words: &mut Words<'_>) -> Result<Command, ParseError> {
    let client = text(words, "a client")?;
    if words.eat("as") {
        let user = text(words, "a user")?;
        return Ok(Command::DisconnectMember { client, user, channel: on_channel(words)? });
    }
    Ok(Command::Disconnect { client, code: words.value("a close code")? })
}

fn journal(words: &mut Words<'_>) -> Result<Command, ParseError> {
    Ok(match words.next("what the journal does")? {
        "waits" => Command::JournalWaits,
        "fills" => Command::JournalFills,
        "writes" => Command::JournalWrites(words.value("a number")?),
        "goes" => words.expect("on").map(|()| Command::JournalGoesOn)?,
        _ => return Err(words.error("waits, fills, writes or goes on")),
    })
}

/// A client is named by its edge, a letter, and its number there.
fn client(name: &str, words: &Words<'_>) -> Result<String, ParseError> {
    let mut characters = name.chars();
    let is_client = characters.next().is_some_and(|letter| letter.is_ascii_lowercase())
        && !characters.as_str().is_empty()
        && characters.all(|digit| digit.is_ascii_digit());
    is_client.then(|| name.to_owned()).ok_or_else(|| words.error("a command or a client"))
}

fn action(words: &mut Words<'_>) -> Result<Action, ParseError> {
    Ok(match words.next("an action")? {
        "connects" if words.eat("over tls") => Action::ConnectsOverTls(protocol(words)?),
        "connects" if words.eat("by streaming") => {
            Action::ConnectsOverHttp(HttpTransport::Streaming)
        }
        "connects" if words.eat("by polling") => Action::ConnectsOverHttp(HttpTransport::Polling),
        "connects" => Action::Connects(protocol(words)?),
        "is" => {
            words.expect("refused")?;
            Action::IsRefused(words.value("a close code")?, protocol(words)?)
        }
        "joins" => Action::Joins(text(words, "a channel")?, claim(words)?),
        "leaves" => Action::Leaves(text(words, "a channel")?),
        "signs" => {
            words.expect("in")?;
            let watched = if words.eat("watching") { text(words, "users")? } else { String::new() };
            let watched = watched.split(',').filter(|user| !user.is_empty()).map(str::to_owned);
            Action::SignsIn(watched.collect(), claim(words)?)
        }
        "triggers" => {
            let event = text(words, "an event")?;
            Action::Triggers(event, on_channel(words)?, words.rest().map(str::to_owned))
        }
        "sends" if words.eat("binary") => Action::SendsBinary(rest(words)),
        "sends" if words.eat("bytes") => Action::SendsBytes(rest(words)),
        "sends" => Action::Sends(rest(words)),
        "pings" => Action::Pings(rest(words)),
        "pongs" => Action::Pongs,
        "closes" if words.is_at_end() => Action::Closes(None),
        "closes" => Action::Closes(Some(words.value("a close code")?)),
        "ends" => Action::Ends,
        "drops" => Action::Drops,
        "stops" => {
            words.expect("reading")?;
            Action::StopsReading(if words.eat("after") { words.value("bytes")? } else { 0 })
        }
        "reads" => {
            Action::Reads(if words.is_at_end() { None } else { Some(words.value("bytes")?) })
        }
        "falls" => words.expect("silent").map(|()| Action::FallsSilent)?,
        "loses" => words.expect("its request").map(|()| Action::LosesRequest)?,
        "asks" => words.expect("again").map(|()| Action::AsksAgain)?,
        _ => return Err(words.error("something that a client does")),
    })
}

fn protocol(words: &mut Words<'_>) -> Result<u8, ParseError> {
    if words.eat("protocol") { words.value("a protocol version") } else { Ok(7) }
}

fn claim(words: &mut Words<'_>) -> Result<Claim, ParseError> {
    let mut claim = Claim::default();
    if words.eat("as") {
        claim.user = Some(text(words, "a user")?);
    }
    if words.eat("with key") {
        claim.key = Some(words.value("a number")?);
    }
    if words.eat("signed for") {
        claim.signed_for = Some(text(words, "a client")?);
    }
    if words.eat("with auth") {
        claim.auth = Some(words.rest().unwrap_or_default().to_owned());
    } else if words.eat("with data") {
        claim.data = Some(rest(words));
    } else {
        claim.info = words.rest().map(str::to_owned);
    }
    Ok(claim)
}

fn on_channel(words: &mut Words<'_>) -> Result<String, ParseError> {
    words.expect("on")?;
    text(words, "a channel")
}

fn duration(words: &mut Words<'_>) -> Result<Duration, ParseError> {
    let word = words.next("a duration")?;
    let parsed = match word.strip_suffix("ms") {
        Some(millis) => millis.parse().ok().map(Duration::from_millis),
        None => word.strip_suffix('s').and_then(|s| s.parse().ok()).map(Duration::from_secs),
    };
    parsed.ok_or_else(|| words.error("a duration like 3s or 250ms"))
}

fn text(words: &mut Words<'_>, expected: &'static str) -> Result<String, ParseError> {
    words.next(expected).map(str::to_owned)
}

fn rest(words: &mut Words<'_>) -> String {
    words.rest().unwrap_or_default().to_owned()
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::App(settings) => {
                f.write_str("app")?;
                settings.iter().try_for_each(|setting| write!(f, " {setting}"))
            }
            Self::RemoveApp => f.write_str("app is removed"),
            Self::Show(Show::Raw) => f.write_str("show raw"),
            Self::Show(Show::Pings) => f.write_str("show pings"),
            Self::Client(client, action) => write!(f, "{client} {action}"),
            Self::Publish { event, channel, except, data } => {
                write!(f, "publish {event} on {channel}{except} data {data}")
            }
            Self::Update { user, channel, rev, info } => {
                write!(f, "update {user} on {channel}")?;
                write!(f, "{}{}", opt(" rev ", rev.as_ref()), opt(" ", info.as_ref()))
            }
            Self::Clear { user, channel } => write!(f, "clear {user} on {channel}"),
            Self::Impersonate { user, event, channel, data } => {
                write!(f, "impersonate {user} {event} on {channel} data {data}")
            }
            Self::Intercept { event, channel, capacity } => {
                write!(f, "intercept {event} on {channel} capacity {capacity}")
            }
            Self::Handled { channel } => write!(f, "handled on {channel}"),
            Self::Watch { channel } => write!(f, "watch {channel}"),
            Self::Describe { channel } => write!(f, "describe {channel}"),
            Self::List { prefix } if prefix.is_empty() => f.write_str("list"),
            Self::List { prefix } => write!(f, "list {prefix}"),
            Self::Disconnect { client, code } => write!(f, "disconnect {client} {code}"),
            Self::DisconnectMember { client, user, channel } => {
                write!(f, "disconnect {client} as {user} on {channel}")
            }
            Self::Terminate { user } => write!(f, "terminate {user}"),
            Self::Drain => f.write_str("drain"),
            Self::JournalFills => f.write_str("journal fills"),
            Self::JournalWaits => f.write_str("journal waits"),
            Self::JournalWrites(events) => write!(f, "journal writes {events}"),
            Self::JournalGoesOn => f.write_str("journal goes on"),
            Self::Restart => f.write_str("restart"),
            Self::Wait(time) if time.subsec_millis() == 0 => write!(f, "wait {}s", time.as_secs()),
            Self::Wait(time) => write!(f, "wait {}ms", time.as_millis()),
            Self::Hold => f.write_str("hold"),
            Self::Deliver(pieces) => write!(f, "deliver {pieces}"),
            Self::Release => f.write_str("release"),
            Self::Turn => f.write_str("turn"),
            Self::End => f.write_str("end"),
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connects(7) => f.write_str("connects"),
            Self::Connects(protocol) => write!(f, "connects protocol {protocol}"),
            Self::ConnectsOverTls(7) => f.write_str("connects over tls"),
            Self::ConnectsOverTls(protocol) => write!(f, "connects over tls protocol {protocol}"),
            Self::ConnectsOverHttp(HttpTransport::Streaming) => {
                f.write_str("connects by streaming")
            }
            Self::ConnectsOverHttp(HttpTransport::Polling) => f.write_str("connects by polling"),
            Self::IsRefused(code, 7) => write!(f, "is refused {code}"),
            Self::IsRefused(code, protocol) => write!(f, "is refused {code} protocol {protocol}"),
            Self::Joins(channel, claim) => write!(f, "joins {channel}{claim}"),
            Self::Leaves(channel) => write!(f, "leaves {channel}"),
            Self::SignsIn(watched, claim) if watched.is_empty() => write!(f, "signs in{claim}"),
            Self::SignsIn(watched, claim) => {
                write!(f, "signs in watching {}{claim}", watched.join(","))
            }
            Self::Triggers(event, channel, data) => {
                write!(f, "triggers {event} on {channel}{}", opt(" ", data.as_ref()))
            }
            Self::Sends(text) => write!(f, "sends {text}"),
            Self::SendsBinary(text) => write!(f, "sends binary {text}"),
            Self::SendsBytes(hex) => write!(f, "sends bytes {hex}"),
            Self::Pings(payload) => write!(f, "pings {payload}"),
            Self::Pongs => f.write_str("pongs"),
            Self::Closes(code) => write!(f, "closes{}", opt(" ", code.as_ref())),
            Self::Ends => f.write_str("ends"),
            Self::Drops => f.write_str("drops"),
            Self::StopsReading(0) => f.write_str("stops reading"),
            Self::StopsReading(room) => write!(f, "stops reading after {room}"),
            Self::Reads(capacity) => write!(f, "reads{}", opt(" ", capacity.as_ref())),
            Self::FallsSilent => f.write_str("falls silent"),
            Self::LosesRequest => f.write_str("loses its request"),
            Self::AsksAgain => f.write_str("asks again"),
        }
    }
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&opt(" as ", self.user.as_ref()))?;
        f.write_str(&opt(" with key ", self.key.as_ref()))?;
        f.write_str(&opt(" signed for ", self.signed_for.as_ref()))?;
        f.write_str(&opt(" with auth ", self.auth.as_ref()))?;
        f.write_str(&opt(" with data ", self.data.as_ref()))?;
        f.write_str(&opt(" ", self.info.as_ref()))
    }
}

impl fmt::Display for Except {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nobody => Ok(()),
            Self::Client(client) => write!(f, " except {client}"),
            Self::User(user) => write!(f, " except user {user}"),
        }
    }
}

fn opt(before: &str, value: Option<&impl fmt::Display>) -> String {
    value.map(|value| format!("{before}{value}")).unwrap_or_default()
}
