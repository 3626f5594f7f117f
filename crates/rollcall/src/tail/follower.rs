//! Follows an app: listens, prints what the filter shows, and connects anew whenever the connection
//! is lost.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use rollcall_console::Filter;
use serde_json::value::RawValue;
use serde_json::{Map, Value, from_str, json};
use tokio::time::{Instant, sleep, sleep_until};

use super::console::{Console, Live, Signed};
use super::failure::{Lost, TailError};
use super::notice::Notice;
use super::output::Output;
use super::pass::Pass;
use super::record;
use super::sampling::{Sample, Sampling};
use super::stream::{Heard, Stream};
use crate::cli::Format;
use crate::failure::{AppFailure, Failure};

/// Follows one app.
pub(super) struct Follower<'a> {
    console: &'a Console<'a>,
    filter: &'a Filter,
    pass: &'a mut Pass,
    output: &'a mut Output,
    sampling: Sampling,
    state: State,
    /// How long the next attempt waits.
    wait: Duration,
}

/// What is known of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing yet.
    New,
    /// It tells events.
    Watching,
    /// It did, and does not.
    Away,
}

/// Why an attempt came to its end.
enum End {
    /// Another may do better.
    Lost(Lost),
    /// Nobody reads what is printed.
    Unread,
    /// None will.
    Failed(Failure),
}

impl<'a> Follower<'a> {
    pub(super) fn new(
        console: &'a Console<'a>,
        filter: &'a Filter,
        pass: &'a mut Pass,
        output: &'a mut Output,
    ) -> Self {
        let (sampling, state) = (Sampling::default(), State::New);
        Self { console, filter, pass, output, sampling, state, wait: SHORTEST }
    }

    /// Follows until nobody reads, or until there is no more hope.
    pub(super) async fn run(mut self) -> Result<(), Failure> {
        loop {
            let Err(end) = self.attempt().await;
            let kept = match end {
                End::Lost(lost) => self.wait_after(lost).await,
                end => Err(end),
            };
            match kept {
                Ok(()) => {}
                Err(End::Unread) => return Ok(()),
                Err(End::Failed(failure)) => return Err(failure),
                Err(End::Lost(lost)) => {
                    let server = self.console.base();
                    return Err(TailError::Unwatched { server, lost }.into());
                }
            }
        }
    }

    /// Says that the server is lost, once, and waits; where there never was one it is given up.
    async fn wait_after(&mut self, lost: Lost) -> Result<(), End> {
        match self.state {
            State::New => return Err(End::Lost(lost)),
            State::Watching => self.output.tell(Notice::Lost(&lost)).await?,
            State::Away => {}
        }
        self.state = State::Away;
        sleep(self.wait).await;
        self.console.find_again();
        self.wait = (2 * self.wait).min(LONGEST);
        Ok(())
    }

