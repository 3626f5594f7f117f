//! Legal inputs, for the generator to mutate and for libFuzzer to begin with.

use rollcall_wire::ws::client;

/// Legal inputs of the target of that name; none for those that read operations, where any bytes
/// are.
pub fn corpus(target: &str) -> Vec<Vec<u8>> {
    match target {
        "ws_decoder" => streams(),
        "pusher_message" => owned(MESSAGES),
        "names" => NAMES.iter().map(|name| [b"\0", name.as_bytes()].concat()).collect(),
        "http_requests" => QUERIES.iter().map(|query| request(query)).collect(),
        "api_bodies" => owned(BODIES),
        "fallback_bodies" => MESSAGES.iter().chain(SENDS).map(|text| sent(text)).collect(),
        "query_strings" => (0..5).flat_map(parameters).collect(),
        _ => Vec::new(),
    }
}

fn owned(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// Streams behind what `ws_decoder` reads first: the limit, and three sizes of pieces.
fn streams() -> Vec<Vec<u8>> {
    let writers: [fn(&mut Vec<u8>); 9] = [
        |out| client::write_text(out, MESSAGES[0].as_bytes(), MASK),
        |out| client::write_text(out, &[b'x'; 130], MASK),
        |out| client::write_text(out, "naïve 🎉".as_bytes(), MASK),
        |out| client::write_binary(out, &[7; 70], MASK),
        |out| client::write_ping(out, b"are you there", MASK),
        |out| client::write_pong(out, b"", MASK),
        |out| client::write_close(out, 1000, "bye", MASK),
        fragments,
        |out| client::write(out, 0x88, b"", MASK),
    ];
    let mut streams: Vec<_> = writers.iter().map(|write| stream(&[*write])).collect();
    for (at, write) in writers.iter().enumerate() {
        streams.push(stream(&[*write, writers[(at + 3) % writers.len()], writers[6]]));
    }
    // The same under the tightest limit that lets something through.
    let tight = streams.iter().map(|stream| [&[1], &stream[1..]].concat());
    let tight: Vec<_> = tight.collect();
    streams.extend(tight);
    streams
}

/// A text in three frames, with a ping in between.
fn fragments(out: &mut Vec<u8>) {
    client::write(out, 0x01, "gr\u{fc}".as_bytes(), MASK);
    client::write_ping(out, b"x", MASK);
    client::write(out, 0x00, b"", MASK);
    client::write(out, 0x80, b"ezi", MASK);
}

fn stream(writers: &[fn(&mut Vec<u8>)]) -> Vec<u8> {
    let mut out = vec![0, 3, 2, 0, 6];
    writers.iter().for_each(|write| write(&mut out));
    out
}

/// A request as `http_requests` reads it: method, prefix, path, time, body, query.
fn request(query: &str) -> Vec<u8> {
    let mut out = vec![0, 0, 14];
    out.extend_from_slice(b"/apps/1/events\0\x02{}");
    out.extend_from_slice(query.as_bytes());
    out
}

/// A frame as a client sends it over HTTP, or what is a body already.
fn sent(text: &str) -> Vec<u8> {
    match text.starts_with('[') {
        true => text.as_bytes().to_vec(),
        false => serde_json::json!([text]).to_string().into_bytes(),
    }
}

/// Parameters behind the byte that chooses a channel for `query_strings`.
fn parameters(channel: u8) -> Vec<Vec<u8>> {
    let long =
        (b'a'..=b'z').map(|letter| format!("{}&", char::from(letter).to_string().repeat(300)));
    let texts = QUERIES.iter().chain(PARAMETERS).map(|text| text.to_string());
    let texts = texts.chain([long.collect::<String>()]);
    texts.map(|text| [&[channel], text.as_bytes()].concat()).collect()
}

const MASK: [u8; 4] = [0x11, 0xa2, 0x33, 0xc4];

const MESSAGES: &[&str] = &[
    r#"{"event":"pusher:subscribe","data":{"channel":"room"}}"#,
    r#"{"event":"pusher:subscribe","data":{"channel":"presence-x","auth":"k:00ff","channel_data":"{\"user_id\":\"u1\",\"user_info\":{\"rev\":3}}"}}"#,
    r#"{"event":"pusher:subscribe","data":"{\"channel\":\"private-x\",\"auth\":\"k:00ff\"}"}"#,
    r#"{"event":"pusher:unsubscribe","data":{"channel":"room"}}"#,
    r#"{"event":"client-typing","channel":"private-x","data":{"a":[1,2.5,null]}}"#,
    r#"{"event":"client-typing","channel":"private-x","data":"text \"q\" \u00e9"}"#,
    r#"{"event":"client-x","channel":"private-x"}"#,
    r#"{"event":"pusher:ping","data":{}}"#,
    r#"{"event":"pusher:pong"}"#,
    r#"{"event":"pusher:signin","data":{"auth":"k:00ff","user_data":"{\"id\":\"1\"}"}}"#,
    r#"{"event":"something","extra":1,"data":null}"#,
    r#"{"user_id":"u1","user_info":{"status":"hi","rev":12}}"#,
    r#"{"user_id":17}"#,
    r#"{"user_id":1.0,"user_info":{}}"#,
];

const NAMES: &[&str] = &[
    "room",
    "private-x",
    "presence-x",
    "private-encrypted-x",
    "cache-x",
    "private-cache-x",
    "private-encrypted-cache-x",
    "presence-cache-x",
    "#server-to-user-u1",
    "ABCxyz019_-=@,.;",
    "123.456",
    "4294967295.4294967295",
    "dGhlIHNhbXBsZSBub25jZQ==",
    "7",
];

const QUERIES: &[&str] = &[
    "auth_key=app-key&auth_timestamp=1700000000&auth_version=1.0&body_md5=99914b932bd37a50b983c5e7c90ae93b&auth_signature=00",
    "auth_key=app-key&auth_timestamp=1700000000&auth_version=1.0&auth_signature=00&info=user_count",
    "auth_key=b&auth_timestamp=-9223372036854775808&auth_version=1.0&auth_signature=",
    "auth_version=2.0&auth_key=app-key",
    "a[]=1&a[]=2&b%5B0%5D=x&auth_key=app-key&auth_timestamp=1700000000&auth_version=1.0",
    "filter_by_prefix=presence-&info=user_count+more",
    "A=1&a=2&&=&k=a%2Cb;c",
];

const SENDS: &[&str] = &[
    "[]",
    "[ ]\n",
    r#"["{\"event\":\"pusher:ping\"}","{\"event\":\"client-x\",\"channel\":\"private-a\"}"]"#,
    r#"["\ud83c\udf89","\u0000","naïve 🎉"]"#,
];

const PARAMETERS: &[&str] = &[
    "filter_by_prefix=presence-&info=user_count",
    "filter_by_prefix=presence%2Da%2C&info[]=user_count",
    "info=user_count,subscription_count,cache",
    "info%5B0%5D=cache&info%5B1%5D=subscription_count",
    "INFO=%20user_count%20,,",
    "unknown=1&unknown=2&another[]=3",
];

const BODIES: &[&str] = &[
    r#"{"name":"e","channel":"room","data":"{\"a\":1}"}"#,
    r#"{"name":"e","channels":["room","private-x","room"],"data":"x","socket_id":"1.2"}"#,
    r#"{"name":"e","channel":"presence-x","data":{"not":"a string"},"info":"user_count,subscription_count"}"#,
    r#"{"batch":[{"name":"e","channel":"room","data":"x"},{"name":"f","channel":"room","data":"y"}]}"#,
    r#"{"user_info":{"status":"hi","rev":7}}"#,
    r#"{"user_info":null}"#,
    r#"{"name":"e","channel":"private-encrypted-x","data":"x","socket_id":"99999999999.1"}"#,
];
