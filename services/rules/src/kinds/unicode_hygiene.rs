//! `unicode_hygiene`: characters that readers do not see, or take for others.
//!
//! **What it does**, by `checks` (all by default):
//! - `bidi`: overrides of the direction of writing; embeddings and isolates that are not closed in their line, or closed
//!   without being open; and any of them in a text without letters that run from right to left, where they are of no use.
//! - `zero_width`: characters without width and fillers. Joiners inside emoji and after letters of scripts that need them
//!   (Arabic, Indic, Mongolian), breaks in scripts without blanks (Thai, Khmer), direction marks in texts that run from
//!   right to left, and soft hyphens are no offence; nor are variation selectors after a symbol, a digit or a Han sign.
//! - `mixed_script`: a word of letters that no language mixes, or one of another script whose every letter looks like a Latin
//!   one, in a Latin text. Units (`kΩ`, `μm`) and Latin in Chinese, Japanese and Korean are no offence.
//! - `control`: control characters but tabs and line breaks.
//! - `replacement`: what programs put where they could not read a letter, or left out an object.
//! - `private_use`: characters that one font gives a meaning.
//! - `noncharacter`: codes that Unicode reserves for programs.
//! - `stacked_marks`: more than four marks on one letter.
//!
//! **Why it is bad.** They hide words from reviewers and filters, pass for other words, or show as boxes.
//!
//! ```yaml
//! id: zero_width
//! kind: unicode_hygiene
//! severity: error
//! message: "A character without width stands here ({name}). Remove it."
//! params: {checks: [zero_width]}
//! tests: {pass: [A freebie.], fail: [{text: "free\u200Bbie", spans: ["\u200B"]}]}
//! ```
//!
//! **Options.** `checks`. `{name}` is the code and a word for it; of mixed scripts, the scripts.

use std::ops::Range;

use serde::Deserialize;
use serde_saphyr::Spanned;
use unicode_normalization::char::canonical_combining_class;

use super::{Binding, Check, Params};
use crate::load::{Common, Faults};
use crate::look_alike::{mixes_scripts, reads_as_latin, scripts_of};
use crate::rule::{Hit, Rule};
use crate::scene::{Scene, Shape, Slot};
use crate::view::is_word;

/// More marks than any language puts on one letter.
const MARKS: usize = 4;
/// A longer word is no word, and is looked at only so far.
const MAX_WORD: usize = 400;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct UnicodeHygieneParams {
    checks: Vec<Spanned<CheckName>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum CheckName {
    Bidi,
    ZeroWidth,
    MixedScript,
    Control,
    Replacement,
    PrivateUse,
    Noncharacter,
    StackedMarks,
}

use CheckName::{Bidi, Control, MixedScript, Noncharacter, PrivateUse, Replacement, StackedMarks, ZeroWidth};

#[derive(Debug)]
pub(crate) struct UnicodeHygiene {
    checks: Vec<CheckName>,
}

impl Params for UnicodeHygieneParams {
    type Kind = UnicodeHygiene;

    fn compile(self, _: &Common, faults: &mut Faults) -> Option<UnicodeHygiene> {
        let all = [Bidi, ZeroWidth, MixedScript, Control, Replacement, PrivateUse, Noncharacter, StackedMarks];
        let checks = faults.each_once(self.checks, &all);
        Some(UnicodeHygiene { checks })
    }
}

impl Check for UnicodeHygiene {
    fn message_names(&self) -> &'static [&'static str] {
        &["match", "name"]
    }

    fn refused_characters(&self) -> Vec<(char, char)> {
        self.checks.iter().flat_map(|check| never(*check)).copied().collect()
    }

    fn binding(&self) -> Binding {
        let exact = |check: &CheckName| matches!(check, Control | Replacement | PrivateUse | Noncharacter);
        if self.checks.iter().all(exact) {
            Binding::Exact
        } else if self.checks.iter().any(|check| !never(*check).is_empty()) {
            Binding::Partly("some characters offend only beside certain others")
        } else {
            Binding::Checked("it looks at whole words, not at single characters")
        }
    }

    fn hits(&self, rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
        let latin = scene.language().is_none_or(|language| !OTHER_SCRIPTS.contains(&language));
        let mut hits = Vec::new();
        for slot in scene.slots(&rule.when) {
            let counts = rule.counts(slot);
            let mut found = Vec::new();
            if self.checks.iter().any(|check| !matches!(check, MixedScript | StackedMarks | Bidi)) {
                self.single(slot, scene.shape, &mut found);
            }
            if self.checks.contains(&Bidi) {
                if slot.text.chars().any(is_right_to_left) {
                    bidi(&slot.text, &mut found);
                } else {
                    useless(&slot.text, &mut found);
                }
            }
            if self.checks.contains(&MixedScript) {
                mixed(&slot.text, latin, &mut found);
            }
            if self.checks.contains(&StackedMarks) {
                stacked(&slot.text, &mut found);
            }
            hits.extend(found.into_iter().filter(|(range, _)| counts(range)).map(|(range, name)| {
                let mut hit = Hit::at(slot, range);
                hit.values.push(("name", name));
                hit
            }));
        }
        hits
    }
}

