//! The JSON that clients send.

use crate::command::Claim;

/// The `channel_data` of a claim, if it says who it is.
pub(crate) fn channel_data(claim: &Claim) -> Option<String> {
    let user = quote(claim.user.as_ref()?);
    Some(match &claim.info {
        Some(info) => format!("{{\"user_id\":{user},\"user_info\":{info}}}"),
        None => format!("{{\"user_id\":{user}}}"),
    })
}

/// The `user_data` of a claim, if it says who it is.
pub(crate) fn user_data(watched: &[String], claim: &Claim) -> Option<String> {
    let mut fields = vec![format!("\"id\":{}", quote(claim.user.as_ref()?))];
    fields.extend(claim.info.as_ref().map(|info| format!("\"user_info\":{info}")));
    if !watched.is_empty() {
        let watched: Vec<String> = watched.iter().map(|user| quote(user)).collect();
        fields.push(format!("\"watchlist\":[{}]", watched.join(",")));
    }
    Some(format!("{{{}}}", fields.join(",")))
}

/// The message that ends a subscription.
pub(crate) fn unsubscribe(channel: &str) -> String {
    format!("{{\"event\":\"pusher:unsubscribe\",\"data\":{{\"channel\":{}}}}}", quote(channel))
}

/// A client event.
pub(crate) fn client_event(event: &str, channel: &str, data: Option<&str>) -> String {
    let data = data.map(|data| format!(",\"data\":{data}")).unwrap_or_default();
    format!("{{\"event\":{},\"channel\":{}{data}}}", quote(event), quote(channel))
}

/// A JSON string.
pub(crate) fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The bytes of hex digits.
pub(crate) fn hex(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        digits.chars().filter_map(|c| c.to_digit(16)).map(|digit| digit as u8).collect();
    digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}
