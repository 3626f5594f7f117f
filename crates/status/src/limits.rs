//! How often somebody may do what (docs/status.md S14).
//!
//! Everything here is a plain value that is told the time. A try that is refused counts for
//! nothing, so the wait it is told is true.
//!
//! - *Sign-up*, per address: every try at a name that is not the browser's own, taken or free. So
//!   it also bounds how many names one address can be counted under.
//! - *Sign-in*, per address and name: what the browser's own device key or session allows, apart
//!   from what failed because the name is somebody else's. Only failures make the wait double,
//!   and they never make the name's owner wait, who may sit in the same room.
//! - *Status saves*, per user, however they come in: counted in `bridge`.
//! - *Signatures for sockets*, per web session.

use rollcall_store::{Ground, SessionId};

use rollcall_web::limits::{Place, Rate, Tries};

/// How often, as set by the operator. Zero stands for no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitSettings {
    /// Sign-ins in a minute, per address and name, before the wait doubles.
    pub sign_ins_per_minute: u32,
    /// Sign-ups in 10 minutes, per address.
    pub sign_ups_per_10_minutes: u32,
    /// Status saves in 10 seconds, per user.
    pub statuses_per_10_seconds: u32,
    /// Signatures in a minute, per web session.
    pub auths_per_minute: u32,
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self {
            sign_ins_per_minute: 5,
            sign_ups_per_10_minutes: 300,
            statuses_per_10_seconds: 5,
            auths_per_minute: 120,
        }
    }
}

/// What there was too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    SignIns,
    SignUps,
    Statuses,
    Auths,
}

/// A refusal of one of them.
pub(crate) type Limited = rollcall_web::limits::Limited<Limit>;

/// One of them, for many keys.
pub(crate) type Limiter<K> = rollcall_web::limits::Limiter<Limit, K>;

/// The limits of `POST /register`.
pub(crate) struct Registrations {
    sign_ups: Limiter<Place>,
    sign_ins: Limiter<(Place, String)>,
    failures: Tries<Limit, (Place, String)>,
}

impl Registrations {
    pub(crate) fn new(settings: LimitSettings) -> Self {
        let (sign_ins, sign_ups) = (settings.sign_ins_per_minute, settings.sign_ups_per_10_minutes);
        Self {
            sign_ups: Limiter::new(Limit::SignUps, rate(sign_ups, 10 * MINUTE_MS)),
            sign_ins: Limiter::new(Limit::SignIns, rate(sign_ins, MINUTE_MS)),
            failures: Tries::new(Limit::SignIns, rate(sign_ins, MINUTE_MS)),
        }
    }

    /// Allows and notes a registration on that ground, or refuses.
    pub(crate) fn take(
        &mut self,
        now: i64,
        ground: Ground,
        place: Place,
        name: &str,
    ) -> Result<(), Limited> {
        match ground {
            Ground::Own => self.sign_ins.take(now, &(place, name.to_owned())),
            Ground::Free => self.sign_ups.take(now, &place),
            Ground::Taken => self.fail(now, place, name),
        }
    }

    /// Refuses a browser that has no name of its own, if its address has no sign-up left. A flood
    /// of them then ends before the store is asked.
    pub(crate) fn check_stranger(&mut self, now: i64, place: Place) -> Result<(), Limited> {
        self.sign_ups.check(now, &place)
    }

    fn fail(&mut self, now: i64, place: Place, name: &str) -> Result<(), Limited> {
        let key = (place, name.to_owned());
        self.failures.check(now, &key)?;
        self.sign_ups.take(now, &place)?;
        self.failures.fail(now, &key)
    }
}

/// The limit of a user's status saves, whichever way they come.
pub(crate) fn of_statuses(settings: LimitSettings) -> Limiter<String> {
    Limiter::new(Limit::Statuses, rate(settings.statuses_per_10_seconds, 10_000))
}

/// The limit of a web session's signatures.
pub(crate) fn of_auths(settings: LimitSettings) -> Limiter<SessionId> {
    Limiter::new(Limit::Auths, rate(settings.auths_per_minute, MINUTE_MS))
}

fn rate(times: u32, window_ms: i64) -> Rate {
    Rate { times, window_ms }
}

