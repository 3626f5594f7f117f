//! Texts with stars in them.

/// Pieces that have to follow each other, with anything between them; one piece has to be all there
/// is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern(Vec<String>);

impl Pattern {
    /// One in which a star stands for anything.
    pub(super) fn with_stars(text: &str) -> Self {
        Self(text.split('*').map(str::to_owned).collect())
    }

    /// One in which everything stands for itself.
    pub(super) fn literal(text: &str) -> Self {
        Self(vec![text.to_owned()])
    }

    /// The same in small letters.
    pub(super) fn lower(self) -> Self {
        Self(self.0.iter().map(|piece| piece.to_lowercase()).collect())
    }

    /// Whether a text is so, from its beginning to its end.
    pub(super) fn fits(&self, text: &str) -> bool {
        let [first, middle @ .., last] = self.0.as_slice() else {
            return self.0.first().is_some_and(|only| only == text);
        };
        let rest = text.strip_prefix(first.as_str());
        let rest = rest.and_then(|rest| behind_all(rest, middle));
        rest.is_some_and(|rest| rest.ends_with(last.as_str()))
    }

    /// Whether a text is so somewhere.
    pub(super) fn is_within(&self, text: &str) -> bool {
        behind_all(text, &self.0).is_some()
    }
}

/// What follows the pieces, each at the first place behind the one before.
fn behind_all<'a>(text: &'a str, pieces: &[String]) -> Option<&'a str> {
    pieces.iter().try_fold(text, |rest, piece| Some(rest.split_once(piece.as_str())?.1))
}