    /// Connects and listens. Wakes for: what the server says, and quiet, in which it looks
    /// whether it told a sample.
    async fn attempt(&mut self) -> Result<std::convert::Infallible, End> {
        let live = self.live().await?;
        let stream = Stream::new(self.console, &live.key);
        let mut stream = stream.map_err(|error| End::Failed(Failure::Random(error)))?;
        loop {
            let due = self.sampling.due();
            let quiet = async {
                match due {
                    Some(due) => sleep_until(due).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                heard = stream.next() => match heard? {
                    Heard::Frame(frame) => self.handle(&frame, &stream, &live).await?,
                    Heard::Heartbeat => stream.send_sign_of_life().await?,
                },
                () = quiet => {
                    let sample = self.sampling.look();
                    self.tell_sample(sample).await?;
                }
            }
        }
    }

    /// How to listen, with a new session if the one there was is over.
    async fn live(&mut self) -> Result<Live, End> {
        if let Some(live) = self.console.live(self.pass.token().as_deref()).await? {
            return Ok(live);
        }
        self.pass.renew().await.map_err(End::Failed)?;
        let live = self.console.live(self.pass.token().as_deref()).await?;
        let other = || TailError::OtherDatabase(self.console.base());
        live.ok_or_else(|| End::Failed(other().into()))
    }

    async fn handle(&mut self, frame: &Value, stream: &Stream<'_>, live: &Live) -> Result<(), End> {
        let data = frame["data"].as_str().unwrap_or_default();
        match frame["event"].as_str().unwrap_or_default() {
            "pusher:connection_established" => {
                let data: Value = from_str(data).map_err(|_| Lost::Strange)?;
                let socket = data["socket_id"].as_str().ok_or(Lost::Strange)?;
                let auth = self.sign(socket, live).await?;
                let wish = json!({ "channel": live.channel, "auth": auth });
                stream.send(&json!({ "event": "pusher:subscribe", "data": wish })).await?;
            }
            "pusher_internal:subscription_succeeded" => self.begin().await?,
            "events" if frame["channel"] == *live.channel => self.show(data).await?,
            "removed" if frame["channel"] == *live.channel => return Err(self.no_app().await?),
            "pusher:ping" => stream.send(&json!({ "event": "pusher:pong", "data": {} })).await?,
            "pusher:error" | "pusher:subscription_error" => {
                return Err(Lost::Refused(frame["data"].to_string()).into());
            }
            _ => {}
        }
        Ok(())
    }

    async fn sign(&mut self, socket: &str, live: &Live) -> Result<String, End> {
        let token = self.pass.token();
        match self.console.sign(token.as_deref(), socket, &live.channel).await? {
            Signed::Auth(auth) => Ok(auth),
            Signed::NoApp => Err(self.no_app().await?),
        }
    }

    /// There is no such app, or not any more.
    async fn no_app(&self) -> Result<End, End> {
        let id = self.console.app().to_owned();
        let failure: Failure = match self.state {
            State::New => {
                let known = self.console.apps(self.pass.token().as_deref()).await?;
                AppFailure::Unknown { id, known }.into()
            }
            State::Watching | State::Away => TailError::Removed(id).into(),
        };
        Ok(End::Failed(failure))
    }

    async fn begin(&mut self) -> Result<(), End> {
        let server = self.console.base();
        let notice = match self.state {
            State::New => Notice::Watching { app: self.console.app(), server: &server },
            State::Watching | State::Away => Notice::WatchingAgain,
        };
        self.output.tell(notice).await?;
        (self.state, self.wait) = (State::Watching, SHORTEST);
        Ok(())
    }

    /// Prints what the filter shows of some events.
    async fn show(&mut self, batch: &str) -> Result<(), End> {
        let batch = Batch::parse(batch).ok_or(Lost::Strange)?;
        let sample = self.sampling.count(batch.sample, Instant::now());
        self.tell_sample(sample).await?;
        let mut lines = String::new();
        for record in &batch.events {
            let event: Map<String, Value> = from_str(record.get()).map_err(|_| Lost::Strange)?;
            if self.filter.shows(&event) {
                lines += &match self.output.format() {
                    Format::Table => record::line(&event),
                    Format::Json => record::json_line(record.get()),
                };
            }
        }
        Ok(self.output.print(&lines).await?)
    }

    async fn tell_sample(&mut self, sample: Option<Sample>) -> Result<(), End> {
        match sample {
            Some(sample) => Ok(self.output.tell(Notice::Sampling(sample)).await?),
            None => Ok(()),
        }
    }
}

/// What one message tells.
struct Batch {
    /// As they came.
    events: Vec<Box<RawValue>>,
    sample: Sample,
}

impl Batch {
    fn parse(data: &str) -> Option<Self> {
        let mut fields: BTreeMap<String, Box<RawValue>> = from_str(data).ok()?;
        let events = fields.remove("events")?;
        let number = |name| fields.get(name).and_then(|number| from_str(number.get()).ok());
        let sample = Sample { seen: number("seen")?, shown: number("shown")? };
        Some(Self { events: from_str(events.get()).ok()?, sample })
    }
}

impl From<Lost> for End {
    fn from(lost: Lost) -> Self {
        Self::Lost(lost)
    }
}

/// A reader that is gone has what it wanted.
impl From<io::Error> for End {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Unread,
            _ => Self::Failed(TailError::Output(error).into()),
        }
    }
}

/// A server that starts anew is soon there.
const SHORTEST: Duration = Duration::from_millis(250);

const LONGEST: Duration = Duration::from_secs(5);
