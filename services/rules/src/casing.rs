//! Sentence and title case of headings, word by word.

/// How a heading is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    /// A capital at the start and after what indicates a new one.
    Sentence,
    /// Capitals but for small words, as AP has it; with `prepositions` but for all of these, as Chicago has it.
    Title { prepositions: bool },
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Casing {
    pub case: Case,
}

/// English articles, conjunctions and prepositions of up to three letters.
const SMALL: [&str; 22] = [
    "a", "an", "and", "as", "at", "but", "by", "en", "for", "if", "in", "nor", "of", "on", "or", "per", "the", "v",
    "v.", "via", "vs", "vs.",
];
/// Longer English prepositions.
const PREPOSITIONS: [&str; 30] = [
    "about",
    "above",
    "across",
    "after",
    "against",
    "along",
    "among",
    "around",
    "before",
    "between",
    "beyond",
    "concerning",
    "despite",
    "down",
    "during",
    "following",
    "from",
    "including",
    "into",
    "near",
    "over",
    "since",
    "through",
    "throughout",
    "towards",
    "under",
    "until",
    "upon",
    "with",
    "without",
];

impl Casing {
    pub(crate) const fn new(case: Case) -> Self {
        Self { case }
    }

    /// Words in sentence case. `known` gives a word that has its own case, `begins` says whether the word after one (and
    /// its index) begins anew.
    pub(crate) fn sentence(
        self,
        words: &[&str],
        known: impl Fn(&str) -> Option<String>,
        begins: impl Fn(&str, usize) -> bool,
    ) -> String {
        let mut out: Vec<String> = Vec::with_capacity(words.len());
        for (index, word) in words.iter().enumerate() {
            let first = index == 0 || begins(words[index - 1], index - 1);
            out.push(match known(word) {
                Some(word) => word,
                None if first => capitalized(&word.to_lowercase()),
                None => word.to_lowercase(),
            });
        }
        out.join(" ")
    }

    /// A text in title case. What is not a word stays. A small word that begins or ends the text, or follows a colon or
    /// a dash, is none; "to" stays as it is written where its case hangs on what part of speech follows.
    pub(crate) fn title(self, text: &str, known: impl Fn(&str) -> Option<String>) -> String {
        let prepositions = self.case == Case::Title { prepositions: true };
        let words = words(text);
        let mut out = String::with_capacity(text.len());
        let mut from = 0;
        for range in &words {
            let word = &text[range.clone()];
            let before = text[..range.start].trim_end();
            let hyphened = text[range.end..].starts_with('-') && !before.ends_with('-');
            let anew =
                before.ends_with([':', '—', '–', '?', '!']) || before.ends_with('-') && before.len() < range.start;
            let bounding = range.start == 0 || range.end == text.len() || anew || hyphened;
            let lower = word.to_lowercase();
            let bare = lower.trim_end_matches([',', ';', ')']);
            let small = SMALL.contains(&bare)
                || prepositions && (PREPOSITIONS.contains(&bare) || bare == "within" || bare == "to");
            out.push_str(&text[from..range.start]);
            match known(word) {
                Some(known) => out.push_str(&known),
                None if bounding => out.push_str(&capitalized(word)),
                None if small => out.push_str(&lower),
                None if bare == "to" => out.push_str(word),
                None => out.push_str(&capitalized(word)),
            }
            from = range.end;
        }
        out.push_str(&text[from..]);
        out
    }
}

/// Whether an English word, in small letters, has none in a title: certainly, or (`Some(false)`) in some styles only.
pub(crate) fn is_small(word: &str) -> Option<bool> {
    if SMALL.contains(&word) {
        return Some(true);
    }
    (PREPOSITIONS.contains(&word) || matches!(word, "within" | "to" | "off" | "up" | "out" | "than" | "yet" | "so"))
        .then_some(false)
}

/// Runs that begin with a letter or digit and go on to white space, a slash or a hyphen.
fn words(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut open = None;
    for (at, c) in text.char_indices() {
        let parts = c.is_whitespace() || c == '/' || c == '-';
        match open {
            Some(start) if parts => {
                found.push(start..at);
                open = None;
            }
            None if c.is_alphanumeric() => open = Some(at),
            _ => {}
        }
    }
    found.extend(open.map(|start| start..text.len()));
    found
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn title(prepositions: bool, text: &str) -> String {
        Casing::new(Case::Title { prepositions }).title(text, |_| None)
    }

    #[test]
    fn titles_have_capitals_but_for_small_words_inside() {
        assert_eq!(title(false, "the wind in the willows"), "The Wind in the Willows");
        assert_eq!(
            title(false, "a day at sea: a story with end-to-end stops"),
            "A Day at Sea: A Story With End-to-End Stops"
        );
        assert_eq!(title(true, "a story about the sea"), "A Story about the Sea");
        assert_eq!(title(false, "what it is for"), "What It Is For");
    }

    #[test]
    fn sentences_have_one_capital_and_words_of_their_own_case() {
        let known = |word: &str| (word.to_lowercase() == "json").then(|| "JSON".to_owned());
        let written = Casing::new(Case::Sentence)
            .sentence(&["Using", "json:", "A", "Guide"], known, |word, _| word.ends_with(':'));
        assert_eq!(written, "Using json: A guide");
    }
}
