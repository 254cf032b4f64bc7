//! `language`: a text in another language than its locale's.
//!
//! **What it does.** Asks for each slot what language its free text is in, without links, addresses, hashtags and
//! references; where it is the right one, the same of each sentence. A finding needs two witnesses: the statistics of letters
//! (`whichlang`), and the little words of the language (the, und, les, que) that a list of names has none of. Of a language
//! that it does not know, the lack of every little word of the wanted one in a whole text of many small words must do. Texts
//! with fewer letters than `min_characters`, and wanted languages that `whichlang` does not know, are left alone.
//!
//! **Why it is bad.** A passage that nobody translated is the first thing that a reader sees; in France and Quebec
//! advertising must be in French besides.
//!
//! ```yaml
//! id: wrong_language
//! kind: language
//! severity: error
//! message: "This reads as {found}, and the asset is in {wanted}. Translate it."
//! params: {min_characters: 50}
//! tests:
//!   pass: [{text: Fjord Backup Cloud, context: {locale: fr-FR}}]
//!   fail: [{text: Fjord restores a sample of your systems every month and writes down what came back., context: {locale: de-DE}}]
//! ```
//!
//! **Options.** `min_characters`: letters that a text must have, 50 unless said otherwise, 20 at least.

use std::ops::Range;

use serde::Deserialize;
use serde_saphyr::Spanned;
use whichlang::Lang;

use super::{Check, Params};
use crate::links::links;
use crate::load::{Common, Faults};
use crate::rule::{Hit, Rule};
use crate::scene::{Reference, Scene, Slot};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LanguageParams {
    min_characters: Option<Spanned<usize>>,
}

#[derive(Debug)]
pub(crate) struct Language {
    /// Letters.
    least: usize,
}

impl Params for LanguageParams {
    type Kind = Language;

    fn compile(self, _: &Common, faults: &mut Faults) -> Option<Language> {
        if let Some(least) = self.min_characters.as_ref().filter(|least| !(20..=10_000).contains(&least.value)) {
            faults.at(least.referenced, "`min_characters` must be 20 to 10000: shorter texts have no language");
        }
        Some(Language { least: self.min_characters.map_or(50, |least| least.value) })
    }
}

impl Check for Language {
    fn message_names(&self) -> &'static [&'static str] {
        &["found", "wanted"]
    }

    fn hits(&self, rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
        let Some(wanted) = scene.language().and_then(of_code) else { return Vec::new() };
        let mut hits = Vec::new();
        for slot in scene.slots(&rule.when) {
            let counts = rule.counts(slot);
            let holes = holes(slot);
            let whole = Sample::of(slot, 0..slot.text.len(), &holes);
            if whole.letters < self.least {
                continue;
            }
            let told = |range: Range<usize>, found: Lang| {
                let values = vec![("found", name(found).to_owned()), ("wanted", name(wanted).to_owned())];
                Hit { values, ..Hit::at(slot, range) }
            };
            if let Some(found) = whole.foreign(wanted, 2) {
                let start = slot.text.len() - slot.text.trim_start().len();
                let range = start..slot.text.trim_end().len().max(start);
                hits.extend((!is_spared(rule, slot, &counts)).then(|| told(range, found)));
                continue;
            }
            if whole.is_of_no_known_language(wanted) {
                let values = vec![("found", "another language".to_owned()), ("wanted", name(wanted).to_owned())];
                hits.extend((!is_spared(rule, slot, &counts)).then(|| Hit::whole(&slot.name, values)));
                continue;
            }
            let mut passage: Option<(Range<usize>, Lang)> = None;
            for sentence in slot.sentences() {
                let sample = Sample::of(slot, sentence.clone(), &holes);
                let foreign = (sample.letters >= self.least).then(|| sample.foreign(wanted, 4)).flatten();
                match (foreign.filter(|_| counts(sentence)), &mut passage) {
                    (Some(found), Some((range, language))) if *language == found => range.end = sentence.end,
                    (found, _) => {
                        hits.extend(passage.take().map(|(range, language)| told(range, language)));
                        passage = found.map(|found| (sentence.clone(), found));
                    }
                }
            }
            hits.extend(passage.map(|(range, language)| told(range, language)));
        }
        hits
    }
}

