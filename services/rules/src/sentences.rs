//! Where sentences and paragraphs begin and end.
//!
//! Sentences are those of UAX #29, mended where it is known to part too early: after abbreviations (`z. B.`, `No.`, `p. ex.`),
//! after initials, and after the ordinals that German and others write with a full stop (`am 3. März`). A line break
//! ends a sentence, since headings and bullets have no full stop.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;

/// Words that a full stop follows without an end, in lower case, of the languages that packs ship for.
const ABBREVIATIONS: [&str; 75] = [
    "abb", "abs", "adj", "all", "art", "aug", "av", "bd", "bspw", "bzw", "ca", "cap", "cf", "co", "corp", "dec",
    "dept", "dez", "dott", "dr", "dra", "ecc", "ed", "eg", "env", "etc", "evtl", "ex", "excl", "feb", "ff", "fig",
    "gem", "ggf", "gg", "ggü", "hr", "hrsg", "ie", "inc", "inkl", "ing", "jan", "jr", "kap", "ltd", "max", "mr", "mrs",
    "ms", "mind", "mio", "mrd", "no", "nov", "nr", "núm", "oct", "okt", "pag", "pp", "prof", "resp", "sep", "sig",
    "sog", "sr", "sra", "st", "str", "tel", "usw", "vgl", "vol", "vs",
];

/// Bytes before a full stop in which an abbreviation is looked for.
const LONGEST: usize = 64;

/// The sentences of a text, in bytes, without the white space around them.
pub(crate) fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let first = found.len();
        for (start, part) in line.split_sentence_bound_indices() {
            let range = at + start..at + start + part.len();
            let joins = found.len() > first
                && found.last().is_some_and(|last| goes_on(text[last.start..last.end].trim_end(), part));
            match found.last_mut() {
                Some(last) if joins => last.end = range.end,
                _ => found.push(range),
            }
        }
        at += line.len();
    }
    found.into_iter().filter_map(|range| trimmed(text, range)).collect()
}

/// Whether `next` belongs to the sentence that seems to end with `before`.
fn goes_on(before: &str, next: &str) -> bool {
    let Some(stem) = before.strip_suffix('.') else { return false };
    // A longer word is no abbreviation, and a line without spaces must not be read again at each of its full stops.
    let stem = &stem[stem.ceil_char_boundary(stem.len().saturating_sub(LONGEST))..];
    let word = stem.rsplit(|c: char| c.is_whitespace() || "([„“\"«".contains(c)).next().unwrap_or("");
    let last = word.rsplit('.').next().unwrap_or(word);
    let letters = last.chars().count();
    let initial = letters == 1 && last.chars().all(char::is_alphabetic);
    let ordinal = (1..=2).contains(&last.len()) && last.bytes().all(|b| b.is_ascii_digit());
    let next = next.trim_start().chars().next();
    // “… takes 3. We …” is joined too: better two sentences read as one than a date torn apart.
    let goes = initial || ABBREVIATIONS.contains(&last.to_lowercase().as_str());
    goes && next.is_some() || ordinal && next.is_some_and(char::is_alphabetic)
}

/// The paragraphs of a text: what lines without anything on them part.
pub(crate) fn paragraphs(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut open: Option<usize> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.trim().is_empty() {
            if let Some(start) = open.take() {
                found.extend(trimmed(text, start..at));
            }
        } else if open.is_none() {
            open = Some(at);
        }
        at += line.len();
    }
    if let Some(start) = open {
        found.extend(trimmed(text, start..at));
    }
    found
}

fn trimmed(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start().len());
    let end = start + part.trim().len();
    (start < end).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parted(text: &str) -> Vec<&str> {
        sentences(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn sentences_end_where_readers_end_them() {
        assert_eq!(parted("It works. It is fast! Is it?"), ["It works.", "It is fast!", "Is it?"]);
        assert_eq!(parted("Heading\nFirst line. Second."), ["Heading", "First line.", "Second."]);
    }

    #[test]
    fn abbreviations_initials_and_ordinals_end_none() {
        assert_eq!(parted("Das ist z. B. Das eine."), ["Das ist z. B. Das eine."]);
        assert_eq!(parted("See No. 12 by J. Smith. Then go."), ["See No. 12 by J. Smith.", "Then go."]);
        assert_eq!(parted("Ab dem 3. März gilt es."), ["Ab dem 3. März gilt es."]);
    }

    #[test]
    fn blank_lines_part_paragraphs() {
        let text = "One\ntwo\n\n \nthree\n";
        let found: Vec<&str> = paragraphs(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, ["One\ntwo", "three"]);
    }
}
