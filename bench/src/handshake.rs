//! A subscriber's first words: the upgrade, and one subscription.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use rollcall_wire::ws::client;

use crate::error::{BenchError, Result};
use crate::stamp::CHANNEL;

/// Connects, subscribes and waits for both answers.
pub(crate) fn subscribe(server: SocketAddr, key: &str) -> Result<TcpStream> {
    let mut socket = TcpStream::connect(server)?;
    socket.set_nodelay(true)?;
    socket.write_all(upgrade(server, key).as_bytes())?;
    let mut answer = Vec::new();
    read_until(&mut socket, &mut answer, "pusher:connection_established")?;
    let mut request = Vec::new();
    client::write_text(&mut request, subscription().as_bytes(), MASK);
    socket.write_all(&request)?;
    read_until(&mut socket, &mut answer, "pusher_internal:subscription_succeeded")?;
    Ok(socket)
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

fn subscription() -> String {
    format!(r#"{{"event":"pusher:subscribe","data":{{"channel":"{CHANNEL}"}}}}"#)
}

/// Reads until the event is there, and the end of its frame.
fn read_until(socket: &mut TcpStream, answer: &mut Vec<u8>, event: &str) -> Result<()> {
    let mut buffer = [0; 4096];
    loop {
        let count = socket.read(&mut buffer)?;
        answer.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(answer);
        if text.contains(event) && text.ends_with('}') {
            return Ok(());
        }
        if count == 0 {
            return Err(BenchError::NotSubscribed(std::mem::take(answer)));
        }
    }
}

/// Any will do: it keeps proxies from misreading what passes, and there is none here.
const MASK: [u8; 4] = [1, 2, 3, 4];
