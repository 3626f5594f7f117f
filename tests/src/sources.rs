//! The source files of the repository, with and without what is only said in comments and strings.

use std::fs;
use std::path::{Path, PathBuf};

/// A text file of the repository.
pub struct Source {
    /// Its path from the root, with `/` between the parts.
    pub path: String,
    /// What it says.
    pub text: String,
}

impl Source {
    /// The lines of Rust code, numbered from 1, without comments; text in quotes is emptied.
    pub fn code(&self) -> impl Iterator<Item = (usize, String)> + '_ {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, code_of(line)))
    }

    /// The lines of Rust code before the tests at the end of the file.
    pub fn product_code(&self) -> impl Iterator<Item = (usize, String)> + '_ {
        self.code().take_while(|(_, line)| line.trim() != "#[cfg(test)]")
    }

    /// The lines of Rust code that only tests run: all of a test's file, else those after `#[cfg(test)]`.
    pub fn test_code(&self) -> impl Iterator<Item = (usize, String)> + '_ {
        let whole = is_test_file(&self.path);
        self.code().skip_while(move |(_, line)| !whole && line.trim() != "#[cfg(test)]")
    }
}

/// The directory of the workspace.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("tests/ is inside the workspace").to_owned()
}

/// Every file whose name ends with one of `endings`, sorted by path; built and installed files are left out.
pub fn with_endings(endings: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    collect(&root(), "", endings, &mut found);
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

fn collect(root: &Path, under: &str, endings: &[&str], found: &mut Vec<Source>) {
    let entries = fs::read_dir(root.join(under)).expect("the repository can be read");
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if under.is_empty() { name.clone() } else { format!("{under}/{name}") };
        let kind = entry.file_type().expect("the repository can be read");
        if kind.is_dir() && !SKIPPED.contains(&name.as_str()) {
            collect(root, &path, endings, found);
        } else if kind.is_file() && endings.iter().any(|ending| name.ends_with(ending)) {
            let text = fs::read_to_string(entry.path()).expect("sources are UTF-8");
            found.push(Source { path, text });
        }
    }
}

fn is_test_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name == "tests.rs" || path.split('/').rev().skip(1).any(|part| part == "tests")
}

/// Drops comments and the inside of quotes; good enough for looking for words, not a lexer.
fn code_of(line: &str) -> String {
    let mut code = String::with_capacity(line.len());
    let mut letters = line.chars().peekable();
    let mut previous = ' ';
    while let Some(letter) = letters.next() {
        if letter == '/' && letters.peek() == Some(&'/') {
            break;
        }
        code.push(letter);
        if letter == '"' && previous != '\'' {
            skip_quoted(&mut letters);
            code.push('"');
        }
        previous = letter;
    }
    code
}

/// Takes the rest of a quoted text, its closing quote included.
fn skip_quoted(letters: &mut impl Iterator<Item = char>) {
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => drop(letters.next()),
            '"' => return,
            _ => {}
        }
    }
}

/// Directories that hold what was built, installed or stored.
const SKIPPED: &[&str] = &[".git", "target", "node_modules", "dist", "data", ".venv"];

#[cfg(test)]
mod tests {
    use super::{Source, code_of};

    #[test]
    fn comments_and_quoted_words_are_not_code() {
        assert_eq!(code_of("let a = 1; // tokio::spawn"), "let a = 1; ");
        assert_eq!(code_of("/// tokio"), "");
        assert_eq!(code_of(r#"call("tokio \" // x", b)"#), r#"call("", b)"#);
        assert_eq!(code_of("a / b"), "a / b");
    }

    #[test]
    fn the_tests_of_a_file_are_those_after_the_attribute() {
        let text = "fn product() {}\n#[cfg(test)]\nmod tests {}\n".to_owned();
        let source = Source { path: "crates/x/src/lib.rs".to_owned(), text };
        assert_eq!(source.product_code().count(), 1);
        assert_eq!(source.test_code().map(|(number, _)| number).collect::<Vec<_>>(), [2, 3]);
    }

    #[test]
    fn a_file_of_tests_is_test_code_from_its_first_line() {
        for path in ["crates/x/tests/a.rs", "crates/x/src/edge/tests.rs", "crates/x/src/tests/b.rs"]
        {
            let source = Source { path: path.to_owned(), text: "fn a() {}\n".to_owned() };
            assert_eq!(source.test_code().count(), 1, "{path}");
        }
    }
}
