//! Sentences of a block as Vale's English model ends them, near enough: at `.`, `!` or `?` before white space, not after
//! abbreviations and initials. A line break ends none.

use std::ops::Range;

/// English abbreviations with a full stop.
const ABBREVIATIONS: [&str; 46] = [
    "adm", "al", "apr", "approx", "aug", "ave", "bros", "capt", "cf", "co", "col", "corp", "dec", "dept", "dr", "eg",
    "esp", "etc", "feb", "fig", "figs", "gen", "gov", "ie", "inc", "jan", "jr", "lt", "ltd", "mr", "mrs", "ms", "mt",
    "no", "nov", "oct", "pp", "prof", "rep", "rev", "sen", "sept", "sgt", "sr", "st", "vs",
];
/// Words that begin a sentence so often that one begins with them after an abbreviation too.
const STARTERS: [&str; 24] = [
    "A", "An", "And", "As", "At", "But", "For", "He", "However", "I", "If", "In", "It", "On", "She", "So", "That",
    "The", "Then", "There", "These", "They", "This", "We",
];

const CLOSERS: [char; 6] = ['"', '\'', ')', ']', '’', '”'];

/// In bytes, without the white space around them.
pub(super) fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = None;
    let mut words = words(text).peekable();
    while let Some(word) = words.next() {
        let first = *start.get_or_insert(word.start);
        let next = words.peek().map(|next| &text[next.clone()]);
        if next.is_none_or(|next| ends(&text[word.clone()], next)) {
            found.push(first..word.end);
            start = None;
        }
    }
    found
}

fn words(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    text.split(char::is_whitespace).filter_map(move |word| {
        let range = at..at + word.len();
        let gap = text[range.end..].chars().next().map_or(0, char::len_utf8);
        at = range.end + gap;
        (!word.is_empty()).then_some(range)
    })
}

fn ends(word: &str, next: &str) -> bool {
    let bare = word.trim_end_matches(CLOSERS);
    let upper = next.trim_start_matches(['"', '\'', '(', '[', '‘', '“']).chars().next().is_some_and(char::is_uppercase);
    let closed = bare.len() < word.len();
    if bare.ends_with(['!', '?']) {
        return upper || !closed;
    }
    let Some(stem) = bare.strip_suffix('.') else { return false };
    if stem.ends_with('.') || closed {
        return upper;
    }
    let stem = stem.trim_start_matches(|c: char| !c.is_alphanumeric());
    let initial = stem.chars().count() == 1 && stem.chars().all(char::is_alphabetic);
    match stem {
        "" => false,
        _ if initial => false,
        // `U.S. The`, `10 p.m. We`
        _ if stem.contains('.') && !stem.contains("://") => upper,
        _ if ABBREVIATIONS.contains(&stem.to_lowercase().as_str()) => STARTERS.contains(&next),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parted(text: &str) -> Vec<&str> {
        sentences(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn sentences_run_over_lines_and_end_before_small_letters_too() {
        assert_eq!(parted("One line\nand more. so is this. "), ["One line\nand more.", "so is this."]);
        assert_eq!(parted("“Really?” he said. (Yes.) It is!"), ["“Really?” he said.", "(Yes.)", "It is!"]);
    }

    #[test]
    fn abbreviations_end_none() {
        assert_eq!(
            parted("See Dr. J. Smith, i.e. me, at 10 p.m. Then go."),
            ["See Dr. J. Smith, i.e. me, at 10 p.m.", "Then go."]
        );
    }
}
