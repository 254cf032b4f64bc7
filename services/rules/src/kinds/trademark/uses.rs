//! Where marks stand, and in which form.

use std::ops::Range;

use super::{Forms, Made};
use crate::scene::Slot;
use crate::terms::Terms;
use crate::view::{fold, is_word};

/// A mark in a text.
#[derive(Debug)]
pub(super) struct Use {
    pub mark: usize,
    /// The name, with a plural's ending.
    pub name: Range<usize>,
    pub symbol: Option<(char, Range<usize>)>,
    pub form: Form,
    /// Where the form ends: behind `'s`, or behind the compound.
    pub end: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Plain,
    Plural,
    Possessive,
    /// German writes both alike.
    PluralOrPossessive,
    Compound,
    /// A hyphen stands where the name has a space.
    Hyphened,
}

impl Form {
    pub(super) fn is_plain(self) -> bool {
        self == Self::Plain
    }
}

/// The plurals that the five languages would make of a name, and what each adds to it.
pub(super) fn plurals(name: &str) -> Vec<(String, &'static str)> {
    let lower = name.to_lowercase();
    let hissing = ["s", "x", "z", "ch", "sh"].iter().any(|end| lower.ends_with(end));
    let vowel = lower.ends_with(['a', 'e', 'i', 'o', 'u', 'é', 'ö', 'ü', 'ä']);
    let mut forms = Vec::new();
    if !hissing {
        forms.push((format!("{name}s"), "s"));
    }
    if hissing || !vowel {
        forms.push((format!("{name}es"), "es"));
    }
    if lower.ends_with("au") || lower.ends_with("eu") {
        forms.push((format!("{name}x"), "x"));
    }
    let consonant = !["ay", "ey", "oy", "uy"].iter().any(|end| lower.ends_with(end));
    if let Some(stem) = name.strip_suffix('y').filter(|_| consonant) {
        forms.push((format!("{stem}ies"), "ies"));
    }
    let changes =
        [("ca", "che"), ("ga", "ghe"), ("co", "chi"), ("go", "ghi"), ("io", "i"), ("a", "e"), ("o", "i"), ("e", "i")];
    let changed = changes.into_iter().find_map(|(from, to)| Some((name.strip_suffix(from)?, to)));
    if let Some((stem, to)) = changed.filter(|(stem, _)| stem.chars().count() >= MIN_STEM) {
        forms.push((format!("{stem}{to}"), to));
    }
    forms
}

/// Hyphens that people write.
pub(super) const HYPHENS: [char; 3] = ['-', '\u{2010}', '\u{2011}'];
/// Letters that an Italian plural leaves of a name, at least: of a shorter one it is another word.
const MIN_STEM: usize = 3;

/// Whether a language makes plurals so.
fn makes(language: Option<&str>, ending: &str) -> bool {
    match ending {
        "es" => matches!(language, None | Some("en" | "es" | "pt")),
        "x" => matches!(language, None | Some("fr")),
        "ies" => matches!(language, None | Some("en")),
        "e" | "i" | "che" | "ghe" | "chi" | "ghi" => language == Some("it"),
        _ => true,
    }
}

/// The uses of all marks, in order.
pub(super) fn uses(slot: &Slot<'_>, forms: &Forms, language: Option<&str>) -> Vec<Use> {
    let mut found = Vec::new();
    for (term, name) in slot.find(&forms.terms) {
        let (mark, Made { ending, hyphened }) = forms.of[term];
        let written = fold(&slot.text[name.clone()], false).text;
        let written = if hyphened { written.replace(HYPHENS, " ").into() } else { written };
        let spelled = forms.spellings[mark].iter().any(|spelling| match ending {
            "" | "s" | "es" | "x" => written.starts_with(spelling.as_str()),
            // The name's end was changed.
            _ => spelling.chars().next() == written.chars().next(),
        });
        if !spelled || !makes(language, ending) || in_address(&slot.text, &name) {
            continue;
        }
        let symbol = symbol(&slot.text, name.end);
        let after = symbol.as_ref().map_or(name.end, |(_, range)| range.end);
        let (form, end) = form(slot, &name, after, !ending.is_empty(), language);
        let form = if hyphened { Form::Hyphened } else { form };
        found.push(Use { mark, name, symbol, form, end });
    }
    found
}

