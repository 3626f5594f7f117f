//! Reads the words of a filter from left to right. The first thing that is wrong ends it, since a
//! filter with one bad word means nothing.

use rollcall_node::observe::EventType;

use super::pattern::Pattern;
use super::{Alternative, Field, FilterError, FilterProblem, Word};

/// Where it has come to.
pub(super) struct Reader<'a> {
    characters: &'a [char],
    at: usize,
}

/// What stands between commas, before it is known what it is compared with.
struct Piece {
    text: String,
    quoted: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(characters: &'a [char]) -> Self {
        Self { characters, at: 0 }
    }

    pub(super) fn words(mut self) -> Result<Vec<Word>, FilterError> {
        let mut words = Vec::new();
        loop {
            while self.next().is_some_and(is_space) {
                self.at += 1;
            }
            if self.next().is_none() {
                return Ok(words);
            }
            words.push(self.word()?);
        }
    }

    fn word(&mut self) -> Result<Word, FilterError> {
        let negated = self.next() == Some('-');
        if negated {
            self.at += 1;
            if self.is_at_end_of_word() {
                return Err(FilterError::new(FilterProblem::LoneMinus, self.at - 1, 1));
            }
        }
        let start = self.at;
        let field = self.field()?;
        if let Some(field) = field.filter(|_| self.is_at_end_of_word()) {
            let error = FilterError::new(FilterProblem::MissingValue, start, self.at - start);
            return Err(error.naming(format!("{}:", field.name())));
        }
        Ok(Word { negated, alternatives: self.alternatives(field)? })
    }

    /// The name before a colon, if there is one; another than the five is refused, as it is most
    /// often a slip.
    fn field(&mut self) -> Result<Option<Field>, FilterError> {
        let rest = &self.characters[self.at..];
        let is_of_name = |character: &&char| character.is_ascii_alphabetic() || **character == '_';
        let length = rest.iter().take_while(is_of_name).count();
        if length == 0 || rest.get(length) != Some(&':') {
            return Ok(None);
        }
        let name: String = rest[..length].iter().collect();
        let known = Field::ALL.iter().find(|field| field.name().eq_ignore_ascii_case(&name));
        let Some(field) = known else {
            let error = FilterError::new(FilterProblem::UnknownWord, self.at, length + 1);
            return Err(error.naming(format!("{name}:")));
        };
        self.at += length + 1;
        Ok(Some(*field))
    }

    fn alternatives(&mut self, field: Option<Field>) -> Result<Vec<Alternative>, FilterError> {
        let mut alternatives = Vec::new();
        loop {
            if self.is_at_end_of_word() || self.next() == Some(',') {
                let comma = self.at - usize::from(self.is_behind_comma());
                return Err(FilterError::new(FilterProblem::MissingAlternative, comma, 1));
            }
            alternatives.push(self.alternative(field)?);
            if self.next() != Some(',') {
                return Ok(alternatives);
            }
            self.at += 1;
        }
    }

    fn is_behind_comma(&self) -> bool {
        self.at > 0 && self.characters[self.at - 1] == ','
    }

    fn alternative(&mut self, field: Option<Field>) -> Result<Alternative, FilterError> {
        let start = self.at;
        let quoted = self.next() == Some('"');
        let text = if quoted { self.quoted()? } else { self.bare() };
        let piece = Piece { text, quoted };
        match field {
            None => Ok(Alternative::Anywhere(piece.pattern().lower())),
            Some(Field::Type) => self.types(piece, start),
            Some(field) => Ok(Alternative::Field(field, piece.pattern())),
        }
    }

    fn types(&self, piece: Piece, start: usize) -> Result<Alternative, FilterError> {
        let types = piece.types();
        if types.is_empty() {
            let error = FilterError::new(FilterProblem::UnknownType, start, self.at - start);
            return Err(error.naming(piece.text));
        }
        Ok(Alternative::Types(types))
    }

    /// Up to a comma or a space.
    fn bare(&mut self) -> String {
        let start = self.at;
        while !self.is_at_end_of_word() && self.next() != Some(',') {
            self.at += 1;
        }
        self.characters[start..self.at].iter().collect()
    }

    /// Up to the closing quotation mark; `\"` and `\\` are the mark and the backslash themselves.
    fn quoted(&mut self) -> Result<String, FilterError> {
        let start = self.at;
        let mut text = String::new();
        self.at += 1;
        while self.next() != Some('"') {
            let follows = self.characters.get(self.at + 1);
            if self.next() == Some('\\') && matches!(follows, Some('"' | '\\')) {
                self.at += 1;
            }
            let open = || FilterError::new(FilterProblem::OpenQuote, start, 1);
            text.push(self.next().ok_or_else(open)?);
            self.at += 1;
        }
        self.at += 1;
        if text.is_empty() {
            return Err(FilterError::new(FilterProblem::EmptyQuote, start, 2));
        }
        if !self.is_at_end_of_word() && self.next() != Some(',') {
            return Err(FilterError::new(FilterProblem::AfterQuote, self.at, 1));
        }
        Ok(text)
    }

    fn next(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    fn is_at_end_of_word(&self) -> bool {
        self.next().is_none_or(is_space)
    }
}

impl Piece {
    fn pattern(&self) -> Pattern {
        match self.quoted {
            true => Pattern::literal(&self.text),
            false => Pattern::with_stars(&self.text),
        }
    }

    /// The types that it stands for: those of a group, or those whose names are so.
    fn types(&self) -> Vec<EventType> {
        let is_group = |name: &str| !self.quoted && self.text.eq_ignore_ascii_case(name);
        if let Some((_, types)) = GROUPS.iter().find(|(name, _)| is_group(name)) {
            return types.to_vec();
        }
        let names = self.pattern().lower();
        EventType::ALL.into_iter().filter(|known| names.fits(known.name())).collect()
    }
}

/// The white space of JavaScript, so that both programs split at the same places.
fn is_space(character: char) -> bool {
    character == '\u{feff}' || (character.is_whitespace() && character != '\u{85}')
}

/// Names for several types; the type `error` alone is `"error"`.
const GROUPS: [(&str, [EventType; 3]); 2] = [
    ("error", [EventType::Error, EventType::ApiError, EventType::ClientError]),
    ("presence", [EventType::MemberAdded, EventType::MemberRemoved, EventType::MemberUpdated]),
];
