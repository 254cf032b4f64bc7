//! Splitting a text that is too long for one passage.

use unicode_segmentation::UnicodeSegmentation as _;

/// Parts of at most `max` characters: cut between sentences (UAX #29), a sentence that is longer between words, a word
/// that is longer between graphemes. A text of white space has no parts.
pub fn split(text: &str, max: usize) -> Vec<String> {
    let text = text.trim();
    if text.is_empty() {
        return Vec::new();
    }
    if text.chars().count() <= max {
        return vec![text.to_owned()];
    }
    let mut parts = Parts { max, done: Vec::new(), open: String::new(), open_chars: 0 };
    for sentence in text.split_sentence_bounds() {
        if parts.takes(sentence) {
            continue;
        }
        for word in sentence.split_word_bounds() {
            if parts.takes(word) {
                continue;
            }
            for grapheme in word.graphemes(true) {
                if parts.takes(grapheme) {
                    continue;
                }
                // A grapheme can be as long as its marks are many; characters are the smallest unit there is.
                for character in grapheme.chars() {
                    parts.takes(character.encode_utf8(&mut [0; 4]));
                }
            }
        }
    }
    parts.close();
    parts.done
}

struct Parts {
    max: usize,
    done: Vec<String>,
    open: String,
    open_chars: usize,
}

impl Parts {
    /// Adds a piece to the open part, or to a new one when that is full; says whether it fits a part at all.
    fn takes(&mut self, piece: &str) -> bool {
        // White space at a part's end is trimmed, so it does not count there.
        let needed = piece.trim_end().chars().count();
        if needed > self.max {
            return false;
        }
        if self.open_chars + needed > self.max {
            self.close();
        }
        self.open.push_str(piece);
        self.open_chars += piece.chars().count();
        true
    }

    fn close(&mut self) {
        let part = self.open.trim();
        if !part.is_empty() {
            self.done.push(part.to_owned());
        }
        self.open.clear();
        self.open_chars = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_sentences() {
        let text = "First one. Second one! Third one? Fourth.";
        assert_eq!(split(text, 22), ["First one. Second one!", "Third one? Fourth."]);
    }

    #[test]
    fn a_sentence_that_is_too_long_is_cut_between_words_and_a_word_between_graphemes() {
        assert_eq!(split("alpha beta gamma", 10), ["alpha beta", "gamma"]);
        assert_eq!(split("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(split("👩‍👩‍👧👩‍👩‍👧", 6), ["👩‍👩‍👧", "👩‍👩‍👧"]);
    }

    #[test]
    fn white_space_has_no_parts() {
        assert!(split("   ", 10).is_empty());
    }
}
