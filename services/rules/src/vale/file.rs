//! A rule file in Vale's format, as it is written. What means nothing to its extension point is a fault.

use std::fmt;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_saphyr::{Location, Spanned};

use crate::load::Faults;

/// Only what a file extends, whatever else stands in it.
#[derive(Debug, Deserialize)]
pub(super) struct Head {
    #[serde(default)]
    pub extends: Option<Spanned<String>>,
}

/// Every field that some extension point has.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleFile {
    pub extends: Spanned<String>,
    pub message: Option<Spanned<String>>,
    pub level: Option<Spanned<String>>,
    pub scope: Option<Spanned<Many>>,
    pub limit: Option<Spanned<usize>>,
    pub action: Option<Spanned<ActionFile>>,
    // For people only.
    #[serde(rename = "link")]
    _link: Option<String>,
    #[serde(rename = "description")]
    _description: Option<String>,
    #[serde(rename = "name")]
    _name: Option<String>,
    #[serde(rename = "author")]
    _author: Option<String>,
    #[serde(rename = "code")]
    pub code: Option<Spanned<bool>>,
    // Of some extension points.
    pub ignorecase: Option<Spanned<bool>>,
    pub nonword: Option<Spanned<bool>>,
    pub append: Option<Spanned<bool>>,
    pub vocab: Option<Spanned<bool>>,
    pub capitalize: Option<Spanned<bool>>,
    pub alpha: Option<Spanned<bool>>,
    pub pos: Option<Spanned<String>>,
    pub raw: Option<Spanned<Many>>,
    pub tokens: Option<Spanned<Many>>,
    pub exceptions: Option<Spanned<Many>>,
    pub indicators: Option<Spanned<Many>>,
    pub swap: Option<Spanned<Pairs>>,
    pub either: Option<Spanned<Pairs>>,
    pub token: Option<Spanned<String>>,
    pub max: Option<Spanned<usize>>,
    pub min: Option<Spanned<usize>>,
    pub first: Option<Spanned<String>>,
    pub second: Option<Spanned<String>>,
    #[serde(rename = "match")]
    pub case: Option<Spanned<String>>,
    pub style: Option<Spanned<String>>,
    pub prefix: Option<Spanned<String>>,
    pub threshold: Option<Spanned<f64>>,
    pub formula: Option<Spanned<String>>,
    pub condition: Option<Spanned<String>>,
    pub grade: Option<Spanned<f64>>,
    pub metrics: Option<Spanned<Many>>,
}

/// What to do about a match.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ActionFile {
    pub name: String,
    #[serde(default)]
    pub params: Many,
}

/// A text or a list of texts.
#[derive(Debug, Default)]
pub(super) struct Many(pub Vec<Spanned<String>>);

/// A map of texts, or a list of such maps, in the order of the file. A key that comes again replaces the first.
#[derive(Debug, Default)]
pub(super) struct Pairs(pub Vec<(Spanned<String>, Spanned<String>)>);

/// The keys of an extension point besides those of every rule.
pub(super) fn keys_of(point: &str) -> Option<&'static [&'static str]> {
    Some(match point {
        "existence" => &["ignorecase", "nonword", "append", "vocab", "raw", "tokens", "exceptions"],
        "substitution" => &["ignorecase", "nonword", "vocab", "capitalize", "pos", "exceptions", "swap"],
        "occurrence" => &["ignorecase", "token", "max", "min"],
        "repetition" => &["ignorecase", "alpha", "vocab", "tokens", "max", "exceptions"],
        "consistency" => &["ignorecase", "nonword", "either"],
        "conditional" => &["ignorecase", "vocab", "first", "second", "exceptions"],
        "capitalization" => &["vocab", "match", "style", "prefix", "threshold", "indicators", "exceptions"],
        "metric" => &["formula", "condition"],
        "readability" => &["grade", "metrics"],
        _ => return None,
    })
}

impl RuleFile {
    /// Tells of every field that means nothing to the file's extension point.
    pub(super) fn check_keys(&self, faults: &mut Faults) {
        let point = self.extends.value.as_str();
        let Some(known) = keys_of(point) else { return };
        for (key, at) in self.given() {
            if !known.contains(&key) {
                faults.at(at, format!("`{key}` means nothing to {point}; it has {}", known.join(", ")));
            }
        }
    }

    fn given(&self) -> Vec<(&'static str, Location)> {
        let all = [
            ("ignorecase", place(&self.ignorecase)),
            ("nonword", place(&self.nonword)),
            ("append", place(&self.append)),
            ("vocab", place(&self.vocab)),
            ("capitalize", place(&self.capitalize)),
            ("alpha", place(&self.alpha)),
            ("pos", place(&self.pos)),
            ("raw", place(&self.raw)),
            ("tokens", place(&self.tokens)),
            ("exceptions", place(&self.exceptions)),
            ("indicators", place(&self.indicators)),
            ("swap", place(&self.swap)),
            ("either", place(&self.either)),
            ("token", place(&self.token)),
            ("max", place(&self.max)),
            ("min", place(&self.min)),
            ("first", place(&self.first)),
            ("second", place(&self.second)),
            ("match", place(&self.case)),
            ("style", place(&self.style)),
            ("prefix", place(&self.prefix)),
            ("threshold", place(&self.threshold)),
            ("formula", place(&self.formula)),
            ("condition", place(&self.condition)),
            ("grade", place(&self.grade)),
            ("metrics", place(&self.metrics)),
        ];
        all.into_iter().filter_map(|(key, at)| Some((key, at?))).collect()
    }
}

fn place<T>(field: &Option<Spanned<T>>) -> Option<Location> {
    field.as_ref().map(|field| field.referenced)
}

/// Whether a switch is on.
pub(super) fn on(switch: &Option<Spanned<bool>>) -> bool {
    switch.as_ref().is_some_and(|switch| switch.value)
}

/// The texts of a list; none where it is left out.
pub(super) fn texts(list: &Option<Spanned<Many>>) -> Vec<&str> {
    list.iter().flat_map(|list| &list.value.0).map(|text| text.value.as_str()).collect()
}

struct ManyVisitor;

impl<'de> Visitor<'de> for ManyVisitor {
    type Value = Many;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a list of texts")
    }

    fn visit_str<E>(self, text: &str) -> Result<Many, E> {
        Ok(Many(vec![Spanned::new(text.to_owned(), Location::UNKNOWN, Location::UNKNOWN)]))
    }

    fn visit_unit<E>(self) -> Result<Many, E> {
        Ok(Many::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Many, A::Error> {
        let mut texts = Vec::new();
        while let Some(text) = list.next_element()? {
            texts.push(text);
        }
        Ok(Many(texts))
    }
}

impl<'de> Deserialize<'de> for Many {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ManyVisitor)
    }
}

struct PairsVisitor;

impl<'de> Visitor<'de> for PairsVisitor {
    type Value = Pairs;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of texts or a list of such maps")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
        let mut pairs = Pairs::default();
        while let Some((from, to)) = map.next_entry()? {
            pairs.put(from, to);
        }
        Ok(pairs)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Pairs, A::Error> {
        let mut pairs = Pairs::default();
        while let Some(Pairs(more)) = list.next_element()? {
            more.into_iter().for_each(|(from, to)| pairs.put(from, to));
        }
        Ok(pairs)
    }
}

impl Pairs {
    fn put(&mut self, from: Spanned<String>, to: Spanned<String>) {
        self.0.push((from, to));
    }
}

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PairsVisitor)
    }
}
