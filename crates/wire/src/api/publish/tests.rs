//! Bodies of publishes, and what is made of them or why they are refused.

use serde_json::{Value, json};

use super::*;
use crate::ChannelNameError;

fn parse(body: &Value) -> Result<EventRequest, ApiError> {
    EventRequest::parse(body.to_string().as_bytes(), &PublishLimits::default())
}

fn batch(body: &Value) -> Result<BatchRequest, ApiError> {
    BatchRequest::parse(body.to_string().as_bytes(), &PublishLimits::default())
}

/// A good event with some fields replaced.
fn event(changes: &Value) -> Value {
    let mut event = json!({ "name": "e", "channels": ["a"], "data": "1" });
    for (key, value) in changes.as_object().unwrap() {
        event[key] = value.clone();
    }
    event
}

#[track_caller]
fn check_refused(changes: &Value, status: u16, text: &str) {
    let error = parse(&event(changes)).unwrap_err();
    assert_eq!((error.status(), &*error.to_string()), (status, text), "{changes}");
}

fn names(request: &EventRequest) -> Vec<&str> {
    request.channels.iter().map(ChannelName::as_str).collect()
}

#[test]
fn p157_channel_and_channels_both_work() {
    let one = parse(&json!({ "name": "e", "channel": "a", "data": "{}" })).unwrap();
    assert_eq!(names(&one), ["a"]);
    let two = parse(&json!({ "name": "e", "channels": ["a", "b"], "data": "{}" })).unwrap();
    assert_eq!(names(&two), ["a", "b"]);
    assert_eq!((&*two.name, &*two.data, two.except), ("e", "{}", None));
    let neither = parse(&json!({ "name": "e", "data": "{}" })).unwrap_err();
    assert_eq!(neither, ApiError::MissingField { field: "channels" });
}

#[test]
fn p158_100_channels_are_accepted_and_101_are_not() {
    let channels = |count: usize| (0..count).map(|n| format!("c{n}")).collect::<Vec<_>>();
    assert_eq!(parse(&event(&json!({ "channels": channels(100) }))).unwrap().channels.len(), 100);
    check_refused(
        &json!({ "channels": channels(101) }),
        400,
        "channels must hold 1 to 100 names (limits.channels_per_publish)",
    );
    check_refused(
        &json!({ "channels": [] }),
        400,
        "channels must hold 1 to 100 names (limits.channels_per_publish)",
    );
}

#[test]
fn p159_10240_bytes_of_data_are_accepted_and_10241_are_not() {
    let data = "é".repeat(5120);
    assert_eq!(parse(&event(&json!({ "data": data }))).unwrap().data, data);
    check_refused(
        &json!({ "data": data + "x" }),
        413,
        "The data content of this event exceeds the allowed maximum (10240 bytes). See \
         limits.payload_bytes in the settings of the app",
    );
}

#[test]
fn p160_a_name_of_200_characters_is_accepted_and_of_201_is_not() {
    let name = "é".repeat(200);
    assert_eq!(parse(&event(&json!({ "name": name }))).unwrap().name, name);
    check_refused(
        &json!({ "name": name + "x" }),
        400,
        "name must not be longer than 200 characters (limits.event_name)",
    );
    check_refused(&json!({ "name": "" }), 400, "name must not be empty");
}

#[test]
fn p164_duplicate_channels_collapse() {
    let request = parse(&event(&json!({ "channels": ["b", "a", "b", "a"] }))).unwrap();
    assert_eq!(names(&request), ["b", "a"]);
}

