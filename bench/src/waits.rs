//! How long a client event is on its way to another client: as it is, and to an app whose back end
//! is told of it, so that it is held until that is written down (docs/webhooks.md).
//!
//! One event is under way at a time. It is mostly waiting and hardly work, so it stands beside no
//! bare loop, and the limit of the wait is tested elsewhere.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use rollcall_wire::auth::channel_signature;
use rollcall_wire::ws::client;

use crate::clock;
use crate::error::{BenchError, Result};
use crate::handshake::{self, Room};
use crate::server::Server;
use crate::setup::Setup;

/// How much is measured.
#[derive(Debug)]
pub(crate) struct WaitPlan {
    events: u32,
}

/// How long events were on their way.
#[derive(Debug)]
pub(crate) struct Waits {
    /// What app they were sent to.
    pub(crate) setup: Setup,
    /// Each of them.
    pub(crate) times: Vec<Duration>,
}

/// Two clients of one channel.
#[derive(Debug)]
struct Pair {
    speaker: TcpStream,
    listener: TcpStream,
    heard: Vec<u8>,
}

impl WaitPlan {
    /// As much as the table in the README needs.
    pub(crate) fn full() -> Self {
        Self { events: 1001 }
    }

    /// A few seconds.
    pub(crate) fn quick() -> Self {
        Self { events: 201 }
    }
}

/// Measures with servers of its own.
pub(crate) fn measure(program: &Path, plan: &WaitPlan) -> Result<Vec<Waits>> {
    let setups = [Setup::Plain, Setup::Hooked];
    setups.into_iter().map(|setup| measure_one(program, plan, setup)).collect()
}

fn measure_one(program: &Path, plan: &WaitPlan, setup: Setup) -> Result<Waits> {
    let server = Server::start_with(program, setup)?;
    let mut pair = Pair::meet(&server)?;
    // The first finds nothing ready, neither here nor there.
    pair.say(0)?;
    let times = (1..=plan.events).map(|number| pair.say(number)).collect::<Result<_>>()?;
    Ok(Waits { setup, times })
}

impl Pair {
    fn meet(server: &Server) -> Result<Self> {
        let (speaker, listener) = (subscribe(server)?, subscribe(server)?);
        Ok(Self { speaker, listener, heard: Vec::new() })
    }

    /// Says something and waits until it is heard.
    fn say(&mut self, number: u32) -> Result<Duration> {
        let text = format!(
            r#"{{"event":"client-bench","channel":"{CHANNEL}","data":{{"number":{number}}}}}"#
        );
        let frame = framed(&text);
        let began = clock::start();
        self.speaker.write_all(&frame)?;
        self.hear(&format!(r#"\"number\":{number}}}"#))?;
        Ok(began.elapsed())
    }

    fn hear(&mut self, words: &str) -> Result<()> {
        self.heard.clear();
        read_until(&mut self.listener, &mut self.heard, words)
    }
}

fn subscribe(server: &Server) -> Result<TcpStream> {
    let (mut socket, name) = handshake::open(server.address(), server.key(), Room::Usual)?;
    let key = server.app_key();
    let signature = channel_signature(&key.secret, &name, CHANNEL, None);
    let request = format!(
        r#"{{"event":"pusher:subscribe","data":{{"channel":"{CHANNEL}","auth":"{}:{signature}"}}}}"#,
        key.key,
    );
    socket.write_all(&framed(&request))?;
    read_until(&mut socket, &mut Vec::new(), "pusher_internal:subscription_succeeded")?;
    Ok(socket)
}

fn read_until(socket: &mut TcpStream, read: &mut Vec<u8>, words: &str) -> Result<()> {
    let mut buffer = [0; 4096];
    while !String::from_utf8_lossy(read).contains(words) {
        match socket.read(&mut buffer)? {
            0 => return Err(BenchError::NotSubscribed(std::mem::take(read))),
            count => read.extend_from_slice(&buffer[..count]),
        }
    }
    Ok(())
}

fn framed(text: &str) -> Vec<u8> {
    let mut frame = Vec::new();
    client::write_text(&mut frame, text.as_bytes(), [1, 2, 3, 4]);
    frame
}

const CHANNEL: &str = "private-bench";
