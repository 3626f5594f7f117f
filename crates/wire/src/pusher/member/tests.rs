//! `channel_data` texts, and the member that each names.

use super::*;

#[track_caller]
fn check(text: &str, expected: Result<(&str, Option<&str>, Option<u64>), MemberDataError>) {
    let found = parse_channel_data(text, &MemberLimits::default());
    let found = found.as_ref().map(|member| {
        (&*member.user_id, member.user_info.as_ref().map(|info| info.get()), member.rev)
    });
    assert_eq!(found, expected.as_ref().map(|&member| member), "{text}");
}

#[test]
fn p59_a_numeric_id_becomes_a_string() {
    check(r#"{"user_id":10}"#, Ok(("10", None, None)));
    check(r#"{"user_id":-3}"#, Ok(("-3", None, None)));
    check(r#"{"user_id":0}"#, Ok(("0", None, None)));
    check(r#"{"user_id":-0}"#, Ok(("0", None, None)));
    check(r#"{"user_id":1.0}"#, Ok(("1", None, None)));
    check(r#"{"user_id":1.5}"#, Ok(("1.5", None, None)));
    check(r#"{"user_id":1e3}"#, Ok(("1000", None, None)));
    check(r#"{"user_id":1e21}"#, Ok(("1e+21", None, None)));
    check(r#"{"user_id":1e-7}"#, Ok(("1e-7", None, None)));
    check(r#"{"user_id":-0.0}"#, Ok(("0", None, None)));
    check(r#"{"user_id":1.5e300}"#, Ok(("1.5e+300", None, None)));
    check(r#"{"user_id":9007199254740993}"#, Ok(("9007199254740993", None, None)));
    check(r#"{"user_id":"10"}"#, Ok(("10", None, None)));
    check(r#"{"user_id":"a\"b\u00e9"}"#, Ok(("a\"bé", None, None)));
}

#[test]
fn p68_user_info_may_be_missing() {
    check(r#"{"user_id":"u1"}"#, Ok(("u1", None, None)));
    check(r#"{"user_id":"u1","user_info":null}"#, Ok(("u1", None, None)));
    check(
        r#"{"user_id":"u1","more":1,"user_info":{"name":"Ada"}}"#,
        Ok(("u1", Some(r#"{"name":"Ada"}"#), None)),
    );
}

#[test]
fn p69_user_info_that_is_no_object_is_rejected() {
    for info in ["[]", "7", "true", r#""{}""#, r#""Ada""#] {
        let text = format!(r#"{{"user_id":"u1","user_info":{info}}}"#);
        check(&text, Err(MemberDataError::InfoNotObject));
    }
    assert_eq!(
        MemberDataError::InfoNotObject.to_string(),
        "user_info supplied to presence subscription is invalid - \
         if supplied it must be a type of hash"
    );
}

#[test]
fn p70_a_user_id_over_128_characters_is_rejected() {
    let id = "é".repeat(128);
    check(&format!(r#"{{"user_id":"{id}"}}"#), Ok((&id, None, None)));
    check(&format!(r#"{{"user_id":"{id}x"}}"#), Err(MemberDataError::UserIdTooLong));
}

#[test]
fn p71_user_info_over_1_kb_is_rejected() {
    let info = format!(r#"{{"a":"{}"}}"#, "x".repeat(1024 - 8));
    assert_eq!(info.len(), 1024);
    check(&format!(r#"{{"user_id":"u","user_info":{info}}}"#), Ok(("u", Some(&info), None)));
    let info = info.replace("x\"", "xx\"");
    check(&format!(r#"{{"user_id":"u","user_info":{info}}}"#), Err(MemberDataError::InfoTooBig));
}

#[test]
fn p76_malformed_channel_data_is_refused() {
    for text in ["", "{", "null", "7", "[]", r#"["u1",null]"#, r#""u1""#, r#"{"user_id":"u1"}}"#] {
        check(text, Err(MemberDataError::Malformed));
    }
    for text in [
        "{}",
        r#"{"user_id":null}"#,
        r#"{"user_id":""}"#,
        r#"{"user_id":true}"#,
        r#"{"user_id":{}}"#,
        r#"{"user_id":["u1"]}"#,
        r#"{"user_id":"\ud800"}"#,
        r#"{"user_id":1e999}"#,
    ] {
        check(text, Err(MemberDataError::NoUserId));
    }
}

#[test]
fn a_revision_is_a_natural_number() {
    let table = [
        (r#"{"rev":7}"#, Some(7)),
        (r#"{"status":"x", "rev" : 18446744073709551615 }"#, Some(u64::MAX)),
        (r#"{"rev":18446744073709551616}"#, None),
        (r#"{"rev":-1}"#, None),
        (r#"{"rev":1.0}"#, None),
        (r#"{"rev":"7"}"#, None),
        (r#"{"rev":null}"#, None),
        (r#"{"a":{"rev":7}}"#, None),
        ("{}", None),
    ];
    for (info, rev) in table {
        check(&format!(r#"{{"user_id":"u","user_info":{info}}}"#), Ok(("u", Some(info), rev)));
    }
}

proptest::proptest! {
    #[test]
    fn any_id_comes_through(id in "\\PC{1,128}") {
        let text = serde_json::json!({ "user_id": &id }).to_string();
        let member = parse_channel_data(&text, &MemberLimits::default()).unwrap();
        proptest::prop_assert_eq!(member.user_id, id);
    }

    #[test]
    fn no_text_panics(text: String) {
        let _ = parse_channel_data(&text, &MemberLimits::default());
    }
}
