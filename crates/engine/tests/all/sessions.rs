//! What sessions over HTTP are owed is counted right, however their requests come and go.

use std::sync::Arc;

use rollcall_engine::{
    App, Edge, EdgeId, HttpTransport, Opening, Receive, ReceiveId, Security, SessionName, Time,
};
use rollcall_wire::SocketId;
use rollcall_wire::protocol::Protocol;

fn receive(id: u64, transport: HttpTransport) -> Receive {
    let (session, security) = (SessionName::new("key", "1", "abc"), Security::Plain);
    Receive { session, id: ReceiveId(id), transport, security }
}

/// Found by `session_operations` of the fuzz targets.
#[test]
fn what_a_stream_begins_with_is_no_longer_owed_to_a_poll() {
    let (now, mut edge) = (Time::ZERO, Edge::new(EdgeId(0), [1, 2, 3, 4]));
    let opening = Opening {
        socket: SocketId::new(1, 1),
        app: Arc::new(App::new("1", Vec::new())),
        protocol: Protocol::V7,
        security: Security::Plain,
    };
    let stream = receive(1, HttpTransport::Streaming);
    edge.handle_session_opened(now, stream.clone(), opening);
    let mut owed = Vec::new();
    for request in [stream, receive(2, HttpTransport::Polling)] {
        edge.handle_receive(now, &request);
        edge.handle_receive_lost(now, &request.session, request.id);
        assert_eq!(edge.poll_dirty(now), None, "nobody is there to take it");
        owed.push(edge.stats().queue_bytes);
    }
    assert_eq!(owed[0] - owed[1], 2_049, "the 2 KiB that only streams begin with");
}
