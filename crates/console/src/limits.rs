//! How often somebody may try to come in (docs/console.md section 1). The values are told the time.

use rollcall_web::limits::{Limiter, Place, Rate, Tries};

/// What there was too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    SetUps,
    SignIns,
}

/// A refusal of one of them.
pub(crate) type Limited = rollcall_web::limits::Limited<Limit>;

/// The limits of the doors.
pub(crate) struct Limits {
    /// Tries with a code, by address.
    pub(crate) set_ups: Limiter<Limit, Place>,
    /// Wrong passwords, by address and name.
    pub(crate) sign_ins: Tries<Limit, (Place, String)>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            set_ups: Limiter::new(Limit::SetUps, per_minute(10)),
            sign_ins: Tries::new(Limit::SignIns, per_minute(5)),
        }
    }
}

fn per_minute(times: u32) -> Rate {
    Rate { times, window_ms: 60_000 }
}
