//! What the status app and the console share as web apps: which requests may change something, who
//! asks, cookies and tokens, the headers of answers, and how often somebody may do what.
//!
//! Nothing here knows an account, an operator or a route. The rules are those of docs/status.md
//! section 0, which the console keeps too (docs/console.md section 1).

pub mod guard;
pub mod headers;
pub mod limits;

mod clock;
mod origin;
mod token;

pub use clock::Clock;
pub use origin::{Origin, PublicUrl, PublicUrlError, Scheme};
pub use token::{Token, request_id};
