//! `trademark`: a mark used as no mark should be.
//!
//! **What it does.** Finds the marks as they are spelled, or all in capitals, references included (a product's name is
//! one), and holds each use against `checks`:
//!
//! - `symbol`: the first use in the asset, in the order of its slots, is followed by ® where the mark is registered; in
//!   other markets by ™ where the mark says `unregistered: ™`, and by nothing in particular where it does not;
//! - `not_registered`: no ® in a market where the mark is not registered;
//! - `plural`: no plural, in Italian neither one that changes the last vowel (`Kaldere`); a German -s is taken for one or for
//!   a genitive;
//! - `possessive`: no 's, no s', no German genitive;
//! - `hyphen`: no compound as in `Mark-compound`, and no hyphen in a mark that is written with a space;
//! - `noun`: one of `nouns` follows the first use; in French, Spanish and Italian it may stand before the mark.
//!
//! **Why it is bad.** A mark that is used like a common noun becomes one, and its protection ends; ® where nothing is
//! registered is an offence in itself in Germany, Britain and elsewhere.
//!
//! ```yaml
//! id: glacier
//! kind: trademark
//! severity: error
//! message: "“{match}”: {reason}."
//! params:
//!   marks: [{name: Glacier, registered: [EU, US], nouns: [backup, software], unregistered: ™}]
//! tests:
//!   pass: [{text: Glacier® backup restores. Ask for Glacier., context: {locale: en-US, market: US}}]
//!   fail: [{text: Glacier® backup. Glacier's speed., context: {locale: en-US, market: US}, spans: [Glacier's]}]
//! ```
//!
//! **Options.** `checks`: all unless some are named. Where the market is not known, symbols are not looked at. What stands
//! in an address or a file's name (`Glacier.example`, `@Glacier`) is no use of the mark.

mod uses;

use countersign_domain::place::Market;
use serde::Deserialize;
use serde_saphyr::Spanned;

