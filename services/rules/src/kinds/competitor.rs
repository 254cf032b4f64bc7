//! `competitor`: a competitor's name without a comparative claim.
//!
//! **What it does.** Finds `names` and the competitors of the brand's sheet (as whole words, in any case; in a plural or
//! genitive of the text's language too, with a capital) in the free text, unless a claim is bound by reference in the same sentence whose evidence holds in the market and at the date.
//! What a claim itself says of a competitor is borne out by it, until its evidence ends. A line break ends a sentence.
//!
//! **Why it is bad.** Naming a competitor is comparative advertising: lawful only where the comparison is objective,
//! material and verifiable, and that is what an approved claim is for.
//!
//! ```yaml
//! id: rivals
//! kind: competitor
//! severity: error
//! message: "“{match}” is a competitor. Compare by an approved claim, or leave the name out."
//! params: {names: [Acme, Acme Backup]}
//! exceptions: [acme of the art]
//! tests:
//!   pass: [{text: "Beside Acme: {{claim.1}}", context: {bound: {claim.1: It restores twice as fast as Acme.}}}]
//!   fail: [{text: It beats Acme., spans: [Acme]}]
//! ```
//!
//! **Options.** Without `names` the brand's own are looked for. Where a rule of this kind speaks, the built-in
//! `brand.competitor`, which allows no claims beside the name, is silent.

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::borne_out::Claims;
use super::words::{outermost, plain};
use super::{Check, Params};
use crate::load::{Common, Faults};
use crate::rule::{Hit, Rule};
use crate::scene::Scene;
use crate::terms::Terms;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CompetitorParams {
    names: Vec<Spanned<String>>,
}

#[derive(Debug)]
pub(crate) struct Competitor {
    names: Option<Terms>,
    /// Plurals and genitives of the names, each with its ending.
    bent: Option<(Terms, Vec<&'static str>)>,
    plain: Vec<String>,
}

impl Params for CompetitorParams {
    type Kind = Competitor;

    fn compile(self, _: &Common, faults: &mut Faults) -> Option<Competitor> {
        let names = faults.terms(&self.names, true, true);
        let bent = names.as_ref().and_then(bent);
        faults.lists.extend(bent.iter().map(|(terms, _)| terms.clone()));
        Some(Competitor { names, bent, plain: plain(self.names) })
    }
}

impl Check for Competitor {
    fn message_names(&self) -> &'static [&'static str] {
        &["match"]
    }

    fn hits(&self, rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
        let claims = Claims::of(scene);
        let of_brand = scene.terms.competitors.as_ref().and_then(bent);
        let mut hits = Vec::new();
        for slot in scene.slots(&rule.when) {
            let counts = rule.counts(slot);
            let names = self.names.iter().chain(&scene.terms.competitors).flat_map(|names| slot.find(names));
            // A plural in small letters is one of a common noun: `compare apples and pears`.
            let forms = self.bent.iter().chain(&of_brand).flat_map(|(terms, endings)| {
                let found = slot.find(terms).into_iter();
                found.filter(|(term, range)| {
                    makes(scene.language(), endings[*term]) && slot.text[range.clone()].starts_with(char::is_uppercase)
                })
            });
            let found = names.chain(forms).map(|(_, range)| (range, ())).filter(|(range, ())| counts(range)).collect();
            let told = claims.not_borne_out(slot, outermost(found));
            hits.extend(told.into_iter().map(|(range, ())| Hit::at(slot, range)));
        }
        hits
    }

    fn decoder_terms(&self) -> &[String] {
        &self.plain
    }
}

/// The plurals and genitives of names, but those that are names themselves, with what each adds.
fn bent(names: &Terms) -> Option<(Terms, Vec<&'static str>)> {
    let mut forms = Vec::new();
    let mut endings = Vec::new();
    for name in names.folded() {
        for ending in ["s", "es"].into_iter().filter(|_| !name.ends_with(['s', 'x', 'z', 'ß'])) {
            let form = format!("{name}{ending}");
            if !names.folded().contains(&form) {
                forms.push(form);
                endings.push(ending);
            }
        }
    }
    Some((Terms::whole_words(&forms)?, endings))
}

