//! A client's first words: the upgrade, and one subscription.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use rollcall_wire::ws::client;
use socket2::{Domain, Socket, Type};

use crate::error::{BenchError, Result};
use crate::stamp::CHANNEL;
use crate::tls::{TlsStream, Trust};

/// How much the kernel is to hold of what a client has not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Room {
    /// What it does for everybody.
    Usual,
    /// As little as it can.
    Least,
}

/// Connects, subscribes and waits for both answers.
pub(crate) fn subscribe(server: SocketAddr, key: &str) -> Result<TcpStream> {
    let (mut socket, _) = open(server, key, Room::Usual)?;
    listen(&mut socket, &subscription())?;
    Ok(socket)
}

/// The same over TLS.
pub(crate) fn subscribe_over_tls(
    server: SocketAddr,
    key: &str,
    trust: &Trust,
) -> Result<TlsStream<TcpStream>> {
    let mut stream = trust.stream(server, connect(server, Room::Usual)?)?;
    greet(&mut stream, server, key)?;
    listen(&mut stream, &subscription())?;
    Ok(stream)
}

/// Asks for what a subscription is for, and waits for the answer.
pub(crate) fn listen(stream: &mut (impl Read + Write), subscription: &str) -> Result<()> {
    let mut request = Vec::new();
    client::write_text(&mut request, subscription.as_bytes(), MASK);
    stream.write_all(&request)?;
    read_until(stream, "pusher_internal:subscription_succeeded").map(|_| ())
}

/// Connects and waits for the greeting; returns the socket and its name.
pub(crate) fn open(server: SocketAddr, key: &str, room: Room) -> Result<(TcpStream, String)> {
    let mut socket = connect(server, room)?;
    let name = greet(&mut socket, server, key)?;
    Ok((socket, name))
}

/// Upgrades, and returns the name that the greeting tells.
fn greet(stream: &mut (impl Read + Write), server: SocketAddr, key: &str) -> Result<String> {
    stream.write_all(upgrade(server, key).as_bytes())?;
    let greeting = read_until(stream, "pusher:connection_established")?;
    name_in(&greeting).ok_or(BenchError::NotSubscribed(greeting.into_bytes()))
}

/// Connects and says nothing yet.
pub(crate) fn connect(server: SocketAddr, room: Room) -> Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(server), Type::STREAM, None)?;
    if room == Room::Least {
        socket.set_recv_buffer_size(1)?;
    }
    socket.connect(&server.into())?;
    socket.set_tcp_nodelay(true)?;
    Ok(socket.into())
}

fn name_in(greeting: &str) -> Option<String> {
    let (_, behind) = greeting.split_once(r#"{\"socket_id\":\""#)?;
    Some(behind.split_once('\\')?.0.to_owned())
}

fn upgrade(server: SocketAddr, key: &str) -> String {
    format!(
        "GET /app/{key}?protocol=7&client=bench&version=1.0.0 HTTP/1.1\r\n\
         Host: {server}\r\n\
         Connection: Upgrade\r\n\
         Upgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
}

/// The event that asks for the messages.
pub(crate) fn subscription() -> String {
    format!(r#"{{"event":"pusher:subscribe","data":{{"channel":"{CHANNEL}"}}}}"#)
}

/// Reads until the event is there, and the end of its frame.
fn read_until(socket: &mut impl Read, event: &str) -> Result<String> {
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let count = socket.read(&mut buffer)?;
        answer.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&answer);
        if text.contains(event) && text.ends_with('}') {
            return Ok(text.into_owned());
        }
        if count == 0 {
            return Err(BenchError::NotSubscribed(answer));
        }
    }
}

/// Any will do: it keeps proxies from misreading what passes, and there is none here.
const MASK: [u8; 4] = [1, 2, 3, 4];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_socket_is_found_in_its_greeting() {
        let greeting = r#"{"event":"pusher:connection_established","data":"{\"socket_id\":\"12.34\",\"activity_timeout\":30}"}"#;
        assert_eq!(name_in(greeting).as_deref(), Some("12.34"));
        assert_eq!(name_in("{}"), None);
    }
}
