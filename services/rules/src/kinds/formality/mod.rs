//! `formality`: the wrong form of address, or two of them in one text.
//!
//! **What it does.** Finds the pronouns, and the imperatives and verb forms, by which German (du, Sie), French (tu, vous),
//! Spanish (tú, usted) and Italian (tu, Lei) address readers. Wanted is what the brand says for the locale, else
//! `default`; the other register offends. With `mixed_only` neither is wanted, and a text that uses both offends by the
//! one that it uses less.
//!
//! What may be something else is told as a warning at most: „Sie“, „Ihr“ and „Lei“ at the beginning of a sentence (they, she), `ihr`
//! before a verb (all of you). A verb form is told only where no pronoun of its sentence says the same already. `ton` and
//! `rendez-vous`, `Café du Monde` and TI are no address; nor is what is quoted behind a colon, or said by a named person of
//! a script (channel `video`). Italian Voi and American ustedes are said in both registers.
//!
//! **Why it is bad.** A stray du in a letter sounds familiar, a stray Sie cold; both in one text look pasted together.
//!
//! ```yaml
//! id: anrede
//! kind: formality
//! severity: error
//! message: "“{match}” does not fit how this brand addresses its readers ({register})."
//! when: {locales: [de]}
//! params: {default: formal}
//! exceptions: [per du]
//! tests: {pass: [Sie sparen Zeit.], fail: [{text: So sparst du Zeit., spans: [du]}]}
//! ```
//!
//! **Options.** `default` (formal or informal; without it, the rule is silent where the brand says nothing), or
//! `mixed_only`. `{register}` in messages is the wanted one; with `mixed_only` the one that the rest of the text uses.

mod de;
mod es;
mod fr;
mod it;
mod words;

use std::ops::Range;

use countersign_domain::brand::Formality;
use countersign_domain::finding::Severity;
use serde::Deserialize;

use self::words::Words;
use super::{Binding, Check, Params};
use crate::load::{Common, Faults};
use crate::rule::{Hit, Rule};
use crate::scene::{Scene, Slot};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct FormalityParams {
    default: Option<Formality>,
    mixed_only: bool,
}

#[derive(Debug)]
pub(crate) struct Address {
    default: Option<Formality>,
    mixed_only: bool,
}

/// How sure a word says how the reader is addressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    /// A pronoun.
    Clear,
    /// A pronoun that may mean somebody else: a warning at most.
    Doubtful,
    /// A verb.
    Form,
    /// A verb that may have another subject: a warning at most.
    DoubtfulForm,
    /// Not told itself; a verb form beside it is none of the other register.
    Hint,
}

impl Sign {
    const fn is_form(self) -> bool {
        matches!(self, Self::Form | Self::DoubtfulForm)
    }

    const fn is_sure(self) -> bool {
        matches!(self, Self::Clear | Self::Form)
    }
}

/// What a word says.
#[derive(Debug)]
struct Found {
    register: Formality,
    sign: Sign,
    /// Where it ends if not with the word.
    until: Option<usize>,
}

impl Found {
    const fn of(register: Formality, sign: Sign) -> Self {
        Self { register, sign, until: None }
    }

    const fn until(register: Formality, sign: Sign, end: usize) -> Self {
        Self { register, sign, until: Some(end) }
    }
}

/// An address in a text.
#[derive(Debug)]
struct Spoken<'s> {
    slot: &'s Slot<'s>,
    range: Range<usize>,
    register: Formality,
    sign: Sign,
}

impl Params for FormalityParams {
    type Kind = Address;

    fn compile(self, common: &Common, faults: &mut Faults) -> Option<Address> {
        if self.mixed_only && self.default.is_some() {
            faults.at(common.kind_at, "`params.mixed_only` prefers no register; leave out `default`");
        }
        Some(Address { default: self.default, mixed_only: self.mixed_only })
    }
}

impl Check for Address {
    fn message_names(&self) -> &'static [&'static str] {
        &["match", "register"]
    }

    fn languages(&self) -> Option<&'static [&'static str]> {
        Some(&["de", "es", "fr", "it"])
    }

    fn decoder_address(&self, language: &str, wanted: Option<Formality>) -> &'static [&'static str] {
        if self.mixed_only || wanted.or(self.default) != Some(Formality::Formal) {
            return &[];
        }
        match language {
            "de" => &de::INFORMAL,
            "es" => &es::TU,
            "fr" => &fr::INFORMAL,
            "it" => &it::TU,
            _ => &[],
        }
    }

    fn binding(&self) -> Binding {
        if self.mixed_only {
            Binding::Checked("which register offends depends on the rest of the text")
        } else {
            Binding::Partly(
                "informal pronouns cannot be written in a formal text; verbs, and a formal word in an informal text, are left to the check",
            )
        }
    }

    fn hits(&self, rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
        // A locale that is not known is that of the rule, if it names one language.
        let first = rule.when.locales.first();
        let Some(locale) = scene.place.locale.or(first) else { return Vec::new() };
        if scene.place.locale.is_none() && rule.when.locales.iter().any(|other| other.language() != locale.language()) {
            return Vec::new();
        }
        let in_spain = locale.market().is_none_or(|market| market.to_string() == "ES");
        let mut spoken = Vec::new();
        for slot in scene.slots(&rule.when) {
            let counts = rule.counts(slot);
            let words = Words::of(slot, scene.place.channel);
            addresses(slot, &words, locale.language(), in_spain, &counts, &mut spoken);
        }
        match self.mixed_only {
            true => mixed(&spoken, scene.formality),
            false => match scene.formality.or(self.default) {
                Some(wanted) => {
                    spoken.iter().filter(|one| one.register != wanted).map(|one| told(one, wanted)).collect()
                }
                None => Vec::new(),
            },
        }
    }
}

