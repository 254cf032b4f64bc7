//! For whom something is shown: a sample partner, a real one, or the worst that one can be.

use std::str::FromStr;

use countersign_domain::id::BrandId;
use countersign_domain::place::{Locale, Market};
use countersign_domain::profile::Profile;
use countersign_render::{longest_profile, placeholder_profile};
use countersign_session::fault;
use countersign_store::{Partner, Store};
use countersign_web::problem::Problem;
use serde::Serialize;

use crate::asked::{Asked, Named};

/// The most partners that a list of choices holds; any other can be named in the address.
const MAX_CHOICES: usize = 200;

/// What tries a layout hardest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worst {
    /// Every value as long as it is plausible.
    Longest,
    /// A name and a site; no logo, no address, nothing else.
    Least,
    /// A long name that is written from right to left.
    Rtl,
}

impl Worst {
    pub const ALL: [Self; 3] = [Self::Longest, Self::Least, Self::Rtl];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Longest => "longest",
            Self::Least => "least",
            Self::Rtl => "rtl",
        }
    }

    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Longest => "Longest values",
            Self::Least => "Name and site only, no logo",
            Self::Rtl => "Right-to-left name",
        }
    }

    #[must_use]
    pub fn profile(self) -> Profile {
        match self {
            Self::Longest => longest_profile("ltr"),
            Self::Rtl => longest_profile("rtl"),
            Self::Least => {
                let full = placeholder_profile();
                Profile { display_name: full.display_name, site: full.site, ..Profile::default() }
            }
        }
    }
}

impl FromStr for Worst {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|worst| worst.name() == text).ok_or(())
    }
}

/// For whom.
#[derive(Debug, Clone)]
pub enum Whom {
    Sample,
    Worst(Worst),
    Partner(Box<Partner>),
}

impl Whom {
    /// Whom `asked` names. A partner of another brand than `brand` does not exist here.
    pub async fn find(store: &Store, brand: Option<BrandId>, asked: &Asked) -> Result<Self, Problem> {
        let slug = match asked.named()? {
            Named::Sample => return Ok(Self::Sample),
            Named::Worst(worst) => return Ok(Self::Worst(worst)),
            Named::Partner(slug) => slug,
        };
        let partner = store.partner_by_slug(slug).await.map_err(fault::of)?;
        let partner = partner.filter(|partner| brand.is_none_or(|brand| partner.brand == brand));
        partner.map(|partner| Self::Partner(Box::new(partner))).ok_or_else(Problem::not_found)
    }

    #[must_use]
    pub fn profile(&self) -> Profile {
        match self {
            Self::Sample => placeholder_profile(),
            Self::Worst(worst) => worst.profile(),
            Self::Partner(partner) => partner.profile.clone(),
        }
    }

    /// As tracked links name it.
    #[must_use]
    pub fn slug(&self) -> &str {
        match self {
            Self::Sample | Self::Worst(_) => "sample",
            Self::Partner(partner) => &partner.slug,
        }
    }

    /// As the one field of a form names it; empty for the sample.
    #[must_use]
    pub fn value(&self) -> String {
        match self {
            Self::Sample => String::new(),
            Self::Worst(worst) => format!("worst={}", worst.name()),
            Self::Partner(partner) => format!("partner={}", partner.slug),
        }
    }

    /// In a sentence: "as … gets it".
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Sample => "a sample partner".to_owned(),
            Self::Worst(Worst::Longest) => "a partner with the longest values".to_owned(),
            Self::Worst(Worst::Least) => "a partner that gave its name and site only".to_owned(),
            Self::Worst(Worst::Rtl) => "a partner whose name runs from right to left".to_owned(),
            Self::Partner(partner) => partner.profile.display_name.clone(),
        }
    }
}

/// One of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    pub value: String,
    pub label: String,
    pub selected: bool,
}

/// For whom something can be shown, besides a sample partner.
#[derive(Debug, Clone, Serialize)]
pub struct Choices {
    /// In a sentence: "as … gets it".
    pub name: String,
    /// What the form's field says now.
    pub value: String,
    pub worst: Vec<Choice>,
    pub partners: Vec<Choice>,
}

impl Choices {
    /// `partners` are offered, and `whom` in any case.
    #[must_use]
    pub fn of(whom: &Whom, partners: &[Partner]) -> Self {
        let value = whom.value();
        let choice = |of: Whom, label: String| {
            let of = of.value();
            Choice { selected: of == value, value: of, label }
        };
        let listed = |partner: &Partner| partners.iter().any(|other| other.slug == partner.slug);
        let extra = match whom {
            Whom::Partner(partner) if !listed(partner) => Some(&**partner),
            _ => None,
        };
        let partners = extra.into_iter().chain(partners);
        Self {
            name: whom.name(),
            worst: Worst::ALL.map(|worst| choice(Whom::Worst(worst), worst.title().to_owned())).into(),
            partners: partners
                .map(|partner| Choice {
                    selected: value.strip_prefix("partner=") == Some(partner.slug.as_str()),
                    value: format!("partner={}", partner.slug),
                    label: partner.profile.display_name.clone(),
                })
                .collect(),
            value,
        }
    }
}

/// The active partners that could pull something of this market and locale, by name.
pub async fn fitting(
    store: &Store,
    brand: Option<BrandId>,
    place: Option<(Market, &Locale)>,
) -> Result<Vec<Partner>, Problem> {
    let mut partners = store.partners(brand).await.map_err(fault::of)?;
    partners.retain(|partner| {
        let there =
            |(market, locale): (Market, &Locale)| partner.markets.contains(&market) && partner.locales.contains(locale);
        partner.active && place.is_none_or(there)
    });
    partners.sort_by_cached_key(|partner| partner.profile.display_name.to_lowercase());
    partners.truncate(MAX_CHOICES);
    Ok(partners)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_worst_case_is_a_profile_that_a_partner_could_have() {
        for worst in Worst::ALL {
            assert_eq!(worst.name().parse(), Ok(worst));
            let profile = worst.profile();
            assert!(profile.validate().is_ok(), "{worst:?}");
            assert!(profile.logo.is_none());
        }
        assert!(Worst::Least.profile().address.is_empty());
        assert_ne!(Worst::Rtl.profile().display_name, Worst::Longest.profile().display_name);
    }

    #[test]
    fn exactly_the_one_that_is_shown_is_selected() {
        let choices = Choices::of(&Whom::Worst(Worst::Least), &[]);
        let selected: Vec<_> =
            choices.worst.iter().filter(|choice| choice.selected).map(|c| c.value.as_str()).collect();
        assert_eq!(selected, ["worst=least"]);
        assert!(Choices::of(&Whom::Sample, &[]).worst.iter().all(|choice| !choice.selected));
    }
}
