//! Every HTTP vector of `docs/protocol.md` appendix B, and every rule of 6.2.

use super::*;

const NOW: u64 = 1_353_088_179;
const COMMON: &str = "auth_key=278d425bdf160c739803&auth_timestamp=1353088179&auth_version=1.0";

fn keys() -> Vec<Key> {
    let key = |key: &str, secret: &str| Key { key: key.into(), secret: secret.into() };
    vec![key("other", "other-secret"), key("278d425bdf160c739803", "7ad3773142a6692b25b8")]
}

fn request<'a>(method: &'a str, path: &'a str, query: &'a str) -> RequestToVerify<'a> {
    RequestToVerify { method, path, query, now_unix_secs: NOW, path_prefix: "" }
}

fn verify(method: &str, path: &str, query: &str, body: &str) -> Result<(), RequestAuthError> {
    verify_request(&keys(), &request(method, path, query))?.verify(body.as_bytes())
}

/// Signs exactly `method\npath\nquery`, whatever they are.
fn raw_signature(method: &str, path: &str, canonical: &str) -> String {
    signature("7ad3773142a6692b25b8", method, path.as_bytes(), canonical.as_bytes())
}

const EVENT: &str = r#"{"name":"foo","channels":["project-3"],"data":"{\"some\":\"data\"}"}"#;
const EVENT_QUERY: &str = "auth_key=278d425bdf160c739803&auth_timestamp=1353088179\
    &auth_version=1.0&body_md5=ec365a775a4cd0599faeb73354201b6f\
    &auth_signature=da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c";

#[test]
fn p146_the_vectors_of_the_http_api_verify() {
    // Method, path, the query after the common part, signature, body.
    let table = [
        (
            "POST",
            "/apps/3/events",
            "&body_md5=ec365a775a4cd0599faeb73354201b6f",
            "da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c",
            EVENT,
        ),
        (
            "GET",
            "/apps/3/channels",
            "&filter_by_prefix=presence-&info=user_count",
            "16819168891cb5dfd72b5c7a5d3d602605b26c6ba1930033b5e2eeeb65010291",
            "",
        ),
        (
            "GET",
            "/apps/3/channels",
            "&body_md5=d41d8cd98f00b204e9800998ecf8427e",
            "5c3cd75022c4f62c35ad22f6a9cce366c860477a3b7092ca790ecfc17e6af302",
            "",
        ),
        (
            "GET",
            "/apps/3/channels/presence-x",
            "&info%5B0%5D=user_count&info%5B1%5D=subscription_count",
            "9c2ab3c2e4d3a9a0e72ecd666b94b958631ff11a0b9b26ab95adad0d07d7a39b",
            "",
        ),
        (
            "GET",
            "/apps/3/channels/presence-x",
            "&info[]=user_count&info[]=subscription_count",
            "4412adc2014d3a7a8dc806cbce76706f406028907ea7de41569c64e4c2a47c0d",
            "",
        ),
        (
            "POST",
            "/apps/3/users/12345/terminate_connections",
            "&body_md5=99914b932bd37a50b983c5e7c90ae93b",
            "01fa634edeb0cae84115307cad5c23f65a46cd286461b1c89637a3b5871a8f0e",
            "{}",
        ),
    ];
    for (method, path, more, signature, body) in table {
        let query = format!("{COMMON}{more}&auth_signature={signature}");
        assert_eq!(verify(method, path, &query, body), Ok(()), "{path}?{more}");
        let tampered = query.replace(&signature[60..], "0000");
        assert!(verify(method, path, &tampered, body).is_err(), "{path}?{more}");
    }
}

#[test]
fn p147_599_seconds_off_is_accepted_and_600_is_not() {
    let table = [(-599, true), (599, true), (-600, false), (600, false), (0, true)];
    for (offset, accepted) in table {
        let now = NOW.checked_add_signed(offset).unwrap();
        let request = RequestToVerify {
            now_unix_secs: now,
            ..request("POST", "/apps/3/events", EVENT_QUERY)
        };
        let result = verify_request(&keys(), &request);
        assert_eq!(result.is_ok(), accepted, "{offset}: {result:?}");
    }
}

#[test]
fn p147_the_text_tells_both_times() {
    let error = RequestAuthError::Expired { given: NOW as i64, now: NOW + 600 };
    assert_eq!(error.status(), 401);
    assert_eq!(
        error.to_string(),
        "Timestamp expired: Given timestamp (2012-11-16T17:49:39Z) not within 600s of server time \
         (2012-11-16T17:59:39Z)"
    );
}

