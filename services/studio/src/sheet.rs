//! A brand as a request or a file writes it: checked whole, every fault with its pointer. One way for the API and for
//! the command line.

mod language;

use std::collections::BTreeSet;

use countersign_domain::brand::BrandSheet;
use countersign_domain::content::PartnerField;
use countersign_domain::place::Market;
use countersign_domain::profile::{Profile, ProfilePart};

use crate::cobranding;
use crate::faults::Faults;

const MAX_PRODUCTS: usize = 200;
const MAX_TERMS: usize = 500;

/// Everything that is wrong with a sheet. Whether its images are on file is the caller's to say: only an upload brings
/// one.
pub fn check(sheet: &BrandSheet) -> Result<(), Faults> {
    let mut faults = Faults::default();
    identity(sheet, &mut faults);
    text(&mut faults, "/voice", &sheet.voice, 0, 1000);
    products(sheet, &mut faults);
    for (pointer, terms) in [
        ("/protected_names", &sheet.protected_names),
        ("/competitors", &sheet.competitors),
        ("/forbidden_terms", &sheet.forbidden_terms),
    ] {
        if terms.len() > MAX_TERMS {
            faults.say(pointer, format!("has {} entries; {MAX_TERMS} at most", terms.len()));
        }
        for (i, term) in terms.iter().enumerate().take(MAX_TERMS) {
            line(&mut faults, &format!("{pointer}/{i}"), term, 1, 80);
        }
    }
    language::check(sheet, &mut faults);
    if faults.0.is_empty() { Ok(()) } else { Err(faults) }
}

fn identity(sheet: &BrandSheet, faults: &mut Faults) {
    let identity = &sheet.identity;
    line(faults, "/identity/name", &identity.name, 1, 80);
    line(faults, "/identity/legal_name", &identity.legal_name, 0, 120);
    text(faults, "/identity/address", &identity.address, 0, 240);
    if let Some(reason) = site_fault(&identity.site) {
        faults.say("/identity/site", reason);
    }
    let hex = |text: &str| text.len() == 6 && text.chars().all(|c| c.is_ascii_hexdigit());
    if !identity.color.is_empty() && !identity.color.strip_prefix('#').is_some_and(hex) {
        faults.say("/identity/color", "is not #rrggbb, such as #0b5c6b");
    }
    cobranding::check(identity, faults);
    for (market, notice) in &identity.legal {
        // `~` and `/` have an escape in a pointer (RFC 6901, section 3).
        let pointer = format!("/identity/legal/{}", market.replace('~', "~0").replace('/', "~1"));
        if let Err(error) = market.parse::<Market>() {
            faults.say(pointer.as_str(), error);
        }
        text(faults, &pointer, notice, 1, 2000);
    }
}

/// A brand's site is what a partner's is, but may be left out.
fn site_fault(site: &str) -> Option<String> {
    let profile = Profile { site: site.to_owned(), ..Profile::default() };
    let errors = profile.validate().err().filter(|_| !site.is_empty())?;
    let site = ProfilePart::Value(PartnerField::Site);
    errors.into_iter().find(|error| error.part == site).map(|error| error.reason)
}

fn products(sheet: &BrandSheet, faults: &mut Faults) {
    if sheet.products.len() > MAX_PRODUCTS {
        faults.say("/products", format!("has {} entries; {MAX_PRODUCTS} at most", sheet.products.len()));
    }
    let mut keys = BTreeSet::new();
    for (i, product) in sheet.products.iter().enumerate().take(MAX_PRODUCTS) {
        let chars = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
        if product.key.is_empty() || product.key.len() > 60 || !product.key.chars().all(chars) {
            faults.say(format!("/products/{i}/key"), "needs 1 to 60 small letters, digits and - _ .");
        } else if !keys.insert(&product.key) {
            faults.say(format!("/products/{i}/key"), "is another product's key");
        }
        line(faults, &format!("/products/{i}/name"), &product.name, 1, 120);
        text(faults, &format!("/products/{i}/summary"), &product.summary, 0, 400);
    }
}

pub(crate) fn line(faults: &mut Faults, pointer: &str, value: &str, min: usize, max: usize) {
    if value.contains('\n') {
        faults.say(pointer, "has a line break; write it on one line");
    } else {
        text(faults, pointer, value, min, max);
    }
}

fn text(faults: &mut Faults, pointer: &str, value: &str, min: usize, max: usize) {
    let length = value.chars().count();
    if value.trim().chars().count() < min {
        faults.say(pointer, "is required");
    } else if length > max {
        faults.say(pointer, format!("has {length} characters; {max} at most"));
    } else if let Some(c) = value.chars().find(|c| c.is_control() && *c != '\n') {
        faults.say(pointer, format!("holds the control character U+{:04X}; remove it", u32::from(c)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_domain::brand::Product;
    use countersign_domain::release::BrandIdentity;

    #[test]
    fn every_fault_of_a_brand_is_named_with_its_pointer() {
        let product = |key: &str| Product { key: key.into(), name: "Fjord".into(), summary: String::new() };
        let identity = BrandIdentity {
            site: "http://nordwind.example".into(),
            color: "teal".into(),
            legal: [("Germany/all".to_owned(), "Marken.".to_owned())].into(),
            ..BrandIdentity::default()
        };
        let sheet = BrandSheet {
            identity,
            products: vec![product("fjord"), product("fjord"), product("The Fjord")],
            forbidden_terms: vec!["a\nb".into()],
            ..BrandSheet::default()
        };
        let pointers: Vec<_> = check(&sheet).unwrap_err().0.into_iter().map(|(pointer, _)| pointer).collect();
        let wanted = [
            "/identity/name",
            "/identity/site",
            "/identity/color",
            "/identity/legal/Germany~1all",
            "/products/1/key",
            "/products/2/key",
            "/forbidden_terms/0",
        ];
        assert_eq!(pointers, wanted);
    }
}