/// Where a slot addresses its reader.
fn addresses<'s>(
    slot: &'s Slot<'s>,
    words: &Words<'_>,
    language: &str,
    in_spain: bool,
    counts: impl Fn(&Range<usize>) -> bool,
    out: &mut Vec<Spoken<'s>>,
) {
    let mut sentence: Vec<(usize, Spoken<'s>)> = Vec::new();
    let mut close = |sentence: &mut Vec<(usize, Spoken<'s>)>| {
        let pronoun = |register, sentence: &[(usize, Spoken<'s>)]| {
            sentence.iter().any(|(_, one)| one.register == register && !one.sign.is_form() && one.sign != Sign::Hint)
        };
        let hint = |register, sentence: &[(usize, Spoken<'s>)]| {
            sentence.iter().any(|(_, one)| one.register == register && !one.sign.is_form())
        };
        let said = [pronoun(Formality::Formal, sentence), pronoun(Formality::Informal, sentence)];
        let hinted = [hint(Formality::Formal, sentence), hint(Formality::Informal, sentence)];
        out.extend(sentence.drain(..).map(|(_, one)| one).filter(|one| {
            let own = usize::from(one.register == Formality::Informal);
            let other_says = hinted[1 - own] && one.register == Formality::Informal && one.sign == Sign::DoubtfulForm;
            one.sign != Sign::Hint && !(one.sign.is_form() && (said[own] || other_says))
        }));
    };
    for at in 0..words.0.len() {
        let found = match language {
            "de" => de::read(words, at),
            "fr" => fr::read(words, at),
            "es" => es::read(words, at, in_spain),
            _ => it::read(words, at),
        };
        let word = &words.0[at];
        let Some(found) = found.filter(|_| !word.quoted) else { continue };
        let range = word.range.start..found.until.unwrap_or(word.range.end);
        if !counts(&range) {
            continue;
        }
        if sentence.last().is_some_and(|(of, _)| *of != word.sentence) {
            close(&mut sentence);
        }
        sentence.push((word.sentence, Spoken { slot, range, register: found.register, sign: found.sign }));
    }
    close(&mut sentence);
}

/// What does not fit the rest, where both registers stand in one asset.
fn mixed(spoken: &[Spoken<'_>], wanted: Option<Formality>) -> Vec<Hit> {
    let count = |register, sure: bool| {
        spoken
            .iter()
            .filter(|one| one.register == register && (one.sign.is_sure() || !sure && !one.sign.is_form()))
            .count()
    };
    let sure = [count(Formality::Formal, true), count(Formality::Informal, true)];
    let all = [count(Formality::Formal, false), count(Formality::Informal, false)];
    if all.contains(&0) || sure == [0, 0] {
        return Vec::new();
    }
    let first = spoken.iter().find(|one| one.sign.is_sure()).map_or(Formality::Formal, |one| one.register);
    let kept = match wanted {
        // What is not sure is not what the rest is measured by.
        _ if sure[0] == 0 => Formality::Informal,
        _ if sure[1] == 0 => Formality::Formal,
        Some(wanted) => wanted,
        None if sure[0] == sure[1] => first,
        None if sure[0] > sure[1] => Formality::Formal,
        None => Formality::Informal,
    };
    let both_sure = !sure.contains(&0);
    let stray = spoken
        .iter()
        .filter(|one| one.register != kept && if both_sure { one.sign.is_sure() } else { !one.sign.is_form() });
    stray.map(|one| told(one, kept)).collect()
}

fn told(one: &Spoken<'_>, wanted: Formality) -> Hit {
    let mut hit = Hit::at(one.slot, one.range.clone());
    let register = match wanted {
        Formality::Formal => "formal",
        Formality::Informal => "informal",
    };
    hit.values.push(("register", register.to_owned()));
    hit.at_most = (!one.sign.is_sure()).then_some(Severity::Warn);
    hit
}
