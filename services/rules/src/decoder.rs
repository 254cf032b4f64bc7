//! What rules ask of a decoder: plain terms, patterns, characters and lengths that it can be held to while it writes.
//!
//! Only rules of severity `error` and `block` ask. What is asked is never less than the check finds for these terms and
//! patterns, and may be a little more: exceptions, and claims that would bear a statement out, are nothing a decoder knows of.

use countersign_domain::brand::Formality;
use countersign_domain::finding::Severity;

use crate::kinds::Kind;
use crate::packs::Packs;
use crate::place::Place;
use crate::rule::{Rule, Status};
use crate::subject::{BrandTerms, Unit};

/// What one rule asks of what is written in its slots.
#[derive(Debug)]
pub struct Demand<'a> {
    pub rule: &'a Rule,
    /// Every slot where there is none.
    pub slots: &'a [String],
    /// Words and phrases that are not written, as whole words in any case.
    pub terms: Vec<&'a str>,
    /// Patterns that match nowhere, each with whether in any case.
    pub patterns: Vec<(&'a str, bool)>,
    /// Characters, from and to, that are not written.
    pub characters: Vec<(char, char)>,
    pub length: Option<(Unit, usize)>,
    /// The partner's name is not written.
    pub no_partner_name: bool,
}

/// A mark whose first use in an asset needs a symbol, in some market.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkSymbol {
    pub name: String,
    pub symbol: char,
}

impl Packs {
    /// What the rules that speak at `place` ask. `formality` is how the brand addresses readers there, where it says so.
    #[must_use]
    pub fn demands(
        &self,
        place: &Place<'_>,
        brand_terms: &BrandTerms,
        formality: Option<Formality>,
    ) -> Vec<Demand<'_>> {
        let language = place.locale.map_or("", |locale| locale.language());
        let demand = |rule| Demand::of(rule, language, formality);
        self.strict_rules(place, brand_terms).map(demand).collect()
    }

    /// Plain terms that hold for every slot at `place`.
    #[must_use]
    pub fn forbidden_terms(&self, place: &Place<'_>, brand_terms: &BrandTerms) -> Vec<String> {
        let demands = self.demands(place, brand_terms, None).into_iter().filter(|demand| demand.slots.is_empty());
        let mut terms: Vec<String> = demands.flat_map(|demand| demand.terms).map(str::to_owned).collect();
        terms.sort();
        terms.dedup();
        terms
    }

    /// The symbols that marks need at `place`, as the strictest rule about each says.
    #[must_use]
    pub fn mark_symbols(&self, place: &Place<'_>, brand_terms: &BrandTerms) -> Vec<MarkSymbol> {
        let marks = self.strict_rules(place, brand_terms).flat_map(|rule| match &rule.kind {
            Kind::Trademark(marks) => marks.symbols(place.market),
            _ => Vec::new(),
        });
        let mut symbols: Vec<MarkSymbol> = Vec::new();
        for (name, symbol) in marks {
            if !symbols.iter().any(|known| known.name == name) {
                symbols.push(MarkSymbol { name, symbol });
            }
        }
        symbols
    }

    fn strict_rules(&self, place: &Place<'_>, brand_terms: &BrandTerms) -> impl Iterator<Item = &Rule> {
        let known_as = brand_terms.names_of(place.product);
        self.rules().iter().filter(move |rule| {
            rule.status == Status::Active && rule.severity >= Severity::Error && rule.when.holds(place, &known_as)
        })
    }
}

impl<'a> Demand<'a> {
    fn of(rule: &'a Rule, language: &str, formality: Option<Formality>) -> Self {
        let check = rule.kind.check();
        let address = check.decoder_address(language, formality).iter().copied();
        Self {
            rule,
            slots: &rule.when.slots,
            terms: check.decoder_terms().iter().map(String::as_str).chain(address).collect(),
            patterns: check.decoder_patterns(),
            characters: check.refused_characters(),
            length: check.decoder_length(),
            no_partner_name: check.refuses_partner_name(),
        }
    }
}
