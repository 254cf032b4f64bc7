//! Texts as they are compared, with the way back to where each byte came from.
//!
//! Terms are compared decomposed (NFD), case-folded, with one kind of space and without invisible characters, as the
//! decoder's forbidden terms are; so what the decoder keeps out and what a check finds is the same. Patterns see the
//! text composed (NFC), so that an author's `ü` matches both spellings of it.

use std::borrow::Cow;
use std::ops::Range;

use unicode_normalization::char::{canonical_combining_class, decompose_canonical};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// A text made from another one.
#[derive(Debug)]
pub(crate) struct View<'a> {
    pub text: Cow<'a, str>,
    /// Where the two differ, in order; between them they run in step.
    units: Vec<Unit>,
}

#[derive(Debug)]
struct Unit {
    view: Range<usize>,
    source: Range<usize>,
}

impl View<'_> {
    /// The same with a text of its own.
    pub(crate) fn into_owned(self) -> View<'static> {
        View { text: Cow::Owned(self.text.into_owned()), units: self.units }
    }

    /// The bytes of the source that `range` of this view stands for.
    pub(crate) fn source(&self, range: Range<usize>) -> Range<usize> {
        let first = self.units.partition_point(|unit| unit.view.start <= range.start);
        let start = match first.checked_sub(1).map(|at| &self.units[at]) {
            None => range.start,
            Some(unit) if range.start < unit.view.end => unit.source.start,
            Some(unit) => unit.source.end + (range.start - unit.view.end),
        };
        let last = self.units.partition_point(|unit| unit.view.start < range.end);
        let end = match last.checked_sub(1).map(|at| &self.units[at]) {
            None => range.end,
            Some(unit) if range.end <= unit.view.end => unit.source.end,
            Some(unit) => unit.source.end + (range.end - unit.view.end),
        };
        start..end.max(start)
    }
}

/// For comparing terms; `ignore_case` as well folds case.
pub(crate) fn fold(text: &str, ignore_case: bool) -> View<'static> {
    let mut view = View { text: Cow::Owned(String::with_capacity(text.len())), units: Vec::new() };
    let out = view.text.to_mut();
    let mut parts: Vec<char> = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        let view_start = out.len();
        let mut end = start + c.len_utf8();
        parts.clear();
        fold_char(c, ignore_case, &mut parts);
        let mut single = true;
        while let Some((at, next)) = chars.peek().copied() {
            if !(belongs(next) || (c.is_whitespace() && next.is_whitespace())) {
                break;
            }
            fold_char(next, ignore_case, &mut parts);
            end = at + next.len_utf8();
            single = false;
            chars.next();
        }
        sort_marks(&mut parts);
        for part in &parts {
            if *part != ' ' || !out.ends_with(' ') {
                out.push(*part);
            }
        }
        let in_step = single && parts.len() == 1 && out.len() - view_start == end - start;
        if !in_step {
            view.units.push(Unit { view: view_start..out.len(), source: start..end });
        }
    }
    view
}

/// For patterns.
pub(crate) fn compose(text: &str) -> View<'_> {
    if is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return View { text: Cow::Borrowed(text), units: Vec::new() };
    }
    let mut view = View { text: Cow::Owned(String::with_capacity(text.len())), units: Vec::new() };
    let out = view.text.to_mut();
    let mut start = 0;
    while let Some(first) = text[start..].chars().next() {
        let after = start + first.len_utf8();
        let end = text[after..].find(|c| !extends(c)).map_or(text.len(), |more| after + more);
        let cluster = &text[start..end];
        let view_start = out.len();
        if end == after && first.is_ascii() {
            out.push(first);
        } else {
            out.extend(cluster.nfc());
            if out[view_start..] != *cluster {
                view.units.push(Unit { view: view_start..out.len(), source: start..end });
            }
        }
        start = end;
    }
    view
}

/// NFC with every run of white space as one space: how required texts are compared.
pub(crate) fn squeeze(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.trim().nfc() {
        if !c.is_whitespace() {
            out.push(c);
        } else if !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out
}

fn fold_char(c: char, ignore_case: bool, parts: &mut Vec<char>) {
    if c.is_ascii() && !c.is_ascii_whitespace() {
        parts.push(if ignore_case { c.to_ascii_lowercase() } else { c });
        return;
    }
    decompose_canonical(c, |part| {
        if is_invisible(part) {
            return;
        }
        match part {
            part if part.is_whitespace() => parts.push(' '),
            // The hyphens and apostrophes that typography offers for the same word.
            '\u{2010}' | '\u{2011}' => parts.push('-'),
            '\u{2019}' => parts.push('\''),
            // Upper and back is full case folding but for a handful of letters: ß → SS → ss.
            part if ignore_case => parts.extend(part.to_uppercase().flat_map(char::to_lowercase)),
            part => parts.push(part),
        }
    });
}

/// Canonical order of the marks on each letter.
fn sort_marks(parts: &mut [char]) {
    if parts.len() > 1 {
        for run in parts.chunk_by_mut(|a, b| canonical_combining_class(*a) != 0 && canonical_combining_class(*b) != 0) {
            run.sort_by_key(|mark| canonical_combining_class(*mark));
        }
    }
}

fn belongs(c: char) -> bool {
    !c.is_ascii() && (canonical_combining_class(c) != 0 || is_invisible(c))
}

/// Marks, and the Hangul vowels and finals that compose with the letter before.
fn extends(c: char) -> bool {
    !c.is_ascii() && (canonical_combining_class(c) != 0 || ('\u{1160}'..='\u{11FF}').contains(&c))
}

/// Soft hyphens, zero-width characters, fillers and variation selectors are not seen by a reader. The decoder's fold
/// (`engine/src/forbidden/fold.rs`) leaves out the same ones.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Letters, digits and the marks on them: what a word is made of.
pub(crate) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || canonical_combining_class(c) != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'a>(text: &'a str, view: &View<'_>, needle: &str) -> &'a str {
        let at = view.text.find(needle).unwrap();
        &text[view.source(at..at + needle.len())]
    }

    #[test]
    fn what_is_found_folded_is_pointed_at_in_the_original() {
        let text = "\u{FEFF}Ein GRO\u{308}SSTER  Tag, gün\u{AD}stig und straße\u{301}n";
        let view = fold(text, true);
        assert_eq!(found(text, &view, "gro\u{308}sster tag"), "GRO\u{308}SSTER  Tag");
        assert_eq!(found(text, &view, "gu\u{308}nstig"), "gün\u{AD}stig");
        assert_eq!(found(text, &view, "ss"), "SS");
        let hidden = "Gl\u{34F}a\u{3164}ci\u{FE0F}er’s";
        assert_eq!(found(hidden, &fold(hidden, true), "glacier's"), hidden);
    }

    #[test]
    fn composing_joins_marks_and_keeps_the_way_back() {
        let text = "Mu\u{308}ller ist gu\u{308}nstig";
        let view = compose(text);
        assert_eq!(view.text, "Müller ist günstig");
        assert_eq!(found(text, &view, "günstig"), "gu\u{308}nstig");
        assert!(matches!(compose("schon zusammen: ü").text, Cow::Borrowed(_)));
    }

    #[test]
    fn required_texts_are_compared_composed_and_with_single_spaces() {
        assert_eq!(squeeze("  fu\u{308}r \n\u{a0} alle "), "für alle");
    }
}
