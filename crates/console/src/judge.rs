//! Whether the server could serve what a change would make of the apps. The program decides that,
//! for the console as for its commands, so that both refuse with the same sentence.

use rollcall_store::AppRow;

/// What the server says of a change before it is written.
pub trait Judge: Send + Sync {
    /// Whether the app of this id may be changed at all: one of the file is fixed there.
    fn may_change(&self, app: &str) -> Result<(), Objection>;

    /// Whether the apps `rows` could be served with `new` in the place of `old`. Without `old` an
    /// app comes, without `new` one goes.
    fn judge(
        &self,
        rows: &[AppRow],
        old: Option<&AppRow>,
        new: Option<&AppRow>,
    ) -> Result<(), Objection>;

    /// Whether the apps `rows` could be served in the place of all that are stored.
    fn judge_all(&self, rows: &[AppRow]) -> Result<(), Objection>;
}

/// Why a change cannot be, each with the sentence that says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Objection {
    /// The file alone changes the app.
    Fixed(String),
    /// The status page needs a setting of the app as it is; without one, it needs the app.
    StatusApp(Option<&'static str>, String),
    /// Something else that the server could not serve, such as a key that another app has.
    Other(String),
}
