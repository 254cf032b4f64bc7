//! `placeholder`: holes that nobody filled, and references that are in the wrong place or missing.
//!
//! **What it does**, by `check`:
//! - `unresolved`: template syntax that is no reference of ours: `{{name}}`, `{% if %}`, `${name}`, `%%NAME%%`,
//!   `*|NAME|*`, `<% %>`, `{name}`.
//! - `dummy`: stand-ins: TODO, TBD, FIXME, XXX, lorem ipsum, `[Your company]` (a link's `[text](…)` is none, nor is
//!   what a script's camera sees: `[She opens the door.]`, or in the channel `video` a line of three words or more:
//!   `[Bread comes out]`).
//! - `partner`: partner references in slots (`when.slots`) that do not allow them; `allowed` lists those that may
//!   stand there.
//! - `required`: each reference of `references` must stand in one of the slots: `product.name`, `partner.site`.
//! - `same_as_original`: each reference stands as often as in the text that this one was translated from, over the whole
//!   asset. Silent where nothing was translated.
//!
//! **Why it is bad.** "Dear {{first_name}}" is what people remember of a campaign. A partner's value may be up to 400
//! characters long and different for each, so it may stand only where it was planned.
//!
//! ```yaml
//! id: unresolved
//! kind: placeholder
//! severity: block
//! message: "“{match}” is a placeholder that nothing fills. Write the text, or use a reference."
//! params: {check: unresolved}
//! tests: {pass: ["Ask {{partner.display_name}}."], fail: ["Dear {{first_name}},"]}
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::LazyLock;

use countersign_domain::content::PartnerField;
use regex::Regex;
use serde::Deserialize;
use serde_saphyr::Spanned;

use super::{Check, Params, pattern};
use crate::load::{Common, Faults};
use crate::rule::{Hit, Rule};
use crate::scene::{Reference, Scene, Shape, Slot};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PlaceholderParams {
    check: Option<CheckName>,
    allowed: Option<Vec<PartnerField>>,
    references: Option<Vec<Spanned<String>>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum CheckName {
    Unresolved,
    Dummy,
    Partner,
    Required,
    SameAsOriginal,
}

#[derive(Debug)]
pub(crate) enum Placeholder {
    Unresolved,
    Dummy,
    Partner { allowed: Vec<PartnerField> },
    Required { references: Vec<String> },
    SameAsOriginal,
}

static UNRESOLVED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"\{\{[^{}\n]{0,80}\}\}|\{\{|\}\}|\{[%#]|[%#]\}|\$\{[^{}\n]{0,80}\}?|<%|%>|%%\w{1,40}%%|\*\|\w{1,40}\|\*|\{[\p{Alphabetic}_][\w.]{0,40}\}",
    )
    .expect("a fixed pattern that the tests compile")
});

static DUMMY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:TODO|TBD|TBA|FIXME|[Xx]{3,}|(?i:lorem ipsum|dolor sit amet))\b|\[\p{Alphabetic}[^\[\]\n]{0,60}\]")
        .expect("a fixed pattern that the tests compile")
});

impl Params for PlaceholderParams {
    type Kind = Placeholder;

    fn compile(self, common: &Common, faults: &mut Faults) -> Option<Placeholder> {
        let Some(check) = self.check else {
            faults.at(common.kind_at, "name `params.check`: unresolved, dummy, partner, required or same_as_original");
            return None;
        };
        if self.allowed.is_some() != (check == CheckName::Partner) {
            faults.at(common.kind_at, "`params.allowed` goes with `check: partner`, and only with it");
        }
        if self.references.is_some() != (check == CheckName::Required) {
            faults.at(common.kind_at, "`params.references` goes with `check: required`, and only with it");
        }
        let references = self.references.unwrap_or_default();
        if check == CheckName::Required && references.is_empty() {
            faults.at(common.kind_at, "name at least one reference in `params.references`, such as product.name");
        }
        for name in &references {
            let known = match name.value.strip_prefix("partner.") {
                Some(field) => field.parse::<PartnerField>().is_ok(),
                None => name.value.contains('.'),
            };
            if !known {
                faults.at(
                    name.referenced,
                    format!("`{}` is no reference; write one such as product.name or partner.site", name.value),
                );
            }
        }
        Some(match check {
            CheckName::Unresolved => Placeholder::Unresolved,
            CheckName::Dummy => Placeholder::Dummy,
            CheckName::SameAsOriginal => Placeholder::SameAsOriginal,
            CheckName::Partner => Placeholder::Partner { allowed: self.allowed.unwrap_or_default() },
            CheckName::Required => {
                Placeholder::Required { references: references.into_iter().map(|name| name.value).collect() }
            }
        })
    }
}