type Found = Vec<(Range<usize>, String)>;

impl UnicodeHygiene {
    /// Characters that offend as such, or beside what stands next to them.
    fn single(&self, slot: &Slot<'_>, shape: Shape, found: &mut Found) {
        let text = slot.text.as_str();
        let mut right_to_left = None;
        let mut before = None;
        for (at, c) in text.char_indices() {
            if c.is_ascii() && !c.is_ascii_control() {
                before = Some(c);
                continue;
            }
            let of = |check: &CheckName| never(*check).iter().any(|(from, to)| (*from..=*to).contains(&c));
            let never = self.checks.iter().filter(|check| **check != Bidi).any(of);
            let mark_of_file = c == '\u{FEFF}' && at == 0 && shape == Shape::PlainFile;
            let offends = never && !mark_of_file
                || self.checks.contains(&ZeroWidth)
                    && match c {
                        '\u{200B}' => !before.is_some_and(has_no_blanks),
                        '\u{200C}' => !before.is_some_and(needs_joiners),
                        '\u{200D}' => !before.is_some_and(|b| needs_joiners(b) || is_pictured(b)),
                        '\u{200E}' | '\u{200F}' | '\u{61C}' => {
                            !*right_to_left.get_or_insert_with(|| text.chars().any(is_right_to_left))
                        }
                        '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' => before.is_none_or(has_one_form),
                        _ => false,
                    };
            if offends {
                found.push((at..at + c.len_utf8(), named(c)));
            }
            // A mark belongs to the letter before.
            if canonical_combining_class(c) == 0 {
                before = Some(c);
            }
        }
    }
}

/// Letters of scripts in which a variation selector changes nothing.
fn has_one_form(c: char) -> bool {
    let varied = matches!(u32::from(c), 0x1000..=0x109F | 0x1800..=0x18AF | 0x2E80..=0x9FFF | 0xA840..=0xA87F | 0xF900..=0xFAFF | 0x20000..=0x3FFFF);
    c.is_alphabetic() && !varied && !is_pictured(c)
}

/// Direction controls of a text whose letters all run from left to right. What ends an override goes with it.
fn useless(text: &str, found: &mut Found) {
    let mut overrides = 0_usize;
    for (at, c) in text.char_indices().filter(|(_, c)| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')) {
        overrides += usize::from(is_override(c));
        if c == '\u{202C}' && overrides > 0 {
            overrides -= 1;
            continue;
        }
        found.push((at..at + c.len_utf8(), named(c)));
    }
}

