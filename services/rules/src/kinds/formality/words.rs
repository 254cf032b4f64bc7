//! A slot's words with what stands around them.

use std::borrow::Cow;
use std::ops::Range;

use crate::scene::Slot;
use crate::view::is_word;

#[derive(Debug)]
pub(super) struct Word<'t> {
    /// Composed.
    pub text: &'t str,
    pub lower: Cow<'t, str>,
    /// In bytes of the slot's text.
    pub range: Range<usize>,
    /// What stands between it and the word before.
    pub gap: &'t str,
    /// Which sentence it belongs to.
    pub sentence: usize,
    /// First of its sentence, of what follows a colon, or of a quotation.
    pub initial: bool,
    /// All its letters are capitals, and not all of its sentence's.
    pub shouted: bool,
    /// Within quotation marks, or said by a named person of a script: the brand quotes, and does not speak.
    pub quoted: bool,
}

impl Word<'_> {
    pub(super) fn is_capital(&self) -> bool {
        self.text.starts_with(char::is_uppercase)
    }
}

/// The words of a slot. `near` says what stands around one.
#[derive(Debug)]
pub(super) struct Words<'t>(pub Vec<Word<'t>>);

impl<'t> Words<'t> {
    pub(super) fn of(slot: &'t Slot<'_>, channel: Option<&str>) -> Self {
        let view = slot.composed();
        let text = view.text.as_ref();
        let sentences = slot.sentences();
        let mut words: Vec<Word<'t>> = Vec::new();
        let mut spoken = quoted(&slot.text);
        if channel == Some("video") {
            spoken.extend(said(&slot.text));
            spoken.sort_by_key(|range| range.start);
        }
        let (mut sentence, mut at, mut last, mut speech, mut reach) = (0, 0, 0, 0, 0);
        while let Some(offset) = text[at..].find(is_word) {
            let start = at + offset;
            let end = text[start..].find(|c| !is_word(c)).map_or(text.len(), |len| start + len);
            at = end;
            let range = view.source(start..end);
            while sentences.get(sentence).is_some_and(|of| of.end <= range.start) {
                sentence += 1;
            }
            while let Some(of) = spoken.get(speech).filter(|of| of.start <= range.start) {
                reach = reach.max(of.end);
                speech += 1;
            }
            let quoted = range.start < reach;
            let gap = &text[last..start];
            let first = words.last().is_none_or(|word| word.sentence != sentence);
            let opens = gap.contains([':', '•', '“', '„', '«', '»', '"', '¿', '¡', '…', '·']);
            let written = &text[start..end];
            let lower = match written.chars().any(char::is_uppercase) {
                true => Cow::Owned(written.to_lowercase()),
                false => Cow::Borrowed(written),
            };
            let caps = written.chars().count() > 1 && !written.chars().any(char::is_lowercase);
            let shouted = caps && written.chars().any(char::is_alphabetic);
            words.push(Word { text: written, lower, range, gap, sentence, initial: first || opens, shouted, quoted });
            last = end;
        }
        // A sentence all in capitals shouts no word of it.
        for part in words.chunk_by_mut(|a, b| a.sentence == b.sentence) {
            let long = part.iter().filter(|word| word.text.len() > 1).count();
            if part.iter().filter(|word| word.shouted).count() == long {
                part.iter_mut().for_each(|word| word.shouted = false);
            }
        }
        Self(words)
    }

    /// Whether a word in capitals is a short name, such as TI or TU, and no pronoun that is stressed: before a word in small
    /// letters, and behind no article, it is one.
    pub(super) fn is_short_name(&self, at: usize) -> bool {
        let word = &self.0[at];
        let name = matches!(word.text, "TI" | "TE" | "VOS" | "TUE" | "TA");
        let article = self.before(at).is_some_and(|before| {
            matches!(
                before.lower.as_ref(),
                "el" | "los" | "il" | "lo" | "l" | "le" | "les" | "un" | "du" | "del" | "dei"
            )
        });
        let stressed = word.text == "TOI"
            || !article && self.next(at).is_some_and(|next| next.text.starts_with(char::is_lowercase));
        word.shouted && word.text.chars().count() <= 3 && (name || !stressed)
    }

    /// The word before, in the same sentence.
    pub(super) fn before(&self, at: usize) -> Option<&Word<'t>> {
        let word = self.0.get(at.checked_sub(1)?)?;
        (word.sentence == self.0[at].sentence).then_some(word)
    }

    /// The word after, in the same sentence.
    pub(super) fn after(&self, at: usize) -> Option<&Word<'t>> {
        self.0.get(at + 1).filter(|word| word.sentence == self.0[at].sentence)
    }

    /// The word after, with nothing but a blank between.
    pub(super) fn next(&self, at: usize) -> Option<&Word<'t>> {
        self.after(at).filter(|word| word.gap.chars().all(char::is_whitespace))
    }
}

/// More bytes than a quotation has.
const LONGEST: usize = 2_000;
/// Quotation marks that open, and those that close them.
const MARKS: [(char, &[char]); 5] = [('„', &['“', '”']), ('»', &['«']), ('«', &['»']), ('“', &['”']), ('‹', &['›'])];
/// Who speaks for the brand in a script, in small letters.
const VOICES: [&str; 34] = [
    "sprecher",
    "sprecherin",
    "stimme",
    "off",
    "voiceover",
    "einblendung",
    "text",
    "titel",
    "abbinder",
    "schrift",
    "speaker",
    "narrator",
    "voice",
    "vo",
    "super",
    "caption",
    "title",
    "voix",
    "texte",
    "titre",
    "carton",
    "surimpression",
    "narrateur",
    "narratrice",
    "voz",
    "locutor",
    "locutora",
    "rótulo",
    "texto",
    "voce",
    "testo",
    "titolo",
    "grafica",
    "cartello",
];

/// Quotations that follow other words of their line: a line that is one quotation is a headline as likely as not.
fn quoted(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(offset) = text[at..].find(|c| MARKS.iter().any(|(open, _)| *open == c)) {
        let start = at + offset;
        let Some(open) = text[start..].chars().next() else { break };
        at = start + open.len_utf8();
        let line = &text[at..text.floor_char_boundary((at + LONGEST).min(text.len()))];
        let line = line.split('\n').next().unwrap_or(line);
        let closing = MARKS.iter().find(|(mark, _)| *mark == open).map_or(&[][..], |(_, closing)| closing);
        let Some(len) = line.find(closing) else { continue };
        let before = &text[text.ceil_char_boundary(start.saturating_sub(LOOK))..start];
        let before = before.trim_end_matches([' ', '\u{A0}', '\u{202F}']);
        if before.ends_with(':') {
            found.push(start..at + len);
        }
        at += len;
    }
    found
}

/// Bytes before a quotation in which a colon is looked for.
const LOOK: usize = 8;

/// What named persons say in a script: lines that begin with a name and a colon.
fn said(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let range = at..at + line.len();
        at = range.end;
        let Some((label, _)) = line.split_once(':').filter(|(label, _)| label.len() <= MAX_LABEL) else { continue };
        let name = label.split('(').next().unwrap_or(label).trim();
        let mut words = name.split([' ', '-']).filter(|word| !word.is_empty());
        let person = words.clone().count() <= 3 && words.clone().all(|word| word.starts_with(char::is_uppercase));
        let voice = words.next().is_none_or(|word| VOICES.contains(&word.to_lowercase().as_str()));
        if person && !voice {
            found.push(range);
        }
    }
    found
}

/// Bytes of a speaker's name.
const MAX_LABEL: usize = 60;