impl Check for Placeholder {
    fn message_names(&self) -> &'static [&'static str] {
        match self {
            Self::Unresolved | Self::Dummy | Self::Partner { .. } => &["match"],
            Self::Required { .. } => &["reference"],
            Self::SameAsOriginal => &["match", "reference"],
        }
    }

    fn reads_words(&self) -> bool {
        matches!(self, Self::Unresolved | Self::Dummy)
    }

    fn decoder_patterns(&self) -> Vec<(&str, bool)> {
        if matches!(self, Self::Dummy) { vec![(DUMMY.as_str(), false)] } else { Vec::new() }
    }

    fn refuses_partner_name(&self) -> bool {
        matches!(self, Self::Partner { allowed } if !allowed.contains(&PartnerField::DisplayName))
    }

    fn held_by_form(&self) -> Option<&'static str> {
        match self {
            Self::Unresolved => Some("a brace stands only where a reference of the job begins"),
            Self::Partner { .. } => Some("of the partner only the name can be written, and only where it may stand"),
            Self::Dummy | Self::Required { .. } | Self::SameAsOriginal => None,
        }
    }

    fn hits(&self, rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
        let per_slot = |find: &dyn Fn(&Slot) -> Vec<Hit>| scene.slots(&rule.when).flat_map(find).collect();
        match self {
            Self::Unresolved => per_slot(&|slot| written(rule, slot, &UNRESOLVED, |_| true)),
            Self::Dummy => {
                let script = scene.place.channel == Some("video");
                per_slot(&|slot| written(rule, slot, &DUMMY, |range| !is_link_or_direction(&slot.text, range, script)))
            }
            Self::Partner { allowed } => per_slot(&|slot| {
                let wrong = slot.references.iter().filter(|(_, reference)| match reference {
                    Reference::Partner(field) => !allowed.contains(field),
                    Reference::Bound { .. } => false,
                });
                wrong.map(|(range, _)| Hit::at(slot, range.clone())).collect()
            }),
            Self::Required { references } if scene.shape == Shape::Asset => {
                let stands = |name: &str| {
                    scene.slots(&rule.when).flat_map(|slot| &slot.references).any(|(_, reference)| match reference {
                        Reference::Bound { name: bound, .. } => bound == name,
                        Reference::Partner(field) => name.strip_prefix("partner.") == Some(field.name()),
                    })
                };
                let slot = scene.slots(&rule.when).next().map_or("", |slot| slot.name.as_str());
                let missing = references.iter().filter(|name| !stands(name));
                missing.map(|name| Hit::whole(slot, vec![("reference", format!("{{{{{name}}}}}"))])).collect()
            }
            Self::Required { .. } => Vec::new(),
            Self::SameAsOriginal => same_as_original(rule, scene),
        }
    }
}

