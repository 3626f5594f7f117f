//! The name that somebody probably meant.

/// The known name with the fewest edits to `name`, if they are few enough for a slip of the hand.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let (edits, best) = known.map(|known| (distance(name, known), known)).min()?;
    (edits <= 1 + best.len() / 4).then_some(best)
}

/// Levenshtein's distance, one row at a time.
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.chars().enumerate() {
            let substitute = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = substitute.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[row.len() - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_name_and_a_stranger_finds_none() {
        let known = ["listen", "data", "shards", "public_url", "client_events"];
        for (name, expected) in [
            ("lisen", Some("listen")),
            ("shard", Some("shards")),
            ("public-url", Some("public_url")),
            ("clientevents", Some("client_events")),
            ("DATA", None),
            ("frobnicate", None),
        ] {
            assert_eq!(nearest(name, known.into_iter()), expected, "{name}");
        }
    }
}