#[test]
fn data_is_taken_byte_for_byte_and_leniently() {
    let table = [
        (json!(""), ""),
        (json!("not json"), "not json"),
        (json!({ "a": [1] }), r#"{"a":[1]}"#),
        (json!(7), "7"),
        (json!(null), "null"),
    ];
    for (data, expected) in table {
        assert_eq!(parse(&event(&json!({ "data": data }))).unwrap().data, expected);
    }
}

#[test]
fn a_body_that_is_no_object_is_refused() {
    for body in [&b""[..], b"{", b"[]", b"null", b"\xff", b"{\"name\":\"\xff\"}", b"{} {}"] {
        let error = EventRequest::parse(body, &PublishLimits::default()).unwrap_err();
        assert_eq!((error.status(), error), (400, ApiError::MalformedBody));
    }
    let twice = br#"{"name":"a","name":"b","channel":"c","data":""}"#;
    let error = EventRequest::parse(twice, &PublishLimits::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "The body must be a JSON object, in UTF-8 and with no field twice"
    );
}

#[test]
fn fields_that_are_missing_or_of_the_wrong_type_are_named() {
    for field in ["name", "data"] {
        let mut body = event(&json!({}));
        body.as_object_mut().unwrap().remove(field);
        assert_eq!(parse(&body).unwrap_err().to_string(), format!("{field} is required"));
    }
    check_refused(&json!({ "name": 7 }), 400, "name must be a string");
    check_refused(&json!({ "channels": "a" }), 400, "channels must be an array of names");
    check_refused(&json!({ "channels": [7] }), 400, "channels must be an array of names");
    check_refused(&json!({ "info": ["user_count"] }), 400, "info must be a string");
    check_refused(&json!({ "socket_id": 1.5 }), 400, "socket_id must be a string");
}

#[test]
fn a_channel_that_cannot_be_is_refused() {
    check_refused(
        &json!({ "channels": ["a", "b c"] }),
        400,
        "Invalid channel name \"b c\": a channel name may only hold letters, digits and \
         _ - = @ , . ;",
    );
    let name = "x".repeat(165);
    let error = parse(&event(&json!({ "channels": [name] }))).unwrap_err();
    assert_eq!(error, ApiError::BadChannel { name, why: ChannelNameError::TooLong { max: 164 } });
    let user = parse(&event(&json!({ "channels": ["#server-to-user-u1"] }))).unwrap();
    assert_eq!(user.channels[0].user(), Some("u1"));
}

#[test]
fn an_encrypted_channel_stands_alone() {
    assert!(parse(&event(&json!({ "channels": ["private-encrypted-a"] }))).is_ok());
    assert!(
        parse(&event(&json!({ "channels": ["private-encrypted-a", "private-encrypted-a"] })))
            .is_ok()
    );
    let error = parse(&event(&json!({ "channels": ["a", "private-encrypted-cache-b"] })));
    assert_eq!(error, Err(ApiError::EncryptedAmongOthers));
}

#[test]
fn names_of_the_server_are_refused() {
    for name in ["pusher:error", "pusher_internal:member_added", "pusher:"] {
        let text = "name must not start with pusher: or pusher_internal:";
        check_refused(&json!({ "name": name }), 400, text);
    }
    for name in ["client-a", "pusher", "App\\Events\\Foo", "a pusher:b"] {
        assert!(parse(&event(&json!({ "name": name }))).is_ok(), "{name}");
    }
}

#[test]
fn a_socket_is_excluded_if_it_can_be_one() {
    let except = |id: &str| parse(&event(&json!({ "socket_id": id }))).map(|event| event.except);
    assert_eq!(except("123.456"), Ok(Some(SocketId::new(123, 456))));
    assert_eq!(except("99999999999.1"), Ok(None));
    for id in ["", "123", "a.b", "123.456.789", "123.456\n"] {
        assert_eq!(except(id), Err(ApiError::BadSocketId), "{id:?}");
    }
    assert_eq!(parse(&event(&json!({ "socket_id": null }))).unwrap().except, None);
}

#[test]
fn info_is_a_list_of_known_attributes() {
    let info = |list: &str| parse(&event(&json!({ "info": list }))).map(|event| event.info);
    let both = InfoRequest { user_count: true, subscription_count: true, cache: false };
    assert_eq!(info("subscription_count,user_count"), Ok(both));
    assert_eq!(info("user_count"), Ok(InfoRequest { subscription_count: false, ..both }));
    assert!(info("").unwrap().is_empty());
    assert!(info("user_count,cache").unwrap().cache);
    check_refused(
        &json!({ "info": "members" }),
        400,
        "Unknown info attribute \"members\": info can be user_count, subscription_count or cache \
         here",
    );
}

#[test]
fn a_batch_is_parsed_in_order() {
    let body = json!({ "batch": [
        { "name": "e", "channel": "a", "data": "1" },
        { "name": "f", "channel": "presence-b", "data": "2", "socket_id": "1.2", "info": "user_count" },
    ]});
    let events = batch(&body).unwrap().events;
    assert_eq!(events.len(), 2);
    assert_eq!((names(&events[0]), names(&events[1])), (vec!["a"], vec!["presence-b"]));
    assert_eq!(events[1].except, Some(SocketId::new(1, 2)));
    assert!(events[1].info.user_count);
    assert_eq!(batch(&json!({ "batch": [] })).unwrap().events, []);
}

#[test]
fn a_batch_of_10_is_accepted_and_of_11_is_not() {
    let events = |count: usize| json!({ "batch": vec![json!({ "name": "e", "channel": "a", "data": "" }); count] });
    assert_eq!(batch(&events(10)).unwrap().events.len(), 10);
    assert_eq!(batch(&events(11)), Err(ApiError::BatchTooLong { max: 10 }));
}

#[test]
fn one_bad_event_refuses_the_batch_and_is_named() {
    let good = json!({ "name": "e", "channel": "a", "data": "" });
    let table = [
        (json!({ "name": "e", "data": "" }), 400, "batch[1]: channel is required"),
        (
            json!({ "name": "e", "channels": ["a"], "data": "" }),
            400,
            "batch[1]: channel is required",
        ),
        (json!(["e"]), 400, "batch[1]: an event must be an object"),
        (
            json!({ "name": "e", "channel": "a", "data": "x".repeat(10_241) }),
            413,
            "batch[1]: The data content of this event exceeds the allowed maximum (10240 bytes). See \
             limits.payload_bytes in the settings of the app",
        ),
    ];
    for (bad, status, text) in table {
        let error = batch(&json!({ "batch": [good, bad] })).unwrap_err();
        assert_eq!((error.status(), &*error.to_string()), (status, text));
    }
    assert_eq!(batch(&json!({})), Err(ApiError::MissingField { field: "batch" }));
    let error = batch(&json!({ "batch": {} })).unwrap_err();
    assert_eq!(error.to_string(), "batch must be an array of events");
}

proptest::proptest! {
    #[test]
    fn no_body_panics(body: Vec<u8>, text: String) {
        let _ = EventRequest::parse(&body, &PublishLimits::default());
        let _ = EventRequest::parse(text.as_bytes(), &PublishLimits::default());
        let _ = BatchRequest::parse(format!(r#"{{"batch":[{text}]}}"#).as_bytes(), &PublishLimits::default());
    }
}

#[test]
fn p152_section_6_3_parameters_may_be_in_the_query_string() {
    let limits = PublishLimits::default();
    let parse =
        |body: &str, query: &str| EventRequest::parse_with_query(body.as_bytes(), query, &limits);
    let expected = EventRequest::parse(
        br#"{"name":"e","data":"{\"a\":1}","channels":["a,b","c"],"socket_id":"1.2","info":"user_count,cache"}"#,
        &limits,
    );
    let rest =
        "name=e&data=%7B%22a%22%3A1%7D&socket_id=1.2&info[]=user_count&info[]=cache&auth_key=k";
    for channels in ["channels[]=a,b&channels[]=c", "channels%5B0%5D=a%2Cb&channels%5B1%5D=c"] {
        assert_eq!(parse("", &format!("{channels}&{rest}")), expected);
    }
    let commas = parse(r#"{"name":"e","data":"x"}"#, "channels=a,b").unwrap();
    assert_eq!(commas.channels.len(), 2);
    let body = parse(r#"{"name":"e","data":"x","channel":"b"}"#, "channels=a&name=f").unwrap();
    assert_eq!((body.name.as_str(), body.channels[0].as_str()), ("e", "b"), "the body counts");
    assert_eq!(parse("", "name=e&data="), Err(ApiError::MissingField { field: "channels" }));
    assert_eq!(parse("", "auth_key=k"), Err(ApiError::MalformedBody));
    assert_eq!(parse("[]", "name=e"), Err(ApiError::MalformedBody));
}

#[test]
fn section_6_5_parameters_of_a_publish_that_mean_nothing_are_refused() {
    let limits = PublishLimits::default();
    let parse = |query: &str| {
        let body = br#"{"name":"e","data":"x","channel":"a"}"#;
        EventRequest::parse_with_query(body, query, &limits).map(|event| event.name)
    };
    assert_eq!(parse("AUTH_KEY=k&auth_timestamp=1&auth_version=1.0&body_md5=x").unwrap(), "e");
    let names = "chanels[], x".to_owned();
    assert_eq!(parse("chanels[]=a&x=1&x=2&info="), Err(ApiError::Extraneous { names }));
}
