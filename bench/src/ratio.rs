//! CPU per delivery: Rollcall beside the bare loop, in turns.
//!
//! Both get the same frames to the same number of sockets of the same reader, at the same pace: so
//! many messages may be under way, and the next is ordered when one more was read by everybody.
//! What the publish requests cost the server is in its figure.

use std::path::Path;
use std::slice;
use std::time::Duration;

use crate::bare::{BareLoop, BarePublisher};
use crate::error::Result;
use crate::pace::Pace;
use crate::publisher::HttpPublisher;
use crate::reader::Side;
use crate::server::Server;
use crate::setup::{HttpTransport, Setup};
use crate::usage;
use crate::watcher::Watcher;

/// How much is measured.
#[derive(Debug)]
pub(crate) struct RatioPlan {
    subscribers: usize,
    rounds: usize,
    suites: [Suite; 6],
}

/// What is measured with one server.
#[derive(Debug, Clone, Copy)]
struct Suite {
    setup: Setup,
    modes: [Mode; 2],
}

/// A way to publish.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mode {
    /// What it is called.
    pub(crate) name: &'static str,
    /// What the median ratio should not be over, if anything.
    pub(crate) limit: Option<f64>,
    publishers: u8,
    under_way: u32,
    /// Messages of a round: enough for a second of CPU or more.
    server_messages: u32,
    bare_messages: u32,
}

/// What the rounds of one mode gave.
#[derive(Debug)]
pub(crate) struct Ratios {
    /// How the subscribers came.
    pub(crate) setup: Setup,
    /// The way of publishing.
    pub(crate) mode: Mode,
    /// CPU per delivery of the server and of the loop.
    pub(crate) rounds: Vec<Round>,
    /// Deliveries of the server that were checked.
    pub(crate) deliveries: u64,
}

/// CPU per delivery in one round.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Round {
    /// Of Rollcall.
    pub(crate) server: Duration,
    /// Of the bare loop.
    pub(crate) bare: Duration,
}

/// All processes, ready to be measured.
#[derive(Debug)]
struct Rig {
    server: Server,
    watcher: Option<Watcher>,
    bare: BareLoop,
    bare_publisher: BarePublisher,
    pace: Pace,
    subscribers: usize,
}

