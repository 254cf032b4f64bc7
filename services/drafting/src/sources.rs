//! What a draft may draw on: the product, the brief's values, and the messages, claims and passages that exist in its very
//! locale, or in one that the brand allows in its place.

use countersign_domain::brand::Brand;
use countersign_domain::brief::Brief;
use countersign_domain::clock::Timestamp;
use countersign_domain::content::Bound;
use countersign_domain::library::{Claim, Passage};
use countersign_domain::place::{Locale, Market};
use countersign_domain::review::SourceNote;
use countersign_domain::wording::{Form, Reader};

use crate::claims;
use crate::values::{self, Values};

/// What stands in the origin of a claim for which the brief names no source.
pub(crate) const NO_SOURCE: &str = "no source named";

/// One reference that a draft may hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    pub form: Form,
    pub bound: Bound,
    pub origin: String,
    pub score: Option<f32>,
}

/// Everything for one asset, and what the brief asked for that does not exist in this locale and market.
#[derive(Clone, Debug, PartialEq)]
pub struct Sources {
    pub product: Bound,
    pub messages: Vec<Source>,
    pub claims: Vec<Source>,
    pub passages: Vec<Source>,
    /// The brief's values as this locale writes them: `date.event` of `value:brief.event`.
    pub values: Vec<Bound>,
    pub missing: Vec<Missing>,
    pub fallbacks: Vec<Fallback>,
}

/// An allowed fallback stood in for the locale that was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fallback {
    /// The reference whose text it is in.
    pub reference: String,
    pub what: String,
    /// The locale that it was written for.
    pub from: Locale,
}

/// Something of the brief that cannot be used, for the marketer to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    pub what: String,
    pub why: String,
}

/// What the gathering is for.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub locale: &'a Locale,
    pub market: Market,
    pub now: Timestamp,
}

/// The most passages that a draft may refer to.
pub const MAX_PASSAGES: usize = 2;

/// `retrieved` are passages with their scores, best first, already filtered for this place.
#[must_use]
pub fn gather(
    brand: &Brand,
    brief: &Brief,
    library: &[Claim],
    retrieved: &[(Passage, f32)],
    place: Place<'_>,
) -> Sources {
    let allowed = brand.sheet.fallbacks_of(place.locale);
    let reader = Reader { locale: place.locale, language: &brief.language, fallbacks: allowed };
    let values = Values::of(brief, reader);
    let mut missing = values.missing();
    let mut fallbacks = values.fallbacks();
    let product = match brand.product(&brief.product) {
        Some(product) => bound("product.name", &format!("product:{}", product.key), &product.name),
        None => bound("product.name", "product:brief", &brief.product),
    };
    let mut messages = Vec::new();
    for (i, message) in brief.messages.iter().enumerate() {
        let what = format!("message {} of the brief", i + 1);
        match values.exact(message) {
            Ok((text, found)) => {
                let mut source =
                    source("message", messages.len(), &format!("message:brief.{}", i + 1), &text, what.clone());
                fallbacks.extend(values.fallen_within(found.text, &source.bound.reference));
                fallbacks.extend(fallen(&mut source, found.fallback, &what, place.locale));
                messages.push(source);
            }
            Err(why) => missing.push(Missing { what, why }),
        }
    }
    let mut claims = Vec::new();
    for (i, form) in brief.claims.iter().enumerate() {
        match claims::resolve(form, i, (brand, brief), library, (place, &values)) {
            Ok(claim) => {
                let mut source = source("claim", claims.len(), &claim.id, &claim.text, claim.origin);
                fallbacks.extend(values.fallen_within(claim.raw, &source.bound.reference));
                fallbacks.extend(fallen(&mut source, claim.fallback, &claim.what, place.locale));
                claims.push(source);
            }
            Err(fault) => missing.push(fault),
        }
    }
    let mut passages = Vec::new();
    for (passage, score) in retrieved {
        let sentence = Form::of(&passage.text) == Form::Sentence && passage.text.chars().count() <= 240;
        // The library may hold a text twice, from two files.
        let text = passage.text.trim();
        let repeats = messages.iter().chain(&claims).chain(&passages).any(|known: &Source| known.bound.text == text);
        let own = passage.locale.serves(place.locale);
        let allowed = own || same_language(allowed, place.locale).any(|tag| passage.locale.serves(tag));
        if allowed && sentence && !repeats && passages.len() < MAX_PASSAGES {
            let mut found = source(
                "passage",
                passages.len(),
                &format!("passage:{}", passage.id),
                &passage.text,
                passage.source.clone(),
            );
            found.score = Some(*score);
            let from = (!own).then_some(&passage.locale);
            fallbacks.extend(fallen(&mut found, from, &format!("a passage of {}", passage.source), place.locale));
            passages.push(found);
        }
    }
    Sources { product, messages, claims, passages, values: values.bound(), missing, fallbacks }
}

