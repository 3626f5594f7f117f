//! Input text, and the message it is parsed to, printed.

use super::*;

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(show(parse(text)), expected, "{text}");
}

fn show(parsed: Result<ClientMessage<'_>, MessageError>) -> String {
    match parsed {
        Ok(ClientMessage::Ping) => "ping".into(),
        Ok(ClientMessage::Pong) => "pong".into(),
        Ok(ClientMessage::Subscribe { channel, auth, channel_data }) => {
            format!("subscribe {channel} {} {}", or_none(auth), or_none(channel_data))
        }
        Ok(ClientMessage::Unsubscribe { channel }) => format!("unsubscribe {channel}"),
        Ok(ClientMessage::Signin { auth, user_data }) => format!("signin {auth} {user_data}"),
        Ok(ClientMessage::ClientEvent { event, channel, data }) => {
            let data = data.map(|raw| Cow::Borrowed(raw.get()));
            format!("event {event} {} {}", or_none(channel), or_none(data))
        }
        Ok(ClientMessage::Unsupported { event }) => format!("unsupported {event}"),
        Err(error) => error.to_string(),
    }
}

fn or_none(text: Option<Cow<'_, str>>) -> Cow<'_, str> {
    text.unwrap_or(Cow::Borrowed("-"))
}

#[test]
fn pings_with_any_data_or_none() {
    for data in ["", r#","data":{}"#, r#","data":null"#, r#","data":"{}""#, r#","data":[1]"#] {
        check(&format!(r#"{{"event":"pusher:ping"{data}}}"#), "ping");
        check(&format!(r#"{{"event":"pusher:pong"{data}}}"#), "pong");
    }
}

#[test]
fn p30_a_ping_whose_data_is_an_empty_string_is_a_ping() {
    check(r#"{"event":"pusher:ping","data":""}"#, "ping");
    check(r#"{"event":"pusher:ping","data":"not json"}"#, "ping");
}

#[test]
fn p26_what_is_not_a_json_object_is_malformed() {
    for text in [
        "",
        " ",
        "{",
        "nonsense",
        "null",
        "7",
        r#""pusher:ping""#,
        "[]",
        r#"["pusher:ping",null,{}]"#,
        r#"{"event":"pusher:ping"} {}"#,
        r#"{"event":"pusher:ping",}"#,
        r#"{'event':'pusher:ping'}"#,
        "{\"event\":\"pusher:ping\n\"}",
    ] {
        check(text, "Invalid message format");
    }
    check(
        &format!(r#"{{"event":"client-a","data":{}}}"#, "[".repeat(40_000)),
        "Invalid message format",
    );
}

#[test]
fn p27_a_message_without_an_event_is_malformed() {
    for text in [
        "{}",
        r#"{"data":{}}"#,
        r#"{"event":null}"#,
        r#"{"event":7}"#,
        r#"{"event":{}}"#,
        r#"{"event":"\ud800"}"#,
        r#"{"Event":"pusher:ping"}"#,
    ] {
        check(text, "Invalid message format");
    }
}

#[test]
fn p28_p29_the_servers_own_names_are_unsupported() {
    for name in [
        "pusher:unknown",
        "pusher:error",
        "pusher:pingx",
        "pusher_internal:member_added",
        "hello",
        "",
        "Client-typing",
    ] {
        check(&format!(r#"{{"event":"{name}"}}"#), &format!("unsupported {name}"));
    }
}

#[test]
fn subscriptions() {
    check(
        r#"{"event":"pusher:subscribe","data":{"auth":"","channel":"my-channel"}}"#,
        "subscribe my-channel  -",
    );
    check(r#"{"event":"pusher:subscribe","data":{"channel":"a"}}"#, "subscribe a - -");
    check(
        r#"{"event":"pusher:subscribe","data":{"auth":null,"channel":"a","channel_data":null}}"#,
        "subscribe a - -",
    );
    check(
        r#"{"event":"pusher:subscribe","data":{"auth":"K:H","channel_data":"{\"user_id\":\"u1\"}","channel":"presence-a"}}"#,
        r#"subscribe presence-a K:H {"user_id":"u1"}"#,
    );
    check(r#"{"event":"pusher:unsubscribe","data":{"channel":"a"}}"#, "unsubscribe a");
    check(
        r#"{"event":"pusher:signin","data":{"auth":"K:H","user_data":"{\"id\":\"u1\"}"}}"#,
        r#"signin K:H {"id":"u1"}"#,
    );
}

#[test]
fn data_may_be_the_json_text_of_an_object() {
    check(
        r#"{"event":"pusher:subscribe","data":"{\"channel\":\"a\",\"auth\":\"K:H\"}"}"#,
        "subscribe a K:H -",
    );
    check(r#"{"event":"pusher:unsubscribe","data":"{\"channel\":\"a\"}"}"#, "unsubscribe a");
    check(r#"{"event":"pusher:subscribe","data":"[]"}"#, "Invalid message format");
    check(r#"{"event":"pusher:subscribe","data":"\"{}\""}"#, "Invalid message format");
}

#[test]
fn unknown_keys_are_ignored() {
    check(
        r#"{"x":{"y":[1,2,"}"]},"event":"pusher:unsubscribe","channel":7,"user_id":"me","data":{"channel":"a","z":{}}}"#,
        "unsubscribe a",
    );
}

#[test]
fn p31_a_subscription_must_name_a_channel() {
    for data in [
        "",
        r#","data":{}"#,
        r#","data":{"channel":""}"#,
        r#","data":{"channel":7}"#,
        r#","data":{"channel":null}"#,
        r#","data":{"channel":{"channel":"a"}}"#,
        r#","data":{"channel":["a"]}"#,
        r#","channel":"a""#,
        r#","data":"{}""#,
    ] {
        let text = format!(r#"{{"event":"pusher:subscribe"{data}}}"#);
        check(&text, "pusher:subscribe must name a channel");
        let text = format!(r#"{{"event":"pusher:unsubscribe"{data}}}"#);
        check(&text, "pusher:unsubscribe must name a channel");
    }
    for data in [r#""""#, "7", "null", "[]", r#""x""#, r#"["a",null]"#] {
        let text = format!(r#"{{"event":"pusher:subscribe","data":{data}}}"#);
        check(&text, "Invalid message format");
    }
}

#[test]
fn fields_of_the_wrong_type_are_malformed() {
    for data in [
        r#"{"channel":"a","auth":7}"#,
        r#"{"channel":"a","auth":{"auth":"K:H"}}"#,
        r#"{"channel":"a","channel_data":{"user_id":"u1"}}"#,
    ] {
        let text = format!(r#"{{"event":"pusher:subscribe","data":{data}}}"#);
        check(&text, "Invalid message format");
    }
    check(r#"{"event":"pusher:signin","data":{"auth":"K:H"}}"#, "Invalid message format");
}

#[test]
fn client_events() {
    check(
        r#"{"event":"client-typing","data":{"on":true},"channel":"private-room"}"#,
        r#"event client-typing private-room {"on":true}"#,
    );
    check(r#"{"event":"client-","channel":""}"#, "event client-  -");
    check(r#"{"event":"client-a","channel":7,"data":null}"#, "event client-a - null");
}

#[test]
fn p102_the_prefix_of_client_events_is_anchored() {
    check(r#"{"event":"x-client-y"}"#, "unsupported x-client-y");
    check(r#"{"event":"client_y"}"#, "unsupported client_y");
    check(r#"{"event":"clienty"}"#, "unsupported clienty");
}

#[test]
fn escapes_in_names_mean_what_they_stand_for() {
    check(r#"{"event":"pusher\u003aping"}"#, "ping");
    check(r#"{"event":"pusher:subscribe","data":{"channel":"a\u002db"}}"#, "subscribe a-b - -");
}

#[test]
fn p98_p99_p100_data_is_relayed_as_one_string() {
    let table = [
        (r#"{"on":true}"#, r#"{"on":true}"#),
        (r#"{ "on" : [1, 2] }"#, r#"{ "on" : [1, 2] }"#),
        (r#""{\"on\":true}""#, r#"{"on":true}"#),
        (r#""plain""#, "plain"),
        (r#""""#, ""),
        (r#""\"0\"""#, r#""0""#),
        ("0", "0"),
        ("null", "null"),
        ("[]", "[]"),
    ];
    for (data, expected) in table {
        let text = format!(r#"{{"event":"client-a","data":{data}}}"#);
        let Ok(ClientMessage::ClientEvent { data, .. }) = parse(&text) else {
            panic!("{text}");
        };
        assert_eq!(client_event_data(data), expected);
    }
    assert_eq!(client_event_data(None), "{}");
}

#[test]
fn a_plain_message_is_borrowed() {
    let text = r#"{"event":"pusher:subscribe","data":{"auth":"K:H","channel":"private-a"}}"#;
    let Ok(ClientMessage::Subscribe { channel, auth, .. }) = parse(text) else {
        panic!("{text}");
    };
    assert!(matches!((channel, auth), (Cow::Borrowed(_), Some(Cow::Borrowed(_)))));
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text: String) {
        let _ = parse(&text);
        let _ = parse(&format!(r#"{{"event":"pusher:subscribe","data":{text}}}"#));
        let _ = parse(&format!(r#"{{"event":"client-a","data":"{text}"}}"#));
    }
}