#[test]
fn p147_a_timestamp_from_the_end_of_time_is_refused() {
    for timestamp in ["9223372036854775807", "-9223372036854775808", "0"] {
        let query = EVENT_QUERY.replace("1353088179", timestamp);
        let error = verify("POST", "/apps/3/events", &query, EVENT).unwrap_err();
        assert!(matches!(error, RequestAuthError::Expired { .. }), "{error}");
    }
    for timestamp in ["", "soon", "1e9", "99999999999999999999"] {
        let query = EVENT_QUERY.replace("1353088179", timestamp);
        let error = verify("POST", "/apps/3/events", &query, EVENT).unwrap_err();
        assert_eq!(error, RequestAuthError::NoTimestamp, "{timestamp}");
    }
}

#[test]
fn p148_only_version_1_0_is_spoken() {
    for version in ["1", "1.1", "2.0", ""] {
        let query = EVENT_QUERY.replace("auth_version=1.0", &format!("auth_version={version}"));
        let error = verify("POST", "/apps/3/events", &query, EVENT).unwrap_err();
        assert_eq!(error, RequestAuthError::UnsupportedVersion, "{version}");
        assert_eq!((error.status(), &*error.to_string()), (401, "Version not supported"));
    }
    let query = EVENT_QUERY.replace("&auth_version=1.0", "");
    let error = verify("POST", "/apps/3/events", &query, EVENT).unwrap_err();
    assert_eq!(error, RequestAuthError::NoVersion);
}

#[test]
fn p149_a_tampered_body_is_rejected() {
    let tampered = EVENT.replace("foo", "bar");
    let error = verify("POST", "/apps/3/events", EVENT_QUERY, &tampered).unwrap_err();
    assert_eq!((error.status(), error), (401, RequestAuthError::WrongBodyMd5));

    let unprotected = sign_request(&keys()[1], "POST", "/apps/3/events", "", b"", NOW);
    let error = verify("POST", "/apps/3/events", &unprotected, EVENT).unwrap_err();
    assert_eq!((error.status(), error), (401, RequestAuthError::NoBodyMd5));
}

#[test]
fn p150_an_empty_body_may_have_a_digest_but_only_its_own() {
    let key = &keys()[1];
    let empty = "body_md5=d41d8cd98f00b204e9800998ecf8427e";
    let query = sign_request(key, "GET", "/apps/3/channels", empty, b"", NOW);
    assert_eq!(verify("GET", "/apps/3/channels", &query, ""), Ok(()));

    let wrong = "body_md5=99914b932bd37a50b983c5e7c90ae93b";
    let query = sign_request(key, "GET", "/apps/3/channels", wrong, b"", NOW);
    assert_eq!(verify("GET", "/apps/3/channels", &query, ""), Err(RequestAuthError::WrongBodyMd5));
}

#[test]
fn p151_upper_case_keys_are_lower_cased() {
    let query = EVENT_QUERY.replace("auth_", "Auth_").replace("body_md5", "BODY_MD5");
    assert_eq!(verify("POST", "/apps/3/events", &query, EVENT), Ok(()));
}

#[test]
fn p152_node_sends_arrays_joined() {
    let canonical = format!("{COMMON}&info=user_count,subscription_count");
    let signature = raw_signature("GET", "/apps/3/channels/presence-x", &canonical);
    for wire in [
        "info=user_count,subscription_count",
        "info=user_count%2Csubscription_count",
        "info[0]=user_count&info[1]=subscription_count",
    ] {
        let query = format!("{wire}&auth_signature={signature}&{COMMON}");
        assert_eq!(verify("GET", "/apps/3/channels/presence-x", &query, ""), Ok(()), "{wire}");
    }
}

#[test]
fn p153_values_verify_encoded_or_not() {
    for (canonical, wires) in [
        ("filter_by_prefix=a=b", ["filter_by_prefix=a=b", "filter_by_prefix=a%3Db"]),
        ("filter_by_prefix=a;b", ["filter_by_prefix=a;b", "filter_by_prefix=a%3bb"]),
        ("filter_by_prefix=a,b", ["filter_by_prefix=a,b", "filter_by_prefix=a%2Cb"]),
        ("filter_by_prefix=a@b", ["filter_by_prefix=a@b", "filter%5fby_prefix=a%40b"]),
        ("filter_by_prefix=a b", ["filter_by_prefix=a%20b", "filter_by_prefix=a+b"]),
        ("filter_by_prefix=a+b", ["filter_by_prefix=a%2Bb", "filter_by_prefix=a+b"]),
    ] {
        let signature = raw_signature("GET", "/apps/3/channels", &format!("{COMMON}&{canonical}"));
        for wire in wires {
            let query = format!("{COMMON}&{wire}&auth_signature={signature}");
            assert_eq!(verify("GET", "/apps/3/channels", &query, ""), Ok(()), "{wire}");
        }
    }
}