/// The allowed fallbacks whose wordings may stand in an asset in `locale`.
pub(crate) fn same_language<'a>(allowed: &'a [Locale], locale: &Locale) -> impl Iterator<Item = &'a Locale> {
    allowed.iter().filter(move |tag| tag.language() == locale.language())
}

/// Marks a source whose wording is another locale's.
fn fallen(source: &mut Source, from: Option<&Locale>, what: &str, locale: &Locale) -> Option<Fallback> {
    let from = from?;
    source.origin.push_str(&by_fallback(from, locale));
    Some(Fallback { reference: source.bound.reference.clone(), what: what.to_owned(), from: from.clone() })
}

/// What follows an origin.
fn by_fallback(from: &Locale, locale: &Locale) -> String {
    format!(" ({from}, allowed fallback for {locale})")
}

fn bound(reference: &str, source: &str, text: &str) -> Bound {
    Bound { reference: reference.to_owned(), source: source.to_owned(), text: text.to_owned() }
}

fn source(kind: &str, index: usize, id: &str, text: &str, origin: String) -> Source {
    let text = text.trim();
    Source { form: Form::of(text), bound: bound(&format!("{kind}.{}", index + 1), id, text), origin, score: None }
}

impl Sources {
    /// Messages, claims, passages, in the order of the prompt.
    pub fn all(&self) -> impl Iterator<Item = &Source> {
        self.messages.iter().chain(&self.claims).chain(&self.passages)
    }

    #[must_use]
    pub fn find(&self, reference: &str) -> Option<Bound> {
        if reference == self.product.reference {
            return Some(self.product.clone());
        }
        let bound = self.all().map(|source| &source.bound).chain(&self.values);
        bound.into_iter().find(|bound| bound.reference == reference).cloned()
    }

    /// What is kept with the draft in `locale`.
    #[must_use]
    pub fn notes(&self, locale: &Locale) -> Vec<SourceNote> {
        let note = |bound: &Bound, origin: String, score| SourceNote {
            reference: bound.reference.clone(),
            source: bound.source.clone(),
            text: bound.text.clone(),
            origin,
            score,
        };
        let sources = self.all().map(|source| note(&source.bound, source.origin.clone(), source.score));
        let values = self.values.iter().map(|bound| {
            let fallen = self.fallbacks.iter().find(|fallback| fallback.reference == bound.reference);
            let fallen = fallen.map_or_else(String::new, |fallback| by_fallback(&fallback.from, locale));
            note(bound, format!("{}{fallen}", values::what(values::name_of(&bound.source).unwrap_or_default())), None)
        });
        sources.chain(values).collect()
    }

    /// Every text that figures of a draft may come from.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let bound = self.all().map(|source| &source.bound).chain(&self.values).chain([&self.product]);
        bound.map(|bound| bound.text.as_str())
    }
}

#[cfg(test)]
mod tests;