/// Measures everything, each setup with a server of its own.
pub(crate) fn measure(server: &Path, plan: &RatioPlan) -> Result<Vec<Ratios>> {
    let suites = plan.suites.iter().map(|suite| measure_suite(server, plan, suite));
    Ok(suites.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}

fn measure_suite(server: &Path, plan: &RatioPlan, suite: &Suite) -> Result<Vec<Ratios>> {
    let setup = suite.setup;
    let mut rig = Rig::start(server, plan.subscribers, setup)?;
    let ratios = suite.modes.iter().map(|mode| {
        let rounds = (0..plan.rounds).map(|_| rig.round(mode)).collect::<Result<_>>()?;
        let messages = u64::from(mode.server_messages) * plan.rounds as u64;
        Ok(Ratios { setup, mode: *mode, rounds, deliveries: messages * plan.subscribers as u64 })
    });
    let ratios = ratios.collect::<Result<_>>()?;
    rig.pace.expect_silence(AFTERMATH)?;
    // Without being watched it would be another setup that was measured.
    rig.watcher.as_ref().map(Watcher::seen).transpose()?;
    Ok(ratios)
}

impl RatioPlan {
    /// What the limits are for.
    pub(crate) fn full() -> Self {
        Self { subscribers: 1000, rounds: 7, suites: SUITES }
    }

    /// Less exact.
    pub(crate) fn quick() -> Self {
        let shorter = |mode: Mode| Mode {
            server_messages: mode.server_messages / 2,
            bare_messages: mode.bare_messages / 2,
            ..mode
        };
        let suites =
            SUITES.map(|suite| Suite { modes: suite.modes.map(shorter), setup: suite.setup });
        Self { rounds: 5, suites, ..Self::full() }
    }
}

impl Ratios {
    /// What it is called.
    pub(crate) fn name(&self) -> String {
        let name = self.setup.name(self.mode.name);
        match self.setup {
            Setup::Http(HttpTransport::Polling) => name + " with its re-polls",
            _ => name,
        }
    }
}

impl Round {
    /// The server's cost beside the loop's.
    pub(crate) fn ratio(self) -> f64 {
        self.server.as_secs_f64() / self.bare.as_secs_f64()
    }
}

impl Rig {
    fn start(program: &Path, subscribers: usize, setup: Setup) -> Result<Self> {
        let server = Server::start_with(program, setup)?;
        let watcher = server.watcher()?;
        let mut bare = BareLoop::start(subscribers)?;
        let bare_publisher = bare.publisher()?;
        let (bare_address, count) = (bare.address().to_string(), subscribers.to_string());
        let of_server = server.reader_arguments();
        let mut arguments: Vec<_> = of_server.iter().map(String::as_str).collect();
        arguments.extend(["--bare", &bare_address, "--sockets", &count, "--awake"]);
        let pace = Pace::start(&arguments)?;
        Ok(Self { server, watcher, bare, bare_publisher, pace, subscribers })
    }

    /// Measures both in many short turns, so that whatever else the machine does meets both alike.
    fn round(&mut self, mode: &Mode) -> Result<Round> {
        let publishers = (0..mode.publishers).map(|_| self.server.publisher());
        let mut publishers = publishers.collect::<Result<Vec<HttpPublisher>>>()?;
        // What it costs to accept the publishers is not the price of a delivery.
        self.publish(mode, &mut publishers, [WARM_UP; 2])?;
        let before = self.cpu()?;
        for _ in 0..TURNS {
            let messages = [mode.server_messages, mode.bare_messages].map(|all| all / TURNS);
            self.publish(mode, &mut publishers, messages)?;
        }
        let after = self.cpu()?;
        Ok(Round {
            server: self.per_delivery(after[0] - before[0], mode.server_messages),
            bare: self.per_delivery(after[1] - before[1], mode.bare_messages),
        })
    }

    /// Has the server and then the loop deliver so many messages; the other one idles.
    fn publish(
        &mut self,
        mode: &Mode,
        publishers: &mut [HttpPublisher],
        [server, bare]: [u32; 2],
    ) -> Result<()> {
        self.pace.run(Side::Server, publishers, server, mode.under_way)?;
        let bare_publisher = slice::from_mut(&mut self.bare_publisher);
        self.pace.run(Side::Bare, bare_publisher, bare, mode.under_way)
    }

    fn cpu(&self) -> Result<[Duration; 2]> {
        Ok([usage::cpu(self.server.pid())?, usage::cpu(self.bare.pid())?])
    }

    fn per_delivery(&self, cpu: Duration, messages: u32) -> Duration {
        cpu.div_f64(f64::from(messages) * self.subscribers as f64)
    }
}

const SUITES: [Suite; 6] = [
    Suite { setup: Setup::Plain, modes: [ONE_PER_TURN, MANY_PENDING] },
    Suite { setup: Setup::Watched, modes: WATCHED_MODES },
    // Publishing owes a webhook nothing, so nothing may wait for one.
    Suite { setup: Setup::Hooked, modes: [ONE_PER_TURN, MANY_PENDING] },
    Suite { setup: Setup::Tls, modes: TLS_MODES },
    Suite { setup: Setup::Http(HttpTransport::Streaming), modes: STREAMING_MODES },
    Suite { setup: Setup::Http(HttpTransport::Polling), modes: POLLING_MODES },
];

/// Without a limit: what is copied for an operator is paid for while one watches.
const WATCHED_MODES: [Mode; 2] =
    [Mode { limit: None, ..ONE_PER_TURN }, Mode { limit: None, ..MANY_PENDING }];

/// Without a limit: what encryption costs is not ours to lower.
const TLS_MODES: [Mode; 2] = [
    Mode { limit: None, ..ONE_PER_TURN },
    // Both ends have to encrypt, and nothing hangs on the last digit.
    Mode { limit: None, server_messages: 900, ..MANY_PENDING },
];

/// Without a limit as well: most of it is HTTP, and clients come this way who cannot come otherwise.
const STREAMING_MODES: [Mode; 2] = [
    Mode { limit: None, server_messages: 200, ..ONE_PER_TURN },
    Mode { limit: None, server_messages: 900, ..MANY_PENDING },
];

/// Each poll is answered once, so the requests for the next are part of the cost of a delivery.
const POLLING_MODES: [Mode; 2] = [
    Mode { limit: None, server_messages: 100, ..ONE_PER_TURN },
    Mode { limit: None, server_messages: 900, ..MANY_PENDING },
];

const ONE_PER_TURN: Mode = Mode {
    name: "one message per turn",
    limit: Some(1.2),
    publishers: 1,
    under_way: 1,
    server_messages: 450,
    bare_messages: 450,
};

const MANY_PENDING: Mode = Mode {
    name: "64 messages under way",
    limit: Some(0.25),
    publishers: 16,
    under_way: 64,
    server_messages: 3000,
    bare_messages: 450,
};

/// How often the two take turns in a round.
const TURNS: u32 = 10;

/// Messages before a round is measured.
const WARM_UP: u32 = 32;

/// How long is listened for what should not come.
const AFTERMATH: Duration = Duration::from_millis(500);
