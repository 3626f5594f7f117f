//! The pace of a phase: publishers send, the reader tells how far everybody has read, and so the
//! next messages are let go.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use crate::child::Running;
use crate::error::{BenchError, Result};
use crate::ledger::Fault;
use crate::publisher::Publisher;
use crate::reader::{Report, Side};
use crate::stamp::Stamp;
use crate::window::Window;

/// The reader, and how many messages were ordered for it.
#[derive(Debug)]
pub(crate) struct Pace {
    _reader: Running,
    signals: Receiver<Signal>,
    signal: Sender<Signal>,
    /// Messages ordered so far of each [`Side`].
    ordered: [u32; 2],
}

/// What ends or continues a phase.
#[derive(Debug)]
enum Signal {
    Said(Report),
    Failed(BenchError),
}

impl Pace {
    /// Starts a reader and waits until it has connected all its sockets.
    pub(crate) fn start(reader: &[&str]) -> Result<Self> {
        let mut reader = Running::start_part(&[&["reader"], reader].concat())?;
        let (signal, signals) = mpsc::channel();
        listen(&mut reader, signal.clone())?;
        let pace = Self { _reader: reader, signals, signal, ordered: [0; 2] };
        match pace.next_signal(CONNECTING)? {
            Some(Report::Ready) => Ok(pace),
            _ => Err(BenchError::Ended("reader")),
        }
    }

    /// Publishes `count` messages, with at most `under_way` of them unread by somebody, and waits
    /// until every subscriber has read every one.
    pub(crate) fn run(
        &mut self,
        side: Side,
        publishers: &mut [impl Publisher],
        count: u32,
        under_way: u32,
    ) -> Result<()> {
        let ordered = &mut self.ordered[side as usize];
        let messages = *ordered..*ordered + count;
        *ordered = messages.end;
        let window = &Window::new(messages.clone(), under_way);
        thread::scope(|scope| {
            for (number, publisher) in (0..).zip(publishers) {
                let signal = self.signal.clone();
                scope.spawn(move || publish(publisher, number, window, &signal));
            }
            let result = self.await_read(side, messages.end, window);
            window.close();
            result
        })
    }

    /// Listens for what should not come any more.
    pub(crate) fn expect_silence(&self, duration: Duration) -> Result<()> {
        match self.next_signal(duration)? {
            None => Ok(()),
            Some(_) => Err(BenchError::Faulty(Fault::Duplicated)),
        }
    }

    fn await_read(&self, side: Side, all: u32, window: &Window) -> Result<()> {
        loop {
            match self.next_signal(PATIENCE)? {
                Some(Report::Read(of, read)) if of == side => {
                    window.advance(read);
                    if read >= all {
                        return Ok(());
                    }
                }
                Some(_) => {}
                None => return Err(BenchError::Faulty(Fault::Lost)),
            }
        }
    }

    /// What the reader says next; `None` if it stays silent for so long.
    fn next_signal(&self, patience: Duration) -> Result<Option<Report>> {
        match self.signals.recv_timeout(patience) {
            Ok(Signal::Said(Report::Faulty(fault))) => Err(BenchError::Faulty(fault)),
            Ok(Signal::Said(report)) => Ok(Some(report)),
            Ok(Signal::Failed(error)) => Err(error),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(BenchError::Ended("reader")),
        }
    }
}

/// Passes on what the reader says, on a thread of its own.
fn listen(reader: &mut Running, signal: Sender<Signal>) -> Result<()> {
    let lines = reader.lines()?;
    thread::spawn(move || {
        let said = lines.map_while(std::result::Result::ok).map_while(|line| Report::parse(&line));
        for report in said {
            if signal.send(Signal::Said(report)).is_err() {
                return;
            }
        }
        // Nobody listens any more if the benchmark is over.
        let _ = signal.send(Signal::Failed(BenchError::Ended("reader")));
    });
    Ok(())
}

fn publish(publisher: &mut impl Publisher, number: u8, window: &Window, signal: &Sender<Signal>) {
    while let Some(id) = window.take() {
        if let Err(error) = publisher.publish(Stamp { publisher: number, id }) {
            // It is heard where the messages are waited for.
            let _ = signal.send(Signal::Failed(error));
            return;
        }
    }
}

/// A delivery that takes longer is lost.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long ten thousand sockets may take to connect on a busy machine.
const CONNECTING: Duration = Duration::from_secs(180);
