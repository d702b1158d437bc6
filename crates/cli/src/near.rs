//! Near matches: what a person may have meant when a reference names nothing.

/// At most this many are suggested: more is a list, and there is a command for that.
const SUGGESTIONS_MAX: usize = 3;

/// The known references nearest to `given`, nearest first.
pub(crate) fn nearest<K: ToString>(given: &str, known: impl IntoIterator<Item = K>) -> Vec<String> {
    let wanted = given.to_lowercase();
    // One slip in three letters still names the same thing to a person; two slips in four do not.
    let allowed = (wanted.chars().count() / 3).clamp(1, 3);
    let mut found: Vec<(usize, String)> = known
        .into_iter()
        .map(|known| known.to_string())
        .map(|known| (distance_of(&wanted, &known.to_lowercase()), known))
        .filter(|(distance, _)| *distance <= allowed)
        .collect();
    found.sort();
    found.dedup();
    found.into_iter().take(SUGGESTIONS_MAX).map(|(_, known)| known).collect()
}

/// `ITHC-40` and `ITHC-040` are the same number to a person.
fn distance_of(left: &str, right: &str) -> usize {
    if without_leading_zeros(left) == without_leading_zeros(right) { 0 } else { slips(left, right) }
}

fn without_leading_zeros(text: &str) -> String {
    let mut plain = String::new();
    let mut in_number = false;
    for letter in text.chars() {
        if letter == '0' && !in_number {
            continue;
        }
        in_number = letter.is_ascii_digit();
        plain.push(letter);
    }
    plain
}

/// Letters put in, left out, changed or swapped with their neighbour (optimal string alignment distance).
fn slips(left: &str, right: &str) -> usize {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in right.iter().enumerate() {
            let mut cost = (last[j] + usize::from(a != b)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == right[j - 1] && left[i - 1] == *b {
                cost = cost.min(before[j - 1] + 1);
            }
            row.push(cost);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_what_was_meant() {
        let known = ["ITHC-004", "ITHC-040", "ITHC-041", "RAP-040"];
        assert_eq!(nearest("ITHC-40", known).first().unwrap(), "ITHC-040");
        assert_eq!(nearest("ithc-040", known).first().unwrap(), "ITHC-040");
        assert_eq!(nearest("ITCH-041", known).first().unwrap(), "ITHC-041");
        assert!(nearest("something else", known).is_empty());
        assert_eq!(nearest("netwrok-officer", ["network-officer", "checker"]), ["network-officer"]);
    }

    #[test]
    fn distances_count_slips() {
        assert_eq!(slips("", "abc"), 3);
        assert_eq!(slips("abc", "abc"), 0);
        assert_eq!(slips("abc", "acb"), 1);
        assert_eq!(slips("kitten", "sitting"), 3);
    }
}