impl Use {
    /// Whether one of `nouns` follows the name and its symbol, or, where the language puts nouns first, stands before.
    pub(super) fn has_noun(&self, slot: &Slot<'_>, nouns: &Terms, symbol_end: usize, or_before: bool) -> bool {
        let found = slot.find(nouns);
        let rest = &slot.text[symbol_end..];
        let gap = rest.len() - rest.trim_start_matches(|c: char| is_gap(c) || is_hyphen(c)).len();
        let start = symbol_end + gap;
        let follows = gap > 0 && found.binary_search_by_key(&start, |(_, range)| range.start).is_ok();
        let end = slot.text[..self.name.start].trim_end_matches(is_gap).len();
        let precedes = end < self.name.start && found.binary_search_by_key(&end, |(_, range)| range.end).is_ok();
        follows || or_before && precedes
    }
}

/// What was made of the name, and where that ends.
fn form(slot: &Slot<'_>, name: &Range<usize>, after: usize, plural: bool, language: Option<&str>) -> (Form, usize) {
    let text = slot.text.as_str();
    let rest = &text[after..];
    let ends = |at: usize| !rest[at..].chars().next().is_some_and(is_word);
    let first = rest.chars().next();
    let own = if language == Some("de") { Form::PluralOrPossessive } else { Form::Plural };
    if let Some(mark) = first.filter(|c| matches!(c, '\'' | '\u{2019}' | '\u{2BC}')) {
        let at = mark.len_utf8();
        let with_s = rest[at..].starts_with(['s', 'S']) && ends(at + 1);
        if with_s && !plural {
            return (Form::Possessive, after + at + 1);
        }
        let hisses = text[..name.end].ends_with(['s', 'S', 'x', 'z', 'ß']);
        if hisses && ends(at) && !opened(slot, name) && (plural || rest[at..].starts_with(is_gap)) {
            return (Form::Possessive, after + at);
        }
    }
    if let Some(hyphen) = first.filter(|c| is_hyphen(*c)) {
        let tail = &rest[hyphen.len_utf8()..];
        if tail.starts_with(char::is_alphanumeric) {
            let len = rest.find(|c: char| !is_word(c) && !is_hyphen(c)).unwrap_or(rest.len());
            return (Form::Compound, after + rest[..len].trim_end_matches(is_hyphen).len());
        }
    }
    if plural {
        return (own, after);
    }
    // `Glacier®s`
    if after > name.end && rest.starts_with('s') && ends(1) {
        return (own, after + 1);
    }
    (Form::Plain, after)
}

/// Whether a single quote was opened in the sentence before, so that an apostrophe may close it.
fn opened(slot: &Slot<'_>, name: &Range<usize>) -> bool {
    const LOOK_BACK: usize = 400;
    let sentence = slot.sentence_around(name);
    let mut from = sentence.start.min(name.start).max(name.start.saturating_sub(LOOK_BACK));
    while !slot.text.is_char_boundary(from) {
        from += 1;
    }
    let mut before = ' ';
    slot.text[from..name.start].chars().any(|c| {
        let opens = matches!(c, '‘' | '‚' | '‹') || c == '\'' && (before.is_whitespace() || before == '(');
        before = c;
        opens
    })
}

fn symbol(text: &str, end: usize) -> Option<(char, Range<usize>)> {
    let rest = &text[end..];
    let gap = rest.chars().next().filter(|c| is_gap(*c)).map_or(0, char::len_utf8);
    let symbol = rest[gap..].chars().next().filter(|c| matches!(c, '®' | '™' | '℠'))?;
    Some((symbol, end..end + gap + symbol.len_utf8()))
}

/// Whether the name is part of an address, a handle or a file's name.
fn in_address(text: &str, name: &Range<usize>) -> bool {
    let before = text[..name.start].chars().next_back();
    let mut after = text[name.end..].chars();
    let next = after.next();
    let joined = next == Some('.') && after.next().is_some_and(char::is_alphanumeric);
    before.is_some_and(|c| matches!(c, '/' | '@' | '#' | '_' | '.' | '=' | '\\'))
        || next.is_some_and(|c| matches!(c, '@' | '_' | '/' | '='))
        || joined
}

fn is_gap(c: char) -> bool {
    matches!(c, ' ' | '\u{A0}' | '\u{202F}' | '\u{2009}')
}

fn is_hyphen(c: char) -> bool {
    HYPHENS.contains(&c)
}