/// Whether the rule's exceptions hold all of a slot's text.
fn is_spared(rule: &Rule, slot: &Slot<'_>, counts: impl Fn(&Range<usize>) -> bool) -> bool {
    !rule.exceptions.is_empty() && slot.references.is_empty() && !counts(&(0..slot.text.trim_end().len()))
}

/// What of a slot nobody wrote in any language, in order: references and links.
fn holes(slot: &Slot<'_>) -> Vec<Range<usize>> {
    let links = links(slot).into_iter().map(|link| link.whole);
    let references = slot.references.iter().map(|(range, reference)| match reference {
        Reference::Bound { .. } | Reference::Partner(_) => range.clone(),
    });
    let mut holes: Vec<Range<usize>> = links.chain(references).collect();
    holes.sort_by_key(|hole| hole.start);
    holes
}

/// Words that are looked at.
#[derive(Debug)]
struct Sample {
    text: String,
    letters: usize,
    words: usize,
    /// Words in small letters, and commas: names and lists have many of these and few of those.
    small: usize,
    commas: usize,
    /// How many little words of each language of [`LITTLE`].
    little: [usize; LITTLE.len()],
}

impl Sample {
    fn of(slot: &Slot<'_>, range: Range<usize>, holes: &[Range<usize>]) -> Self {
        let mut sample =
            Self { text: String::new(), letters: 0, words: 0, small: 0, commas: 0, little: [0; LITTLE.len()] };
        let mut at = range.start;
        let from = holes.partition_point(|hole| hole.end <= range.start);
        for hole in holes[from..].iter().take_while(|hole| hole.start < range.end) {
            if at < hole.start {
                sample.read(&slot.text[at..hole.start]);
            }
            at = at.max(hole.end);
        }
        if at < range.end {
            sample.read(&slot.text[at..range.end]);
        }
        sample
    }

    fn read(&mut self, text: &str) {
        for part in text.split_whitespace() {
            // Addresses, hashtags, names in code.
            if part.contains(['@', '#', '_', '/', '=', '<', '>', '{', '}']) {
                continue;
            }
            for word in part
                .split(|c: char| !c.is_alphabetic() && c != '\u{301}' && c != '\u{308}')
                .filter(|word| !word.is_empty())
            {
                self.letters += word.chars().count();
                self.words += 1;
                self.small += usize::from(word.starts_with(char::is_lowercase));
                let lower = word.to_lowercase();
                for (count, (_, little)) in self.little.iter_mut().zip(&LITTLE) {
                    *count += usize::from(little.contains(&lower.as_str()));
                }
            }
            self.commas += usize::from(part.ends_with([',', ';', '·', '|']));
            self.text.push_str(part);
            self.text.push(' ');
        }
    }

    /// Whether a text of sentences has not one little word of the wanted language, and its letters are another's.
    fn is_of_no_known_language(&self, wanted: Lang) -> bool {
        const MANY: usize = 12;
        let own = LITTLE.iter().position(|(of, _)| *of == wanted).map(|at| self.little[at]);
        let text = self.words >= MANY && self.small * 5 >= self.words * 4 && self.commas * 4 <= self.words;
        own == Some(0) && text && whichlang::detect_language(&self.text) != wanted
    }

    /// The language that it is in instead of `wanted`, where `least` little words say so.
    fn foreign(&self, wanted: Lang, least: usize) -> Option<Lang> {
        let statistics = whichlang::detect_language(&self.text);
        if statistics == wanted {
            return None;
        }
        let count = |language: Lang| LITTLE.iter().position(|(of, _)| *of == language).map(|at| self.little[at]);
        let own = count(wanted);
        if count(statistics).is_some() {
            let (found, many) =
                LITTLE.iter().zip(self.little).map(|((of, _), many)| (*of, many)).max_by_key(|(_, many)| *many)?;
            let least = if own == Some(0) { least.min(3) } else { least };
            let sure = many >= least && many > 2 * own.unwrap_or(0) && many * 12 >= self.words;
            return (sure && found != wanted).then_some(found);
        }
        // Of a language without a list, the lack of the wanted one's words must do.
        own.is_none_or(|own| own * 20 < self.words).then_some(statistics)
    }
}

