//! A text as the words a phrase is compared with: lower case, without plural endings, sentence by sentence. It must
//! never guess at a word's stem: what is compared has to be explainable by pointing at the text.

/// One word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// In lower case, as it stands in the text.
    pub(super) shown: String,
    /// As it is compared.
    pub(super) plain: String,
}

/// The sentences of a text, each as its words. A sentence ends at a line's end, and at `.`, `;`, `!` or `?` before white
/// space, so that `TLS 1.0` and `10.0.0.1` stay whole.
pub(super) fn sentences(text: &str) -> Vec<Vec<Word>> {
    let mut sentences = vec![Vec::new()];
    for line in text.lines() {
        for piece in line.split_whitespace() {
            if let Some(sentence) = sentences.last_mut() {
                sentence.extend(words(piece));
            }
            if piece.ends_with(['.', ';', '!', '?']) {
                sentences.push(Vec::new());
            }
        }
        sentences.push(Vec::new());
    }
    sentences.retain(|sentence| !sentence.is_empty());
    sentences
}

/// The words of a piece without white space: letters and digits, with a full stop only between two digits.
pub(super) fn words(piece: &str) -> Vec<Word> {
    let letters: Vec<char> = piece.to_lowercase().replace('’', "'").chars().collect();
    let digit = |at: Option<usize>| at.and_then(|at| letters.get(at)).is_some_and(char::is_ascii_digit);
    let mut found = Vec::new();
    let mut word = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let inside = *letter == '.' && digit(at.checked_sub(1)) && digit(at.checked_add(1));
        if letter.is_alphanumeric() || *letter == '\'' || inside {
            word.push(*letter);
        } else {
            found.extend(finished(&word));
            word.clear();
        }
    }
    found.extend(finished(&word));
    found
}

fn finished(word: &str) -> Option<Word> {
    let word = word.trim_matches('\'');
    let shown = word.strip_suffix("'s").unwrap_or(word).replace('\'', "");
    (!shown.is_empty()).then(|| Word { plain: singular(&shown), shown })
}

/// A word without its plural ending. Both sides of a comparison go through it, so `always` may well become `alway`.
fn singular(word: &str) -> String {
    let short = word.len() <= 3 || !word.ends_with('s') || ["ss", "us", "is"].iter().any(|end| word.ends_with(end));
    if short {
        return word.to_owned();
    }
    if let Some(stem) = word.strip_suffix("ies") {
        return format!("{stem}y");
    }
    let double = ["sses", "xes", "ches", "shes"].iter().any(|end| word.ends_with(end));
    word.strip_suffix(if double { "es" } else { "s" }).unwrap_or(word).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Vec<Vec<String>> {
        let of = |sentence: Vec<Word>| sentence.into_iter().map(|word| word.plain).collect();
        sentences(text).into_iter().map(of).collect()
    }

    #[test]
    fn words_are_compared_in_lower_case_without_plurals_or_marks() {
        assert_eq!(
            plain("Laptops’ and Vendor's (out-of-date) patches"),
            [["laptop", "and", "vendor", "out", "of", "date", "patch"]]
        );
        assert_eq!(plain("SSL/TLS access to 2 switches"), [["ssl", "tls", "access", "to", "2", "switch"]]);
        assert_eq!(plain("batteries and policies"), [["battery", "and", "policy"]]);
        assert!(plain(" – ").is_empty());
    }

    #[test]
    fn numbers_keep_their_full_stops_and_sentences_end_at_theirs() {
        assert_eq!(
            plain("TLSv1.0 is on. Use 1.2; 802.1X too."),
            [vec!["tlsv1.0", "is", "on"], vec!["use", "1.2"], vec!["802.1x", "too"]]
        );
        assert_eq!(plain("One\nTwo"), [["one"], ["two"]]);
        assert_eq!(plain("update.exe"), [["update", "exe"]]);
    }
}