const MINUTE_MS: i64 = 60_000;

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const HERE: Place = Place::V4(Ipv4Addr::LOCALHOST);

    fn limited(limit: Limit, retry_after: u64) -> Result<(), Limited> {
        Err(Limited { limit, retry_after })
    }

    #[test]
    fn s14_a_retry_after_the_wait_succeeds_and_one_before_counts_for_nothing() {
        let mut limiter = of_statuses(LimitSettings::default());
        let ana = "ana".to_owned();
        for now in [0, 1, 2, 3, 1500] {
            assert_eq!(limiter.take(now, &ana), Ok(()));
        }
        for now in [1500, 3000, 9000] {
            let wait = u64::try_from((10_000 - now + 999) / 1000).unwrap();
            assert_eq!(limiter.take(now, &ana), limited(Limit::Statuses, wait), "{now}");
        }
        assert_eq!(limiter.take(9999, &ana), limited(Limit::Statuses, 1));
        assert_eq!(limiter.take(9999, &"bo".to_owned()), Ok(()));
        assert_eq!(limiter.take(10_000, &ana), Ok(()));
    }

    #[test]
    fn s14_failures_of_others_at_the_address_never_keep_the_owner_out() {
        let mut limits = Registrations::new(LimitSettings::default());
        for now in 0..5 {
            assert_eq!(limits.take(now, Ground::Taken, HERE, "ana"), Ok(()));
        }
        let refused = limits.take(5, Ground::Taken, HERE, "ana");
        assert_eq!(refused, limited(Limit::SignIns, 60));
        assert_eq!(limits.take(5, Ground::Taken, HERE, "bo"), Ok(()));
        assert_eq!(limits.take(5, Ground::Taken, Place::V6(1), "ana"), Ok(()));
        for now in 0..5 {
            assert_eq!(limits.take(now, Ground::Own, HERE, "ana"), Ok(()));
        }
        assert_eq!(limits.take(5, Ground::Own, HERE, "ana"), limited(Limit::SignIns, 60));
        assert_eq!(limits.take(60_000, Ground::Own, HERE, "ana"), Ok(()));
    }

    #[test]
    fn s14_every_try_at_a_name_of_others_counts_as_a_sign_up_of_the_address() {
        let mut limits = Registrations::new(LimitSettings::default());
        for n in 0..150 {
            assert_eq!(limits.take(n, Ground::Taken, HERE, &n.to_string()), Ok(()));
            assert_eq!(limits.take(n, Ground::Free, HERE, ""), Ok(()));
        }
        for ground in [Ground::Free, Ground::Taken] {
            assert_eq!(limits.take(150, ground, HERE, "new"), limited(Limit::SignUps, 600));
        }
        assert_eq!(limits.check_stranger(150, HERE), limited(Limit::SignUps, 600));
        assert_eq!(limits.check_stranger(150, Place::V6(7)), Ok(()));
        assert_eq!(limits.take(150, Ground::Own, HERE, "new"), Ok(()));
        assert_eq!(limits.take(150, Ground::Free, Place::V6(7), ""), Ok(()));
        assert_eq!(limits.take(600_000, Ground::Free, HERE, ""), Ok(()));
    }

    #[test]
    fn s14_zero_is_no_limit() {
        let settings = LimitSettings {
            sign_ins_per_minute: 0,
            sign_ups_per_10_minutes: 0,
            statuses_per_10_seconds: 0,
            auths_per_minute: 0,
        };
        let mut limits = Registrations::new(settings);
        for _ in 0..1000 {
            for ground in [Ground::Own, Ground::Free, Ground::Taken] {
                assert_eq!(limits.take(0, ground, HERE, "ana"), Ok(()));
            }
        }
    }

    #[test]
    fn s14_what_was_taken_back_is_free_again_and_a_continued_session_is_not() {
        let mut limiter = of_auths(LimitSettings { auths_per_minute: 1, ..Default::default() });
        let (old, new) = (SessionId(1), SessionId(2));
        assert_eq!(limiter.take(0, &old), Ok(()));
        limiter.take_back(0, &old);
        limiter.take_back(0, &new);
        assert_eq!(limiter.take(0, &old), Ok(()));
        limiter.continue_as(&old, new);
        assert_eq!(limiter.take(0, &new), limited(Limit::Auths, 60));
        assert_eq!(limiter.take(0, &old), Ok(()));
    }
}
