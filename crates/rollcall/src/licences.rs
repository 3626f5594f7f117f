//! What the program is made of that others wrote. The list is written from the lock files by a test
//! of the house rules, which fails when it is stale.

use rollcall_console::Licence;

/// Every part, by name.
pub(crate) fn all() -> Vec<Licence> {
    LIST.lines().filter_map(part).collect()
}

fn part(line: &'static str) -> Option<Licence> {
    let (name, rest) = line.split_once('\t')?;
    let (version, licence) = rest.split_once('\t')?;
    Some(Licence { name, version, licence })
}

const LIST: &str = include_str!("../licences.tsv");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_part_with_a_licence() {
        let parts = all();
        assert_eq!(parts.len(), LIST.lines().count());
        for known in ["argon2", "tokio", "preact"] {
            assert!(parts.iter().any(|part| part.name == known), "{known}");
        }
        assert!(parts.iter().all(|part| !part.version.is_empty() && !part.licence.is_empty()));
    }
}