#[test]
fn p153_java_signs_the_path_that_it_encodes_afterwards() {
    let signature = raw_signature("GET", "/apps/3/channels/a,b;c", COMMON);
    let query = format!("{COMMON}&auth_signature={signature}");
    assert_eq!(verify("GET", "/apps/3/channels/a,b;c", &query, ""), Ok(()));
    assert_eq!(verify("GET", "/apps/3/channels/a%2Cb%3bc", &query, ""), Ok(()));
}

#[test]
fn trap12_p154_a_path_prefix_need_not_be_signed() {
    let prefixed = |path, prefix| RequestToVerify {
        path_prefix: prefix,
        ..request("POST", path, EVENT_QUERY)
    };
    let verify = |path, prefix| verify_request(&keys(), &prefixed(path, prefix)).is_ok();
    assert!(verify("/push/apps/3/events", "/push"));
    assert!(verify("/apps/3/events", "/push"));
    assert!(!verify("/push/apps/3/events", ""));
    assert!(!verify("/pushy/apps/3/events", "/push"));

    let signature =
        raw_signature("POST", "/push/apps/3/events", &EVENT_QUERY[..EVENT_QUERY.len() - 80]);
    let query = format!("{}&auth_signature={signature}", &EVENT_QUERY[..EVENT_QUERY.len() - 80]);
    let full = RequestToVerify { query: &query, ..prefixed("/push/apps/3/events", "/push") };
    assert!(verify_request(&keys(), &full).is_ok());
    let taken_off = RequestToVerify { query: &query, ..prefixed("/apps/3/events", "/push") };
    assert!(verify_request(&keys(), &taken_off).is_ok());
    let elsewhere = RequestToVerify { query: &query, ..prefixed("/apps/3/events", "/pull") };
    assert!(verify_request(&keys(), &elsewhere).is_err());
}

#[test]
fn p155_a_prefix_or_an_extension_of_the_signature_is_not_the_signature() {
    for query in [
        EVENT_QUERY[..EVENT_QUERY.len() - 1].to_owned(),
        format!("{EVENT_QUERY}0"),
        EVENT_QUERY.replace("da454824", "DA454824"),
        EVENT_QUERY.replace("&auth_signature=", "&signature="),
        EVENT_QUERY[..EVENT_QUERY.len() - 64].to_owned(),
    ] {
        let error = verify("POST", "/apps/3/events", &query, EVENT).unwrap_err();
        assert_eq!(error.status(), 401);
        assert!(matches!(error, RequestAuthError::BadSignature { .. }), "{error}");
    }
}

#[test]
fn p156_another_apps_key_is_refused() {
    let foreign = Key { key: "foreign".into(), secret: "7ad3773142a6692b25b8".into() };
    let query = sign_request(&foreign, "POST", "/apps/3/events", "", EVENT.as_bytes(), NOW);
    let error = verify("POST", "/apps/3/events", &query, EVENT).unwrap_err();
    assert_eq!((error.status(), &*error.to_string()), (400, "Unknown auth_key"));

    let error = verify("POST", "/apps/3/events", "", EVENT).unwrap_err();
    assert_eq!((error.status(), error), (401, RequestAuthError::NoKey));
}

#[test]
fn every_key_of_the_app_counts_with_its_own_secret() {
    for key in keys() {
        let query = sign_request(&key, "POST", "/apps/3/events", "", EVENT.as_bytes(), NOW);
        assert_eq!(verify("POST", "/apps/3/events", &query, EVENT), Ok(()));
    }
    let mixed = Key { key: "other".into(), secret: "7ad3773142a6692b25b8".into() };
    let query = sign_request(&mixed, "POST", "/apps/3/events", "", EVENT.as_bytes(), NOW);
    assert!(verify("POST", "/apps/3/events", &query, EVENT).is_err());
}

#[test]
fn the_text_of_a_bad_signature_says_what_to_sign() {
    let query = EVENT_QUERY.replace("da454824", "00000000");
    let error = verify("POST", "/apps/3/events", &query, EVENT).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Invalid signature: you should have sent HmacSHA256Hex(\"POST\\n/apps/3/events\\n\
         auth_key=278d425bdf160c739803&auth_timestamp=1353088179&auth_version=1.0\
         &body_md5=ec365a775a4cd0599faeb73354201b6f\", your_secret_key), but you sent \
         \"00000000c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c\""
    );
}
