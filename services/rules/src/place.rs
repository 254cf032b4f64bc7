//! Where a text is to run, and whether a rule speaks there.

use countersign_domain::clock::Timestamp;
use countersign_domain::place::{Locale, Market};
use countersign_domain::release::Context;

/// Where and when a text is to run. `None` is "not known", as of a plain file: then a rule that is limited to some
/// locales, markets or products still speaks (the law is better asked once too often), while one that is limited to
/// some channels, asset types or slots does not (it is about a shape that the file may not have).
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub locale: Option<&'a Locale>,
    pub market: Option<Market>,
    pub channel: Option<&'a str>,
    pub asset_type: Option<&'a str>,
    /// The brand's name. A pack that is a brand's own is silent where it is not known.
    pub brand: Option<&'a str>,
    /// The product's key or name.
    pub product: Option<&'a str>,
    /// The tier of the one partner whose own text it is. One review of an asset serves partners of every tier, so it is
    /// not known there, and rules for some tiers speak.
    pub tier: Option<&'a str>,
    /// The day that rules with `from` and `until` are asked for.
    pub date: Timestamp,
}

impl<'a> Place<'a> {
    /// The place that a release's context names.
    #[must_use]
    pub fn of(context: &'a Context, product: &'a str, date: Timestamp) -> Self {
        Self {
            locale: Some(&context.locale),
            market: Some(context.market),
            channel: Some(&context.channel),
            asset_type: Some(&context.asset_type),
            brand: Some(&context.brand.name),
            product: Some(product),
            tier: None,
            date,
        }
    }

    /// Nothing is known but the date.
    #[must_use]
    pub const fn unknown(date: Timestamp) -> Self {
        Self {
            locale: None,
            market: None,
            channel: None,
            asset_type: None,
            brand: None,
            product: None,
            tier: None,
            date,
        }
    }
}

/// The condition of a rule; an empty list is "everywhere".
#[derive(Clone, Debug, Default)]
pub(crate) struct When {
    /// Of the whole pack: whose it is.
    pub brands: Vec<String>,
    /// For whom another pack put an adjusted rule in this one's place.
    pub not_brands: Vec<String>,
    pub locales: Vec<Locale>,
    pub markets: Vec<Market>,
    pub channels: Vec<String>,
    pub products: Vec<String>,
    /// Of partners.
    pub tiers: Vec<String>,
    pub asset_types: Vec<String>,
    pub slots: Vec<String>,
    /// The first instant at which the rule holds.
    pub from: Option<Timestamp>,
    /// The first instant at which it no longer does.
    pub until: Option<Timestamp>,
}

impl When {
    /// Whether the rule speaks at `place`. `known_as` are the brand's other names for the place's product: a rule may
    /// name the one, and whoever asks the other.
    pub(crate) fn holds(&self, place: &Place<'_>, known_as: &[&str]) -> bool {
        let locale = place.locale.is_none_or(|wanted| any(&self.locales, |locale| locale.serves(wanted)));
        let market = place.market.is_none_or(|wanted| any(&self.markets, |market| *market == wanted));
        let same = |one: &str, other: &str| one.to_lowercase() == other.to_lowercase();
        let product = place
            .product
            .is_none_or(|wanted| any(&self.products, |p| same(p, wanted) || known_as.iter().any(|name| same(p, name))));
        let tier = place.tier.is_none_or(|wanted| any(&self.tiers, |tier| same(tier, wanted)));
        let named =
            |list: &[String], name: Option<&str>| list.is_empty() || name.is_some_and(|n| list.iter().any(|l| l == n));
        locale
            && market
            && product
            && tier
            && named(&self.channels, place.channel)
            && named(&self.asset_types, place.asset_type)
            && (self.brands.is_empty() || place.brand.is_some_and(|brand| self.brands.iter().any(|b| same(b, brand))))
            && !place.brand.is_some_and(|brand| self.not_brands.iter().any(|b| same(b, brand)))
            && self.from.is_none_or(|from| from <= place.date)
            && self.until.is_none_or(|until| place.date < until)
    }

    pub(crate) fn slot(&self, name: &str) -> bool {
        any(&self.slots, |slot| slot == name)
    }
}

fn any<T>(list: &[T], test: impl Fn(&T) -> bool) -> bool {
    list.is_empty() || list.iter().any(test)
}

/// The member states of the European Union, for `EU` in a rule's `markets`.
pub(crate) const EU: [&str; 27] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];
