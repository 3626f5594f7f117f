//! Private and encrypted channels (docs/protocol.md 2.3, 2.4).

use rollcall_sim::check;

#[test]
fn p46_p54_a_valid_signature_succeeds() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 joins private-room
            a1 < subscription_succeeded private-room
        a1 joins private-encrypted-room
            a1 < subscription_succeeded private-encrypted-room
        "#,
    );
}

#[test]
fn p47_p56_trap24_a_wrong_signature_fails_and_the_connection_stays() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 joins private-room with auth key1:0000
            a1 < subscription_error private-room AuthError 401 Invalid signature: Expected HMAC SHA256 hex digest of 1001.1:private-room, but got 0000
            a1 < error null Invalid signature: Expected HMAC SHA256 hex digest of 1001.1:private-room, but got 0000
        a1 joins private-room with auth key1:
            a1 < subscription_error private-room AuthError 401 Invalid signature: Expected HMAC SHA256 hex digest of 1001.1:private-room, but got
            a1 < error null Invalid signature: Expected HMAC SHA256 hex digest of 1001.1:private-room, but got
        a1 joins private-room with auth key1
            a1 < subscription_error private-room AuthError 401 Invalid signature: Expected HMAC SHA256 hex digest of 1001.1:private-room, but got
            a1 < error null Invalid signature: Expected HMAC SHA256 hex digest of 1001.1:private-room, but got
        a1 joins private-encrypted-room with auth key1:58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4
            a1 < subscription_error private-encrypted-room AuthError 401 Invalid signature: Expected HMAC SHA256 hex digest of 1001.1:private-encrypted-room, but got 58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4
            a1 < error null Invalid signature: Expected HMAC SHA256 hex digest of 1001.1:private-encrypted-room, but got 58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4
        a1 sends {"event":"pusher:ping"}
            a1 < pong
        a1 joins private-room
            a1 < subscription_succeeded private-room
        "#,
    );
}

#[test]
fn p48_a_signature_for_another_socket_fails() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        b1 connects
            b1 < connection_established 30s
        a1 joins private-room signed for b1
            a1 < subscription_error private-room AuthError 401 Invalid signature: Expected HMAC SHA256 hex digest of 1001.1:private-room, but got 6a094bece6651bb0d516e613e63140488f60b0afcf175d8ee92d2bb53be60d18
            a1 < error null Invalid signature: Expected HMAC SHA256 hex digest of 1001.1:private-room, but got 6a094bece6651bb0d516e613e63140488f60b0afcf175d8ee92d2bb53be60d18
        "#,
    );
}

#[test]
fn p49_p52_p53_the_key_must_be_one_of_the_apps() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 joins private-a with key 3
            a1 < subscription_error private-a AuthError 401 Invalid key in subscription auth data: 'key3'
            a1 < error null Invalid key in subscription auth data: 'key3'
        a1 joins private-a with key 2
            a1 < subscription_succeeded private-a
        app without-key=2
        a1 joins private-b with key 2
            a1 < subscription_error private-b AuthError 401 Invalid key in subscription auth data: 'key2'
            a1 < error null Invalid key in subscription auth data: 'key2'
        a1 joins private-b with key 1
            a1 < subscription_succeeded private-b
        "#,
    );
}

#[test]
fn p50_a_missing_auth_fails() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 sends {"event":"pusher:subscribe","data":{"channel":"private-room"}}
            a1 < subscription_error private-room AuthError 401 Subscription auth data is missing
            a1 < error null Subscription auth data is missing
        a1 sends {"event":"pusher:subscribe","data":{"channel":"private-room","auth":""}}
            a1 < subscription_error private-room AuthError 401 Subscription auth data is missing
            a1 < error null Subscription auth data is missing
        a1 sends {"event":"pusher:subscribe","data":{"channel":"private-room","auth":null}}
            a1 < subscription_error private-room AuthError 401 Subscription auth data is missing
            a1 < error null Subscription auth data is missing
        a1 sends {"event":"pusher:subscribe","data":{"channel":"presence-room","auth":""}}
            a1 < subscription_error presence-room AuthError 401 Subscription auth data is missing
            a1 < error null Subscription auth data is missing
        "#,
    );
}

#[test]
fn p51_trap10_channel_data_is_part_of_what_is_signed() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 joins private-room with data {"any": "thing"}
            a1 < subscription_succeeded private-room
        a1 joins private-other with data not even JSON
            a1 < subscription_succeeded private-other
        "#,
    );
}

#[test]
fn p55_encrypted_data_is_relayed_unchanged() {
    check(
        r#"
        show raw
        a1 connects
            a1 < {"event":"pusher:connection_established","data":"{\"socket_id\":\"1001.1\",\"activity_timeout\":30}"}
        a1 joins private-encrypted-room
            a1 < {"event":"pusher_internal:subscription_succeeded","channel":"private-encrypted-room","data":"{}"}
        publish e on private-encrypted-room data {"nonce":"bm9uY2U=","ciphertext":"Y2lwaGVy"}
            a1 < {"event":"e","channel":"private-encrypted-room","data":"{\"nonce\":\"bm9uY2U=\",\"ciphertext\":\"Y2lwaGVy\"}"}
        "#,
    );
}

#[test]
fn p56_a_failure_names_the_channel_in_an_event_of_its_own() {
    check(
        r#"
        show raw
        a1 connects
            a1 < {"event":"pusher:connection_established","data":"{\"socket_id\":\"1001.1\",\"activity_timeout\":30}"}
        a1 joins private-room with auth key9:00
            a1 < {"event":"pusher:subscription_error","channel":"private-room","data":"{\"type\":\"AuthError\",\"error\":\"Invalid key in subscription auth data: 'key9'\",\"status\":401}"}
            a1 < {"event":"pusher:error","data":{"code":null,"message":"Invalid key in subscription auth data: 'key9'"}}
        "#,
    );
}
