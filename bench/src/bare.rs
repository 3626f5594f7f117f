//! The bare loop: the least that a server has to do to give N sockets the same frame.
//!
//! It is one thread without timers, buffers or bookkeeping. For each message that it is told of, it
//! calls `send` once for each socket, with the very bytes that Rollcall sends, and nothing else.

use std::io::{self, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ChildStdin;

use clap::Args;

use crate::child::Running;
use crate::error::{BenchError, Result};
use crate::publisher::Publisher;
use crate::stamp::{FRAME_LEN, Stamp};

/// The part of the bare loop.
#[derive(Debug, Args)]
pub(crate) struct BareOptions {
    /// How many sockets to wait for.
    #[arg(long)]
    sockets: usize,
}

/// The process of the bare loop, as the benchmark sees it.
#[derive(Debug)]
pub(crate) struct BareLoop {
    process: Running,
    address: SocketAddr,
}

/// Tells the loop what to send.
#[derive(Debug)]
pub(crate) struct BarePublisher(ChildStdin);

/// Serves until its input ends.
pub(crate) fn run(options: &BareOptions) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("{}", listener.local_addr()?);
    let mut sockets = accept(&listener, options.sockets)?;
    let mut orders = BufReader::new(io::stdin());
    let mut frame = Vec::with_capacity(FRAME_LEN);
    while let Some(stamp) = read_order(&mut orders)? {
        stamp.write_frame(&mut frame);
        for socket in &mut sockets {
            // One call; the socket is a blocking one and takes all of so little.
            if socket.write(&frame)? != frame.len() {
                return Err(io::Error::from(io::ErrorKind::WriteZero).into());
            }
        }
    }
    Ok(())
}

impl BareLoop {
    /// Starts the process.
    pub(crate) fn start(sockets: usize) -> Result<Self> {
        let mut process = Running::start_part(&["bare", "--sockets", &sockets.to_string()])?;
        let line = process.lines()?.next().ok_or(BenchError::Ended("bare"))??;
        let address = line.parse().map_err(|_| BenchError::Ended("bare"))?;
        Ok(Self { process, address })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its number in the system.
    pub(crate) fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// The way to have it send; to be called once.
    pub(crate) fn publisher(&mut self) -> Result<BarePublisher> {
        self.process.input().map(BarePublisher)
    }
}

impl Publisher for BarePublisher {
    fn publish(&mut self, stamp: Stamp) -> Result<()> {
        Ok(self.0.write_all(&order(stamp))?)
    }
}

fn accept(listener: &TcpListener, count: usize) -> io::Result<Vec<TcpStream>> {
    let accept_one = || {
        let (socket, _) = listener.accept()?;
        socket.set_nodelay(true)?;
        Ok(socket)
    };
    (0..count).map(|_| accept_one()).collect()
}

fn order(stamp: Stamp) -> [u8; ORDER_LEN] {
    let [a, b, c, d] = stamp.id.to_le_bytes();
    [stamp.publisher, a, b, c, d]
}

fn read_order(orders: &mut impl Read) -> io::Result<Option<Stamp>> {
    let mut order = [0; ORDER_LEN];
    match orders.read_exact(&mut order) {
        Ok(()) => {
            let [publisher, a, b, c, d] = order;
            Ok(Some(Stamp { publisher, id: u32::from_le_bytes([a, b, c, d]) }))
        }
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

const ORDER_LEN: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_read_as_they_were_written() {
        let stamp = Stamp { publisher: 15, id: 1_234_567 };
        let mut bytes = &order(stamp)[..];
        assert_eq!(read_order(&mut bytes).unwrap(), Some(stamp));
        assert_eq!(read_order(&mut bytes).unwrap(), None);
    }
}
