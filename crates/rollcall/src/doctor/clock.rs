//! Whether this machine's clock and the server's agree: signed requests are good for ten minutes
//! (docs/protocol.md 6.2), so that a back end whose clock is off is refused.

use httpdate::parse_http_date;
use reqwest::Response;
use reqwest::header::DATE;
use rollcall_wire::auth::sign_request;

use super::report::{Check, Finding};
use super::site::{Site, root, text};
use crate::now::unix_millis;

/// Signs a request as a back end would, and compares the dates as well.
pub(super) async fn check(site: &Site) -> Finding {
    let signed = site.account().and_then(|account| account.signs.as_ref());
    let target = signed.map(|(id, key)| {
        let path = format!("/apps/{id}/channels");
        let query = sign_request(key, "GET", &path, "", b"", seconds().unsigned_abs());
        format!("{}?{query}", &path[1..])
    });
    match site.get(target.as_deref().unwrap_or("up")).send().await {
        Err(error) => Check::Clock.bad(
            format!("A signed request fails: {}.", root(&error)),
            "Check what is between: back ends send requests as this one.",
        ),
        Ok(response) => judge(ahead(&response), refusal(response).await, signed.is_some()),
    }
}

fn seconds() -> i64 {
    unix_millis() / 1000
}

/// By how many seconds this clock is ahead of what the answer says.
fn ahead(response: &Response) -> Option<i64> {
    let date = parse_http_date(response.headers().get(DATE)?.to_str().ok()?).ok()?;
    let theirs = date.duration_since(std::time::UNIX_EPOCH).ok()?.as_secs();
    Some(seconds() - i64::try_from(theirs).ok()?)
}

/// What a signed request is refused with.
async fn refusal(response: Response) -> Option<String> {
    match response.status().as_u16() {
        401 => Some(text(response).await),
        _ => None,
    }
}

fn judge(ahead: Option<i64>, refusal: Option<String>, signed: bool) -> Finding {
    let expired = refusal.is_some_and(|text| text.contains("Timestamp expired"));
    let apart = ahead.map_or(0, i64::unsigned_abs);
    if expired || apart > WINDOW {
        return Check::Clock.bad(
            format!("{}, so that signed requests are refused.", told(ahead)),
            "Set both clocks by NTP (timedatectl set-ntp true): a request may be ten minutes old.",
        );
    }
    match (apart > SUSPICIOUS, ahead, signed) {
        (true, ..) => Check::Clock.warning(
            format!("{}; a request may be ten minutes old.", told(ahead)),
            "Set both clocks by NTP (timedatectl set-ntp true).",
        ),
        (false, None, false) => Check::Clock.skipped(
            "The answer has no date, and no secret is known here to sign with; name an app of \
             this machine with --app.",
        ),
        (false, _, true) => Check::Clock.good("A signed request is in time."),
        (false, Some(_), false) => Check::Clock.good(format!("{}.", told(ahead))),
    }
}

fn told(ahead: Option<i64>) -> String {
    let apart = ahead.map_or(0, i64::unsigned_abs);
    let (count, unit) = if apart < 120 { (apart, "s") } else { (apart / 60, "minutes") };
    match ahead {
        None => "This clock is more than ten minutes off the server's".to_owned(),
        Some(-1..=1) => "This clock and the server's agree".to_owned(),
        Some(2..) => format!("This clock is {count} {unit} ahead of the server's"),
        Some(_) => format!("This clock is {count} {unit} behind the server's"),
    }
}

/// For how many seconds a signed request is good.
const WINDOW: u64 = 600;

/// Clocks that are kept by anything at all are nearer to each other.
const SUSPICIOUS: u64 = 30;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eleven_minutes_are_too_many_in_either_direction() {
        for (ahead, says) in [
            (660, "This clock is 11 minutes ahead of the server's"),
            (-660, "This clock is 11 minutes behind the server's"),
        ] {
            let finding = judge(Some(ahead), None, false);
            let advice = "Set both clocks by NTP (timedatectl set-ntp true): a request may be ten \
                          minutes old.";
            let says = format!("{says}, so that signed requests are refused.");
            assert_eq!(finding, Check::Clock.bad(says, advice));
        }
    }

    #[test]
    fn the_servers_word_counts_more_than_the_date_of_a_proxy() {
        let refusal = Some("Timestamp expired: …".to_owned());
        let finding = judge(Some(0), refusal, true);
        assert!(format!("{finding:?}").contains("Bad"), "{finding:?}");
    }

    #[test]
    fn clocks_that_agree_are_good() {
        assert_eq!(
            judge(Some(1), None, false),
            Check::Clock.good("This clock and the server's agree.")
        );
        assert_eq!(judge(None, None, true), Check::Clock.good("A signed request is in time."));
    }
}
