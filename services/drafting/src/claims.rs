//! A claim of a brief for one place: its own wording or the library's, or why it cannot be made there.

use countersign_domain::brand::Brand;
use countersign_domain::brief::{Brief, ClaimForm};
use countersign_domain::library::Claim;
use countersign_domain::place::Locale;
use countersign_domain::wording::Wording;

use crate::sources::{Missing, NO_SOURCE, Place};
use crate::values::{Values, no_wording};

/// A claim that may be made.
pub(crate) struct Resolved<'a> {
    pub id: String,
    pub text: String,
    pub origin: String,
    pub what: String,
    /// As it is written in the brief or the library.
    pub raw: &'a str,
    pub fallback: Option<&'a Locale>,
}

pub(crate) fn resolve<'a>(
    form: &'a ClaimForm,
    i: usize,
    (brand, brief): (&Brand, &Brief),
    library: &'a [Claim],
    (place, values): (Place<'_>, &Values<'_>),
) -> Result<Resolved<'a>, Missing> {
    let what = format!("claim {} of the brief", i + 1);
    let id = format!("claim:brief.{}", i + 1);
    match form {
        ClaimForm::Full(full) => {
            let (text, found) = values.exact(&full.text).map_err(|why| Missing { what: what.clone(), why })?;
            let origin = if full.source.is_empty() { unsourced(&what) } else { full.source.clone() };
            Ok(Resolved { id, text, origin, what, raw: found.text, fallback: found.fallback })
        }
        ClaimForm::Plain(text) => match library.iter().find(|claim| claim.key == *text) {
            Some(claim) => of_library(claim, (brand, brief), place, values),
            // A mistyped key must never be printed as if it were a statement.
            None if is_key(text) => {
                Err(Missing { what: format!("claim `{text}`"), why: "the library has no claim of this key".to_owned() })
            }
            None if brief.language.language() != place.locale.language() => {
                Err(Missing { what, why: no_wording(place.locale, None) })
            }
            None => {
                let filled = values.filled(text).map_err(|why| Missing { what: what.clone(), why })?;
                Ok(Resolved { id, text: filled, origin: unsourced(&what), what, raw: text, fallback: None })
            }
        },
    }
}

/// Its wording was approved as it stands: braces in it are text.
fn of_library<'a>(
    claim: &'a Claim,
    (brand, brief): (&Brand, &Brief),
    place: Place<'_>,
    values: &Values<'_>,
) -> Result<Resolved<'a>, Missing> {
    let what = format!("claim `{}`", claim.key);
    let missing = |why: String| Missing { what: what.clone(), why };
    if !claim.may_run(place.market, place.now) {
        return Err(missing(if claim.expires_at.is_some_and(|end| end <= place.now) {
            "its evidence has expired".to_owned()
        } else {
            format!("it may not be made in {}", place.market)
        }));
    }
    if !is_about(&claim.product, brand, brief) {
        return Err(missing(format!("it is about `{}`, and this brief is about `{}`", claim.product, brief.product)));
    }
    // Nobody said which language it is in, and the brief's own is no evidence of it.
    if matches!(claim.text, Wording::One(_)) {
        let why = "its wording names no language; give it in the library as a map from language to text";
        return Err(missing(why.to_owned()));
    }
    let found = values.found(&claim.text).map_err(missing)?;
    Ok(Resolved {
        id: format!("claim:{}", claim.key),
        text: found.text.to_owned(),
        origin: claim.evidence.clone(),
        what,
        raw: "",
        fallback: found.fallback,
    })
}

fn unsourced(what: &str) -> String {
    format!("{what}, {NO_SOURCE}")
}

/// Whether a text is shaped like the key of a claim in the library.
fn is_key(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c))
}

/// Whether what is about `product` (a key or a name; empty for the brand as a whole) may be said of the brief's product.
fn is_about(product: &str, brand: &Brand, brief: &Brief) -> bool {
    let key = |asked: &str| brand.product(asked).map_or(asked, |product| &product.key).to_lowercase();
    product.is_empty() || key(product) == key(&brief.product)
}