use self::uses::{Form, Use, uses};
use super::{Binding, Check, Params};
use crate::load::{Common, Faults, members};
use crate::rule::{Hit, Rule};
use crate::scene::{Scene, Slot};
use crate::terms::Terms;
use crate::view::fold;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct TrademarkParams {
    marks: Vec<MarkFile>,
    checks: Option<Spanned<Vec<CheckName>>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MarkFile {
    name: Spanned<String>,
    #[serde(default)]
    registered: Vec<Spanned<Market>>,
    #[serde(default)]
    nouns: Vec<Spanned<String>>,
    #[serde(default)]
    unregistered: Option<Unregistered>,
}

/// What a mark has where it is not registered.
#[derive(Clone, Copy, Debug, Deserialize)]
enum Unregistered {
    #[serde(rename = "™")]
    Tm,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum CheckName {
    Symbol,
    NotRegistered,
    Plural,
    Possessive,
    Hyphen,
    Noun,
}

const ALL: [CheckName; 6] = [
    CheckName::Symbol,
    CheckName::NotRegistered,
    CheckName::Plural,
    CheckName::Possessive,
    CheckName::Hyphen,
    CheckName::Noun,
];

#[derive(Debug)]
pub(crate) struct Trademark {
    marks: Vec<Mark>,
    forms: Forms,
    checks: Vec<CheckName>,
}

#[derive(Debug)]
struct Mark {
    name: String,
    registered: Vec<Market>,
    unregistered: Option<Unregistered>,
    nouns: Option<Terms>,
}

/// Every mark as it may be written.
#[derive(Debug)]
struct Forms {
    terms: Terms,
    /// Of each term: the mark, and what was made of its name.
    of: Vec<(usize, Made)>,
    /// Each mark's name as it is spelled and in capitals, folded but for case.
    spellings: Vec<[String; 2]>,
}

/// What was made of a mark's name.
#[derive(Clone, Copy, Debug)]
struct Made {
    /// A plural's ending; empty where there is none.
    ending: &'static str,
    /// Whether hyphens stand where the name has spaces.
    hyphened: bool,
}

impl Forms {
    fn new(names: &[String], faults: &mut Faults) -> Self {
        let folded = |name: &str| fold(name, true).text.into_owned();
        let taken: Vec<String> = names.iter().map(|name| folded(name)).collect();
        let mut written = Vec::new();
        let mut of = Vec::new();
        for (at, name) in names.iter().enumerate() {
            let mut forms = vec![(name.clone(), "")];
            forms.extend(uses::plurals(name));
            for (form, ending) in forms {
                for hyphen in uses::HYPHENS.into_iter().filter(|_| form.contains(' ')) {
                    let form = form.replace(' ', hyphen.encode_utf8(&mut [0; 4]));
                    if !taken.contains(&folded(&form)) {
                        written.push(form);
                        of.push((at, Made { ending, hyphened: true }));
                    }
                }
                if ending.is_empty() || !taken.contains(&folded(&form)) {
                    written.push(form);
                    of.push((at, Made { ending, hyphened: false }));
                }
            }
        }
        let cased = |name: &str| fold(name, false).text.into_owned();
        let spellings = names.iter().map(|name| [cased(name), cased(&name.to_uppercase())]).collect();
        let terms = Terms::new(&written, true, true);
        faults.lists.push(terms.clone());
        Self { terms, of, spellings }
    }
}

impl Params for TrademarkParams {
    type Kind = Trademark;

    fn compile(self, common: &Common, faults: &mut Faults) -> Option<Trademark> {
        if self.marks.is_empty() {
            faults.at(
                common.kind_at,
                "name at least one mark in `params.marks`, such as {name: Glacier, registered: [US]}",
            );
            return None;
        }
        let checks = match self.checks {
            Some(checks) if checks.value.is_empty() => {
                faults.at(checks.referenced, "`checks` is empty; leave it out for all of them");
                return None;
            }
            Some(checks) => checks.value,
            None => ALL.to_vec(),
        };
        let names: Vec<Spanned<String>> = self.marks.iter().map(|mark| mark.name.clone()).collect();
        faults.terms(&names, true, true)?;
        let names: Vec<String> = names.into_iter().map(|name| name.value.trim().to_owned()).collect();
        let forms = Forms::new(&names, faults);
        let marks = self.marks.into_iter().zip(names).map(|(file, name)| Mark {
            name,
            registered: file.registered.iter().flat_map(|one| members(one.value, one.referenced, faults)).collect(),
            unregistered: file.unregistered,
            nouns: faults.terms(&file.nouns, true, true),
        });
        Some(Trademark { marks: marks.collect(), forms, checks })
    }
}

impl Mark {
    /// What the first use needs in that market.
    fn symbol(&self, market: Market) -> Option<char> {
        if self.registered.contains(&market) { Some('®') } else { self.unregistered.map(|Unregistered::Tm| '™') }
    }
}

impl Trademark {
    /// Each mark with the symbol that its first use needs there.
    pub(crate) fn symbols(&self, market: Option<Market>) -> Vec<(String, char)> {
        let Some(market) = market.filter(|_| self.checks.contains(&CheckName::Symbol)) else { return Vec::new() };
        let symbols = self.marks.iter().filter_map(|mark| Some((mark.name.clone(), mark.symbol(market)?)));
        symbols.collect()
    }

    /// What is wrong with one use.
    fn offences(&self, slot: &Slot<'_>, scene: &Scene<'_>, found: &Use, first: bool) -> Vec<Hit> {
        let mark = &self.marks[found.mark];
        let market = scene.place.market;
        let checks = |name: CheckName| self.checks.contains(&name);
        let wanted = market.and_then(|market| mark.symbol(market));
        let mut hits = Vec::new();
        let mut tell = |end: usize, reason: String, symbol: Option<char>, fix: Option<String>| {
            let mut hit = Hit::at(slot, found.name.start..end);
            hit.values.extend([
                ("name", mark.name.clone()),
                ("market", market.map_or_else(|| "this market".to_owned(), |market| market.to_string())),
                ("symbol", symbol.map_or_else(String::new, String::from)),
                ("reason", reason),
            ]);
            hit.fix = fix;
            hits.push(hit);
        };
        let symbol_end = found.symbol.as_ref().map_or(found.name.end, |(_, range)| range.end);
        let symbol = found.symbol.as_ref().map(|(symbol, _)| *symbol);
        let name = &slot.text[found.name.clone()];
        let with = |symbol: Option<char>| found.form.is_plain().then(|| name.chars().chain(symbol).collect::<String>());
        let registered = market.is_some_and(|market| mark.registered.contains(&market));
        if let Some(market) = market.filter(|_| symbol == Some('®') && !registered) {
            if checks(CheckName::NotRegistered) {
                tell(symbol_end, format!("the mark is not registered in {market}"), symbol, with(wanted));
            }
        } else if let Some(wanted) =
            wanted.filter(|wanted| first && symbol != Some(*wanted) && checks(CheckName::Symbol))
        {
            tell(symbol_end, format!("the first use needs {wanted}"), Some(wanted), with(Some(wanted)));
        }
        let reason = match found.form {
            Form::Plain => None,
            Form::Plural => checks(CheckName::Plural).then_some("a mark has no plural"),
            Form::Possessive => checks(CheckName::Possessive).then_some("a mark owns nothing"),
            Form::PluralOrPossessive => (checks(CheckName::Plural) || checks(CheckName::Possessive))
                .then_some("a mark has no plural and owns nothing"),
            Form::Compound => checks(CheckName::Hyphen).then_some("a mark is no part of a compound"),
            Form::Hyphened => checks(CheckName::Hyphen).then_some("the mark is written without a hyphen"),
        };
        if let Some(reason) = reason {
            tell(found.end, reason.to_owned(), wanted, None);
        }
        if let Some(nouns) = mark.nouns.as_ref().filter(|_| first && checks(CheckName::Noun)) {
            let before = scene.language().is_some_and(|language| matches!(language, "fr" | "es" | "it" | "pt" | "ca"));
            if !found.has_noun(slot, nouns, symbol_end, before) {
                tell(found.name.end, "the first use needs one of its nouns".to_owned(), wanted, None);
            }
        }
        hits
    }
}

impl Check for Trademark {
    fn message_names(&self) -> &'static [&'static str] {
        &["match", "name", "market", "symbol", "reason"]
    }

    fn binding(&self) -> Binding {
        Binding::Partly(
            "drafts write names by reference and the symbol at the first; approved wordings, and the noun, are checked",
        )
    }

    fn hits(&self, rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
        let mut hits = Vec::new();
        let mut seen = vec![false; self.marks.len()];
        for slot in scene.slots(&rule.when) {
            let counts = rule.counts(slot);
            for found in uses(slot, &self.forms, scene.language()) {
                if found.form == Form::Hyphened {
                    // No use as the mark is spelled: the first of those is still to come.
                    if counts(&found.name) {
                        hits.extend(self.offences(slot, scene, &found, false));
                    }
                } else if counts(&found.name) {
                    let first = !std::mem::replace(&mut seen[found.mark], true);
                    hits.extend(self.offences(slot, scene, &found, first));
                }
            }
        }
        hits
    }
}

#[cfg(test)]
mod tests;
