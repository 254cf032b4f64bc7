//! Figures as they stand in what a draft draws on, for models that may repeat them.
//!
//! A figure is taken whole, with the currency or per cent sign that touches it and the blanks inside a number such as 12 000:
//! `€1,200`, `99.9 %`, `24/7`. Addresses hold none.

use countersign_engine::AllowedNumbers;

/// A figure that free text may hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Figure {
    /// With its signs.
    pub written: String,
    /// From the first letter or digit to the last: what an automaton over numbers knows.
    pub number: String,
}

/// More would make the grammar of a draft large, and no reader wants them.
const MOST_FIGURES: usize = 200;

/// Each once, in order of the texts.
pub(crate) fn figures<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<Figure> {
    let mut found: Vec<Figure> = Vec::new();
    for figure in texts.flat_map(of_text) {
        if found.len() < MOST_FIGURES && !found.contains(&figure) {
            found.push(figure);
        }
    }
    found
}

fn of_text(text: &str) -> Vec<Figure> {
    words(text).into_iter().filter_map(|word| figure(&word)).collect()
}

/// Words, with the groups of a number and a sign after it joined.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split_inclusive(char::is_whitespace) {
        let bare = word.trim_end();
        let gap = &word[bare.len()..];
        let goes_on = bare == "%"
            || bare == "€"
            || bare.len() >= 3
                && bare.as_bytes()[..3].iter().all(u8::is_ascii_digit)
                && !bare.as_bytes().get(3).is_some_and(u8::is_ascii_digit);
        match words.last_mut() {
            // The gap was kept at the end of the word before.
            Some(last)
                if goes_on && last.trim_end().ends_with(|c: char| c.is_ascii_digit()) && !last.ends_with('\n') =>
            {
                last.push_str(bare);
                last.push_str(gap);
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

fn figure(word: &str) -> Option<Figure> {
    let is_sign = |c: char| matches!(c, '%' | '‰' | '€' | '$' | '£');
    let written = word.trim_matches(|c: char| !c.is_alphanumeric() && !is_sign(c));
    let number = written.trim_matches(|c: char| !c.is_alphanumeric());
    let address = ["//", "@", "www."].iter().any(|part| word.contains(part));
    let plain = written.chars().all(|c| !c.is_control() && !matches!(c, '"' | '\\' | '{' | '}'));
    let known = !address && plain && AllowedNumbers::new([number], []).is_ok();
    known.then(|| Figure { written: written.to_owned(), number: number.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_taken_whole_with_their_signs_and_addresses_have_none() {
        let text =
            "Up to 99.9 % of 12 000 servers (24/7), €1,200 a year, 5G. See https://fjord.example/2026 or a7@x.example.";
        let written: Vec<String> = figures([text].into_iter()).into_iter().map(|figure| figure.written).collect();
        assert_eq!(written, ["99.9 %", "12 000", "24/7", "€1,200", "5G"]);
        let numbers: Vec<String> = figures([text].into_iter()).into_iter().map(|figure| figure.number).collect();
        assert_eq!(numbers, ["99.9", "12 000", "24/7", "1,200", "5G"]);
    }
}