/// Direction controls of each line. An opened one must be closed by its own kind.
fn bidi(text: &str, found: &mut Found) {
    let mut open: Vec<(char, Range<usize>)> = Vec::new();
    let mut wrong = |c: char, range: Range<usize>| found.push((range, named(c)));
    for (at, c) in text
        .char_indices()
        .filter(|(_, c)| matches!(c, '\n' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'))
    {
        let range = at..at + c.len_utf8();
        match c {
            '\u{202A}' | '\u{202B}' | '\u{2066}'..='\u{2068}' => open.push((c, range)),
            '\u{202D}' | '\u{202E}' => {
                wrong(c, range.clone());
                open.push((c, range));
            }
            '\u{202C}' if open.last().is_some_and(|(open, _)| *open <= '\u{202E}') => drop(open.pop()),
            // It closes what was opened inside it, too.
            '\u{2069}' => match open.iter().rposition(|(open, _)| *open >= '\u{2066}') {
                Some(isolate) => {
                    for (inner, range) in open.drain(isolate..).skip(1).filter(|(inner, _)| !is_override(*inner)) {
                        wrong(inner, range);
                    }
                }
                None => wrong(c, range),
            },
            '\u{202C}' => wrong(c, range),
            _ => open.drain(..).filter(|(c, _)| !is_override(*c)).for_each(|(c, range)| wrong(c, range)),
        }
    }
    open.into_iter().filter(|(c, _)| !is_override(*c)).for_each(|(c, range)| wrong(c, range));
}

const fn is_override(c: char) -> bool {
    matches!(c, '\u{202D}' | '\u{202E}')
}

fn mixed(text: &str, latin: bool, found: &mut Found) {
    let mut at = 0;
    while let Some(offset) = text[at..].find(|c: char| !c.is_ascii() && is_word(c)) {
        let inside = at + offset;
        let start = text[at..inside]
            .rfind(|c| !is_word(c))
            .map_or(at, |before| at + before + text[at + before..].chars().next().map_or(1, char::len_utf8));
        let end = text[inside..].find(|c| !is_word(c)).map_or(text.len(), |len| inside + len);
        at = end;
        let word = &text[start..end];
        let cut = if word.len() <= MAX_WORD { word } else { &word[..word.floor_char_boundary(MAX_WORD)] };
        if mixes_scripts(cut) && !is_unit(cut) || latin && reads_as_latin(cut) {
            found.push((start..end, scripts_of(cut)));
        }
    }
}

/// `kΩ`, `μm`, `Δt`: a Greek letter that looks like no Latin one, with one or two Latin ones.
fn is_unit(word: &str) -> bool {
    let greek = |c: &char| matches!(c, '\u{370}'..='\u{3FF}');
    let mut letters = word.chars().filter(greek);
    let one = letters.next().filter(|_| letters.next().is_none());
    word.chars().count() <= 3 && one.is_some_and(|c| !reads_as_latin(&format!("{c}{c}")))
}

fn stacked(text: &str, found: &mut Found) {
    let (mut base, mut marks) = (0, 0);
    let mut close = |base: usize, end: usize, marks: usize| {
        if marks > MARKS {
            found.push((base..end, format!("{marks} marks")));
        }
    };
    for (at, c) in text.char_indices() {
        if !c.is_ascii() && canonical_combining_class(c) != 0 {
            marks += 1;
        } else {
            close(base, at, marks);
            (base, marks) = (at, 0);
        }
    }
    close(base, text.len(), marks);
}

/// Characters that may never be written, whatever stands beside them.
const fn never(check: CheckName) -> &'static [(char, char)] {
    match check {
        Control => &[('\0', '\u{8}'), ('\u{B}', '\u{C}'), ('\u{E}', '\u{1F}'), ('\u{7F}', '\u{9F}')],
        Replacement => &[('\u{FFFC}', '\u{FFFD}')],
        PrivateUse => &[('\u{E000}', '\u{F8FF}'), ('\u{F0000}', '\u{FFFFD}'), ('\u{100000}', '\u{10FFFD}')],
        Noncharacter => &NONCHARACTERS,
        Bidi => &[('\u{202D}', '\u{202E}')],
        ZeroWidth => &[
            ('\u{34F}', '\u{34F}'),
            ('\u{115F}', '\u{1160}'),
            ('\u{17B4}', '\u{17B5}'),
            ('\u{180E}', '\u{180E}'),
            ('\u{2060}', '\u{2065}'),
            ('\u{206A}', '\u{206F}'),
            ('\u{3164}', '\u{3164}'),
            ('\u{FEFF}', '\u{FEFF}'),
            ('\u{FFA0}', '\u{FFA0}'),
        ],
        MixedScript | StackedMarks => &[],
    }
}

const NONCHARACTERS: [(char, char); 18] = [
    ('\u{FDD0}', '\u{FDEF}'),
    ('\u{FFFE}', '\u{FFFF}'),
    ('\u{1FFFE}', '\u{1FFFF}'),
    ('\u{2FFFE}', '\u{2FFFF}'),
    ('\u{3FFFE}', '\u{3FFFF}'),
    ('\u{4FFFE}', '\u{4FFFF}'),
    ('\u{5FFFE}', '\u{5FFFF}'),
    ('\u{6FFFE}', '\u{6FFFF}'),
    ('\u{7FFFE}', '\u{7FFFF}'),
    ('\u{8FFFE}', '\u{8FFFF}'),
    ('\u{9FFFE}', '\u{9FFFF}'),
    ('\u{AFFFE}', '\u{AFFFF}'),
    ('\u{BFFFE}', '\u{BFFFF}'),
    ('\u{CFFFE}', '\u{CFFFF}'),
    ('\u{DFFFE}', '\u{DFFFF}'),
    ('\u{EFFFE}', '\u{EFFFF}'),
    ('\u{FFFFE}', '\u{FFFFF}'),
    ('\u{10FFFE}', '\u{10FFFF}'),
];

/// Languages whose own letters look like Latin ones.
const OTHER_SCRIPTS: [&str; 14] = ["bg", "ru", "uk", "be", "sr", "mk", "kk", "ky", "mn", "tg", "el", "bs", "ce", "tt"];

fn needs_joiners(c: char) -> bool {
    matches!(u32::from(c), 0x600..=0x7FF | 0x840..=0xDFF | 0xF00..=0xFFF | 0x1000..=0x109F | 0x1780..=0x18AF | 0xA840..=0xABFF | 0xFB50..=0xFDFF | 0xFE70..=0xFEFE | 0x11000..=0x11FFF)
}

fn has_no_blanks(c: char) -> bool {
    matches!(u32::from(c), 0xE00..=0xEFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x1980..=0x19FF | 0x3040..=0x30FF | 0x3400..=0x9FFF)
}

fn is_right_to_left(c: char) -> bool {
    matches!(u32::from(c), 0x590..=0x60B | 0x60D..=0x61B | 0x61D..=0x8FF | 0xFB1D..=0xFDFF | 0xFE70..=0xFEFC | 0x10800..=0x10FFF | 0x1E800..=0x1EFFF)
}

/// Emoji and what belongs to them.
fn is_pictured(c: char) -> bool {
    matches!(u32::from(c), 0xA9 | 0xAE | 0x203C | 0x2049 | 0x20E3 | 0x2122 | 0x2139 | 0x2190..=0x2BFF | 0x3030 | 0x303D | 0x3297 | 0x3299 | 0xFE0F | 0x1F000..=0x1FAFF)
}

fn named(c: char) -> String {
    let word = match c {
        '\u{202A}'..='\u{202E}' => [
            "left-to-right embedding",
            "right-to-left embedding",
            "end of embedding",
            "left-to-right override",
            "right-to-left override",
        ][c as usize - 0x202A],
        '\u{2066}'..='\u{2069}' => {
            ["left-to-right isolate", "right-to-left isolate", "isolate", "end of isolate"][c as usize - 0x2066]
        }
        '\u{200B}' => "zero-width space",
        '\u{200C}' => "zero-width non-joiner",
        '\u{200D}' => "zero-width joiner",
        '\u{200E}' | '\u{200F}' | '\u{61C}' => "direction mark",
        '\u{2060}' => "word joiner",
        '\u{FEFF}' => "byte order mark",
        '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' => "variation selector",
        '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}' => "filler",
        '\u{FFFC}' => "object replacement",
        '\u{FFFD}' => "replacement character",
        '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{FFFFD}' | '\u{100000}'..='\u{10FFFD}' => "private use",
        c if c.is_control() => "control character",
        c if NONCHARACTERS.iter().any(|(from, to)| (*from..=*to).contains(&c)) => "noncharacter",
        _ => "invisible character",
    };
    format!("U+{:04X} {word}", u32::from(c))
}
