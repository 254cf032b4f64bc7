//! What a partner's certification comes to, as people read it, and its date as a form holds it.

use countersign_domain::clock::Timestamp;
use countersign_domain::release::BrandIdentity;
use countersign_store::Partner;
use serde::Serialize;

/// Whether a badge shows now, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::pages) struct Certification {
    /// `active`, `lapsed` or `none`.
    pub state: &'static str,
    pub text: String,
}

impl Certification {
    pub fn of(partner: &Partner, brand: &BrandIdentity) -> Self {
        let tier = &partner.tier;
        match (partner.certified_until, &partner.profile.badge) {
            (None, _) => Self { state: "none", text: "Not certified: its assets show no badge.".into() },
            (Some(until), None) => Self {
                state: "lapsed",
                text: format!("The certification lapsed on {}: its assets show no badge.", spoken(until)),
            },
            (Some(until), Some(_)) if brand.badges.contains_key(tier) => Self {
                state: "active",
                text: format!("Certified: its assets show the badge of {tier} until {}.", spoken(until)),
            },
            (Some(until), Some(_)) => Self {
                state: "active",
                text: format!("Certified until {}. The brand has no badge for {tier}, so none shows.", spoken(until)),
            },
        }
    }
}

/// As a form holds it: a date where it is the first instant of one.
pub(in crate::pages) fn typed(until: Option<Timestamp>) -> String {
    let Some(until) = until else { return String::new() };
    let text = until.rfc3339();
    text.strip_suffix("T00:00:00Z").map_or_else(|| text.clone(), str::to_owned)
}

fn spoken(until: Timestamp) -> String {
    let text = typed(Some(until));
    if text.len() == 10 { format!("{text}, 0:00 UTC") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_typed_as_a_date_and_an_instant_as_an_instant() {
        let at = |text: &str| Some(Timestamp::parse(text).unwrap());
        assert_eq!(typed(at("2027-01-01")), "2027-01-01");
        assert_eq!(typed(at("2027-01-01T12:00:00+02:00")), "2027-01-01T10:00:00Z");
        assert_eq!(typed(None), "");
        for text in ["2027-01-01", "2027-01-01T10:00:00Z"] {
            assert_eq!(Timestamp::parse(&typed(at(text))).ok(), at(text), "what was typed is read as the same");
        }
    }
}
