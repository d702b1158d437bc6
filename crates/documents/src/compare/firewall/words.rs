//! A line of a configuration as its words: blanks part them, quotation marks hold them together.

/// Lines that one word may run over: banners and certificates in quotation marks. A mark that is never closed takes no
/// more than these with it.
const LINES_MAX: usize = 200;

/// The words of a line, without their quotation marks.
pub(super) fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut inside, mut quoted, mut escaped) = (Vec::new(), String::new(), false, false, false);
    for letter in line.chars() {
        match letter {
            _ if escaped => {
                word.push(letter);
                escaped = false;
            }
            '\\' if quoted => escaped = true,
            '"' => {
                quoted = !quoted;
                inside = true;
            }
            blank if blank.is_whitespace() && !quoted => {
                if inside || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                inside = false;
            }
            other => word.push(other),
        }
    }
    if inside || !word.is_empty() {
        words.push(word);
    }
    words
}

fn is_open(line: &str) -> bool {
    let (mut open, mut escaped) = (false, false);
    for letter in line.chars() {
        if letter == '"' && !escaped {
            open = !open;
        }
        escaped = letter == '\\' && !escaped && open;
    }
    open
}

/// The lines of a text with their numbers; one that opens a quotation mark is joined with those up to its close.
pub(super) fn joined(text: &str) -> Vec<(u32, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
        let mut whole = (*line).to_owned();
        let mut end = at + 1;
        if is_open(line) && !line.trim_start().starts_with(['#', '!']) {
            let rest = lines.iter().skip(end).take(LINES_MAX);
            if let Some(more) = rest.clone().position(|line| is_open(line)) {
                for further in rest.take(more + 1) {
                    whole.push('\n');
                    whole.push_str(further);
                }
                end += more + 1;
            }
        }
        found.push((number, whole));
        at = end;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotation_marks_hold_words_and_lines_together() {
        assert_eq!(words(r#"  set name "a \"b\" c" "" x"#), ["set", "name", "a \"b\" c", "", "x"]);
        let text = "set a \"one\ntwo\" b\nset c\nset \"never\nclosed";
        let lines = joined(text);
        assert_eq!(lines.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 3, 4, 5]);
        assert_eq!(words(&lines[0].1), ["set", "a", "one\ntwo", "b"]);
    }
}