fn of_code(language: &str) -> Option<Lang> {
    Some(match language {
        "ar" => Lang::Ara,
        "zh" => Lang::Cmn,
        "de" => Lang::Deu,
        "en" => Lang::Eng,
        "fr" => Lang::Fra,
        "hi" => Lang::Hin,
        "it" => Lang::Ita,
        "ja" => Lang::Jpn,
        "ko" => Lang::Kor,
        "nl" => Lang::Nld,
        "pt" => Lang::Por,
        "ru" => Lang::Rus,
        "es" => Lang::Spa,
        "sv" => Lang::Swe,
        "tr" => Lang::Tur,
        "vi" => Lang::Vie,
        _ => return None,
    })
}

const fn name(language: Lang) -> &'static str {
    match language {
        Lang::Ara => "Arabic",
        Lang::Cmn => "Chinese",
        Lang::Deu => "German",
        Lang::Eng => "English",
        Lang::Fra => "French",
        Lang::Hin => "Hindi",
        Lang::Ita => "Italian",
        Lang::Jpn => "Japanese",
        Lang::Kor => "Korean",
        Lang::Nld => "Dutch",
        Lang::Por => "Portuguese",
        Lang::Rus => "Russian",
        Lang::Spa => "Spanish",
        Lang::Swe => "Swedish",
        Lang::Tur => "Turkish",
        Lang::Vie => "Vietnamese",
    }
}

/// Little words that are frequent in one language and in few of the others.
const LITTLE: [(Lang, &[&str]); 7] = [
    (
        Lang::Eng,
        &[
            "the", "and", "of", "to", "is", "are", "that", "with", "for", "your", "you", "our", "we", "it", "this",
            "from", "what", "when", "which", "how", "have", "has", "by", "not", "be", "or", "their", "can", "will",
            "every", "at", "without",
        ],
    ),
    (
        Lang::Deu,
        &[
            "der", "die", "das", "und", "ist", "sind", "nicht", "mit", "für", "sie", "ihre", "ihr", "ihren", "wir",
            "ein", "eine", "einen", "auf", "von", "dem", "den", "des", "zu", "wie", "auch", "oder", "bei", "im",
            "wird", "jeden", "sich", "ohne", "was", "aus", "unser", "unsere", "zum", "zur", "vom",
        ],
    ),
    (
        Lang::Fra,
        &[
            "le", "les", "des", "et", "est", "sont", "une", "un", "du", "vous", "votre", "vos", "nous", "avec", "pour",
            "dans", "que", "qui", "sur", "au", "aux", "ce", "cette", "ne", "pas", "par", "plus", "ou", "sans",
            "chaque", "la", "de", "en",
        ],
    ),
    (
        Lang::Spa,
        &[
            "el", "los", "las", "y", "es", "son", "una", "un", "del", "con", "para", "que", "su", "sus", "por", "se",
            "lo", "al", "más", "no", "sin", "como", "cada", "usted", "nuestro", "nuestra", "o", "la", "de", "en",
        ],
    ),
    (
        Lang::Ita,
        &[
            "il", "lo", "gli", "i", "e", "è", "sono", "una", "un", "del", "della", "dei", "delle", "con", "per", "che",
            "la", "le", "di", "da", "non", "si", "più", "ogni", "nel", "nella", "alla", "al", "suo", "sua", "suoi",
            "senza", "dal", "dalla", "ai",
        ],
    ),
    (
        Lang::Nld,
        &[
            "de", "het", "een", "en", "van", "is", "zijn", "met", "voor", "uw", "u", "wij", "we", "dat", "die", "niet",
            "op", "te", "ook", "of", "bij", "wordt", "elke", "zonder", "naar", "aan", "om", "je", "wat",
        ],
    ),
    (
        Lang::Por,
        &[
            "o", "os", "as", "e", "é", "são", "uma", "um", "do", "da", "dos", "das", "com", "para", "que", "seu",
            "sua", "por", "não", "mais", "em", "no", "na", "sem", "cada", "ao", "de", "se",
        ],
    ),
];