/// References that stand more often or less often than in the original. The first that is too many is pointed at.
fn same_as_original(rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
    let Some((original, _)) = &scene.original else { return Vec::new() };
    let mut here: BTreeMap<String, Vec<(&Slot<'_>, &Range<usize>)>> = BTreeMap::new();
    for slot in scene.slots(&rule.when) {
        for (range, reference) in &slot.references {
            here.entry(named(reference)).or_default().push((slot, range));
        }
    }
    let mut there: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for slot in original.iter().filter(|slot| rule.when.slot(&slot.name)) {
        for (_, reference) in &slot.references {
            there.entry(named(reference)).or_default().push(&slot.name);
        }
    }
    let first = scene.slots(&rule.when).next().map_or("", |slot| slot.name.as_str());
    let names: BTreeSet<&String> = here.keys().chain(there.keys()).collect();
    let mut hits = Vec::new();
    for name in names {
        let (own, others) =
            (here.get(name).map_or(&[][..], Vec::as_slice), there.get(name).map_or(&[][..], Vec::as_slice));
        let shown = format!("{{{{{name}}}}}");
        if let Some((slot, range)) = own.get(others.len()) {
            let mut hit = Hit::at(slot, (*range).clone());
            hit.values.push(("reference", shown));
            hits.push(hit);
        } else if own.len() < others.len() {
            let many = |slot: &str| own.iter().filter(|(of, _)| of.name == slot).count();
            let lost = others.iter().find(|slot| many(slot) < others.iter().filter(|other| other == slot).count());
            let slot =
                lost.filter(|slot| scene.slots(&rule.when).any(|own| own.name == **slot)).map_or(first, |slot| *slot);
            hits.push(Hit::whole(slot, vec![("match", shown.clone()), ("reference", shown)]));
        }
    }
    hits
}

/// As it is typed, without its braces.
fn named(reference: &Reference) -> String {
    match reference {
        Reference::Bound { name, .. } => name.clone(),
        Reference::Partner(field) => format!("partner.{}", field.name()),
    }
}

/// A link's shown text, or what a script's camera sees: a sentence, many words, or a line that asks for nothing of yours.
fn is_link_or_direction(text: &str, range: &Range<usize>, script: bool) -> bool {
    let Some(inside) = text[range.clone()].strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else {
        return false;
    };
    text[range.end..].starts_with('(')
        || inside.ends_with(['.', '!', '?', '…'])
        || inside.split_whitespace().count() > 5
        || script && is_line_of_script(text, range, inside)
}

/// Words by which a stand-in asks for what is to stand there.
const ASKING: [&str; 30] = [
    "your",
    "name",
    "company",
    "insert",
    "here",
    "logo",
    "ihr",
    "ihre",
    "ihren",
    "firma",
    "einfügen",
    "hier",
    "votre",
    "vos",
    "nom",
    "insérer",
    "ici",
    "su",
    "nombre",
    "empresa",
    "insertar",
    "aquí",
    "suo",
    "sua",
    "nome",
    "azienda",
    "inserire",
    "qui",
    "tbd",
    "todo",
];

fn is_line_of_script(text: &str, range: &Range<usize>, inside: &str) -> bool {
    let alone = text[..range.start].chars().rev().find(|c| *c != ' ').is_none_or(|c| c == '\n')
        && text[range.end..].chars().find(|c| !matches!(c, ' ' | '\r')).is_none_or(|c| c == '\n');
    let words = || inside.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    alone && words().count() >= 3 && !words().any(|word| ASKING.contains(&word.to_lowercase().as_str()))
}

fn written(rule: &Rule, slot: &Slot, regex: &Regex, keep: impl Fn(&Range<usize>) -> bool) -> Vec<Hit> {
    let counts = rule.counts(slot);
    let ranges = pattern::find(regex, slot).into_iter().filter(|range| counts(range) && keep(range));
    ranges.map(|range| Hit::at(slot, range)).collect()
}

#[cfg(test)]
mod tests {
    use crate::tests::{World, rule};

    #[test]
    fn a_line_of_a_script_is_no_stand_in() {
        let packs = rule("error", "kind: placeholder\nparams: {check: dummy}");
        let text =
            "[Bandejas de pan]\nVoz: Ya. [Lema del taller]\n[Nombre de su empresa]\n[Hier Ihr Slogan]\n[Un horno]";
        let mut world = World::new("es-ES").slot("body", text);
        let all =
            ["[Bandejas de pan]", "[Lema del taller]", "[Nombre de su empresa]", "[Hier Ihr Slogan]", "[Un horno]"];
        assert_eq!(world.spans(&packs), all);
        world.channel = Some("video".into());
        assert_eq!(world.spans(&packs), all[1..]);
    }
}
