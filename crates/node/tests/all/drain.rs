//! The way down: who is told what, and that it comes to an end.

use crate::support::{TestNode, Told, read_response, signed, within};
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

const UP: &str = "GET /up HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";

const METRICS: &str = "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn p188_a_draining_node_sends_everybody_elsewhere_and_finishes_what_it_began() {
    let mut node = TestNode::start(2).await;
    assert_eq!(node.request(UP).await.0, 200);
    let (mut open, _) = node.connect().await;

    let body = json!({ "name": "e", "channel": "room", "data": "1" }).to_string();
    let request = signed("POST", "/apps/1001/events", &body);
    let (begun, rest) = request.split_at(request.len() - 5);
    let mut in_flight = TcpStream::connect(node.address).await.unwrap();
    in_flight.write_all(begun.as_bytes()).await.unwrap();
    // The node has taken the beginning when it answers what was sent after it.
    assert_eq!(node.request(UP).await.0, 200);

    node.stop.take().unwrap().send(()).unwrap();
    assert!(matches!(open.told().await, Told::Close(Some(4200), _)));
    let mut late = node.open("/app/app-key?protocol=7").await;
    assert!(matches!(late.told().await, Told::Close(Some(4100), _)));
    assert_eq!(node.request(UP).await.0, 503);
    let (status, metrics) = node.request(METRICS).await;
    assert!(status == 200 && metrics.contains("rollcall_draining 1\n"), "{status} {metrics}");

    in_flight.write_all(rest.as_bytes()).await.unwrap();
    assert_eq!(read_response(&mut in_flight).await, (200, "{}".to_owned()));
    drop((open, late));
    within(node.served).await.unwrap().unwrap();
}

#[tokio::test]
async fn p188_peers_that_do_not_answer_do_not_hold_it_up() {
    let mut node = TestNode::start(1).await;
    let (_deaf, _) = node.connect().await;
    let _silent = TcpStream::connect(node.address).await.unwrap();
    node.stop.take().unwrap().send(()).unwrap();
    within(node.served).await.unwrap().unwrap();
}
