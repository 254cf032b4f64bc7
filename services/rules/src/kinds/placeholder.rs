//! `placeholder`: holes that nobody filled, and references that are in the wrong place or missing.
//!
//! **What it does**, by `check`:
//! - `unresolved`: template syntax that is no reference of ours: `{{name}}`, `{% if %}`, `${name}`, `%%NAME%%`,
//!   `*|NAME|*`, `<% %>`, `{name}`.
//! - `dummy`: stand-ins: TODO, TBD, FIXME, XXX, lorem ipsum, `[Your company]` (a link's `[text](…)` is none).
//! - `partner`: partner references in slots (`when.slots`) that do not allow them; `allowed` lists those that may
//!   stand there.
//! - `required`: each reference of `references` must stand in one of the slots: `product.name`, `partner.site`.
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

use std::sync::LazyLock;

use countersign_domain::content::PartnerField;
use regex::Regex;
use serde::Deserialize;
use serde_saphyr::Spanned;

use super::{Kind, pattern};
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
}

#[derive(Debug)]
pub(crate) enum Placeholder {
    Unresolved,
    Dummy,
    Partner { allowed: Vec<PartnerField> },
    Required { references: Vec<String> },
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

impl PlaceholderParams {
    pub(crate) fn compile(self, common: &Common, faults: &mut Faults) -> Option<Kind> {
        let Some(check) = self.check else {
            faults.at(common.kind_at, "name `params.check`: unresolved, dummy, partner or required");
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
        Some(Kind::Placeholder(match check {
            CheckName::Unresolved => Placeholder::Unresolved,
            CheckName::Dummy => Placeholder::Dummy,
            CheckName::Partner => Placeholder::Partner { allowed: self.allowed.unwrap_or_default() },
            CheckName::Required => {
                Placeholder::Required { references: references.into_iter().map(|name| name.value).collect() }
            }
        }))
    }
}

impl Placeholder {
    pub(crate) const fn message_names(&self) -> &'static [&'static str] {
        match self {
            Self::Unresolved | Self::Dummy | Self::Partner { .. } => &["match"],
            Self::Required { .. } => &["reference"],
        }
    }

    pub(crate) const fn reads_words(&self) -> bool {
        matches!(self, Self::Unresolved | Self::Dummy)
    }

    pub(crate) fn hits(&self, rule: &Rule, scene: &Scene<'_>) -> Vec<Hit> {
        let per_slot = |find: &dyn Fn(&Slot) -> Vec<Hit>| scene.slots(&rule.when).flat_map(find).collect();
        match self {
            Self::Unresolved => per_slot(&|slot| written(rule, slot, &UNRESOLVED, |_| true)),
            Self::Dummy => per_slot(&|slot| written(rule, slot, &DUMMY, |end| !slot.text[end..].starts_with('('))),
            Self::Partner { allowed } => per_slot(&|slot| {
                let wrong = slot.references.iter().filter(|(_, reference)| match reference {
                    Reference::Partner(field) => !allowed.contains(field),
                    Reference::Bound(_) => false,
                });
                wrong.map(|(range, _)| Hit::at(slot, range.clone())).collect()
            }),
            Self::Required { references } if scene.shape == Shape::Asset => {
                let stands = |name: &str| {
                    scene.slots(&rule.when).flat_map(|slot| &slot.references).any(|(_, reference)| match reference {
                        Reference::Bound(bound) => bound == name,
                        Reference::Partner(field) => name.strip_prefix("partner.") == Some(field.name()),
                    })
                };
                let slot = scene.slots(&rule.when).next().map_or("", |slot| slot.name.as_str());
                let missing = references.iter().filter(|name| !stands(name));
                missing.map(|name| Hit::whole(slot, vec![("reference", format!("{{{{{name}}}}}"))])).collect()
            }
            Self::Required { .. } => Vec::new(),
        }
    }
}

fn written(rule: &Rule, slot: &Slot, regex: &Regex, keep: impl Fn(usize) -> bool) -> Vec<Hit> {
    let counts = rule.counts(slot);
    let ranges = pattern::find(regex, slot).into_iter().filter(|range| counts(range) && keep(range.end));
    ranges.map(|range| Hit::at(slot, range)).collect()
}