/// Whether a language bends names so: plurals, and in German the genitive.
fn makes(language: Option<&str>, ending: &str) -> bool {
    match ending {
        "s" => matches!(language, Some("de" | "en" | "es" | "fr" | "it" | "nl" | "pt" | "sv" | "da" | "nb" | "ca")),
        _ => matches!(language, Some("de" | "es" | "pt")),
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::{World, rule};
    use crate::{BrandTerms, Packs};

    fn with_brand(text: &str) -> World {
        let mut world = World::new("en-US").slot("body", text);
        world.terms = BrandTerms::new(&[], &["Borealis".into()], &[]);
        world
    }

    fn found(world: &World, packs: &Packs) -> Vec<(String, String)> {
        world.check(packs).into_iter().map(|finding| finding.rule).zip(world.spans(packs)).collect()
    }

    #[test]
    fn names_of_the_rule_and_of_the_brand_are_found_once_each() {
        let packs =
            rule("error", "kind: competitor\nparams: {names: [Acme, Borealis Cloud]}\nexceptions: [acme of art]");
        let world = with_brand("ACME, Acme's, Borealis Cloud, borealis; acmeist, the acme of art.");
        let names = ["ACME", "Acme", "Borealis Cloud", "borealis"];
        assert_eq!(found(&world, &packs), names.map(|name| ("test.r".to_owned(), name.to_owned())));
    }

    #[test]
    fn plurals_and_genitives_of_the_texts_language_are_names_too() {
        let packs = rule("error", "kind: competitor\nparams: {names: [Acme, Klimawerk, Atlas]}");
        let spans = |locale: &str, text: &str| {
            let mut world = World::new(locale).slot("body", text);
            world.terms = BrandTerms::new(&[], &["Borealtherm".into()], &[]);
            world.spans(&packs)
        };
        assert_eq!(spans("en-US", "Two Acmes and Borealtherms, acmes of art."), ["Acmes", "Borealtherms"]);
        assert_eq!(
            spans("de-DE", "des Klimawerks, Klimawerkes, KLIMAWERKS"),
            ["Klimawerks", "Klimawerkes", "KLIMAWERKS"]
        );
        assert!(spans("en-US", "Klimawerkes, Atlass, Acmeist").is_empty());
    }

    #[test]
    fn a_claim_that_holds_in_the_sentence_makes_the_name_harmless() {
        let packs = rule("error", "kind: competitor");
        let world = || with_brand("Beside Borealis: {{claim.1}} Borealis is slow.");
        assert_eq!(world().spans(&packs), ["Borealis"]);
        assert_eq!(world().claim(&[], None).spans(&packs), ["Borealis"]);
        assert_eq!(world().claim(&["DE"], None).spans(&packs), ["Borealis", "Borealis"]);
    }

    #[test]
    fn the_built_in_rule_speaks_where_none_of_this_kind_does() {
        let elsewhere = rule("error", "kind: competitor\nwhen: {slots: [subject]}");
        let world = with_brand("Borealis: {{claim.1}}").slot("subject", "Borealis");
        let told = found(&world, &elsewhere);
        let names: Vec<_> = told.iter().map(|(rule, _)| rule.as_str()).collect();
        assert_eq!(names, ["brand.competitor", "test.r"], "of the body, and of the subject");
        let draft = rule("error", "kind: competitor\nstatus: draft");
        assert_eq!(found(&world, &draft).len(), 2);
        assert!(found(&world, &draft).iter().all(|(rule, _)| rule == "brand.competitor"));
    }

    #[test]
    fn the_decoder_is_kept_from_the_names() {
        let packs = rule("block", "kind: competitor\nparams: {names: [Acme]}");
        assert_eq!(packs.forbidden_terms(&World::new("en-US").place(), &BrandTerms::default()), ["Acme"]);
    }
}
