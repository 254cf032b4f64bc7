//! Whether a sentence states a fact.
//!
//! Light heuristics for English, German, French, Spanish and Italian, in this order:
//!
//! - a question is none; nor is what begins like a greeting, thanks or a letter (`Dear`, `Ich`, `Nous vous remercions`);
//! - an invitation (an imperative at its beginning, `Sprechen Sie`, `Découvrez`) is one only where it names a percentage or
//!   a price: "Save 40 %" says that 40 % can be saved;
//! - a line without a full stop is one only with a number or a finite verb of a short list; a fragment of fewer than
//!   three words with a full stop (`Fast. Simple.`) is none;
//! - then it is one if it has a number, a name or a product; or two words that carry meaning, unless it is about the
//!   reader or about a case (`You know …`, `Wenn …`).
//!
//! Of other languages a sentence with a number or a known name is one.

use super::language::Language;
use super::words::Word;

/// A sentence, as far as it is free text.
#[derive(Debug)]
pub(super) struct Look<'a> {
    /// The sentence as it stands.
    pub text: &'a str,
    pub words: &'a [Word],
    pub has_number: bool,
    /// A percentage or a price.
    pub has_share: bool,
    /// A name of a product or of somebody.
    pub has_name: bool,
}

pub(super) fn factual(look: &Look<'_>, language: &Language) -> bool {
    let text = look.text.trim_matches(|c: char| c.is_whitespace() || "\"“”„«»‘’*•-–—".contains(c));
    // An address, a hashtag.
    if !text.contains(char::is_whitespace) {
        return false;
    }
    if text.ends_with(['?', '؟', '？']) || text.starts_with('¿') {
        return false;
    }
    if !language.is_known() {
        return look.has_number || look.has_name;
    }
    let words = look.words;
    if begins(words, language.courtesies) {
        return false;
    }
    if invites(words, language) {
        return look.has_share;
    }
    let stops = text.ends_with(['.', '!', '…', ':']);
    let verb = words.iter().any(|word| language.verbs.contains(&word.plain.as_str()));
    if !stops && !verb {
        return look.has_number && words.len() >= 2;
    }
    if look.has_number {
        return true;
    }
    let carrying = words.iter().filter(|word| !word.stop).count();
    words.len() >= 3 && carrying >= 1 && (look.has_name || carrying >= 2 && !begins(words, language.about_reader))
}

/// Whether the sentence begins with one of `phrases`.
fn begins(words: &[Word], phrases: &[&str]) -> bool {
    let mut start = String::new();
    words.iter().take(3).any(|word| {
        if !start.is_empty() {
            start.push(' ');
        }
        start.push_str(&word.plain);
        phrases.contains(&start.as_str())
    })
}

fn invites(words: &[Word], language: &Language) -> bool {
    let skipped = words.iter().take_while(|word| language.before_imperative.contains(&word.plain.as_str())).count();
    let words = &words[if skipped < words.len() { skipped } else { 0 }..];
    let Some(first) = words.first() else { return false };
    let second = words.get(1).map_or("", |word| word.plain.as_str());
    let form = match language.code {
        "de" => first.plain.ends_with('n') && second == "sie",
        // `Vous` may not follow as a subject: `Venez` alone is one, `Le nez` is not.
        "fr" => {
            first.plain.len() > 4 && first.plain.ends_with("ez") && !matches!(first.plain.as_str(), "assez" | "chez")
        }
        _ => false,
    };
    form || language.imperatives.contains(&first.plain.as_str()) && !subject_of(first, second, language)
}

/// Words that are both an imperative and a noun or a form that a subject goes before: `Test runs take …`.
fn subject_of(first: &Word, second: &str, language: &Language) -> bool {
    let verb = |word: &str| language.verbs.contains(&word);
    match language.code {
        "en" => verb(second) && !matches!(first.plain.as_str(), "do" | "let" | "lets"),
        _ => false,
    }
}
