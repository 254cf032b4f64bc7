//! What a draft may draw on: the product, and the messages, claims and passages that exist in its very locale.

use countersign_domain::brand::Brand;
use countersign_domain::brief::{Brief, ClaimForm};
use countersign_domain::clock::Timestamp;
use countersign_domain::content::Bound;
use countersign_domain::library::{Claim, Passage};
use countersign_domain::place::{Locale, Market};
use countersign_domain::review::SourceNote;
use countersign_domain::wording::{Form, Wording};

/// What stands in the origin of a claim for which the brief names no source.
pub(crate) const NO_SOURCE: &str = "no source named";

/// One reference that a draft may hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    pub form: Form,
    pub bound: Bound,
    pub origin: String,
    pub score: Option<f32>,
}

/// Everything for one asset, and what the brief asked for that does not exist in this locale and market.
#[derive(Clone, Debug, PartialEq)]
pub struct Sources {
    pub product: Bound,
    pub messages: Vec<Source>,
    pub claims: Vec<Source>,
    pub passages: Vec<Source>,
    pub missing: Vec<Missing>,
}

/// Something of the brief that cannot be used, for the marketer to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    pub what: String,
    pub why: String,
}

/// What the gathering is for.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub locale: &'a Locale,
    pub market: Market,
    pub now: Timestamp,
}

/// The most passages that a draft may refer to.
pub const MAX_PASSAGES: usize = 2;

/// `retrieved` are passages with their scores, best first, already filtered for this place.
#[must_use]
pub fn gather(
    brand: &Brand,
    brief: &Brief,
    library: &[Claim],
    retrieved: &[(Passage, f32)],
    place: Place<'_>,
) -> Sources {
    let mut missing = Vec::new();
    let product = match brand.product(&brief.product) {
        Some(product) => bound("product.name", &format!("product:{}", product.key), &product.name),
        None => bound("product.name", "product:brief", &brief.product),
    };
    let mut messages = Vec::new();
    for (i, message) in brief.messages.iter().enumerate() {
        let origin = format!("message {} of the brief", i + 1);
        match message.for_locale(place.locale, &brief.language) {
            Some(text) => {
                messages.push(source("message", messages.len(), &format!("message:brief.{}", i + 1), text, origin))
            }
            None => missing.push(no_text(origin, place.locale)),
        }
    }
    let mut claims = Vec::new();
    for (i, form) in brief.claims.iter().enumerate() {
        match resolve_claim(form, i, (brand, brief), library, place) {
            Ok((id, text, origin)) => claims.push(source("claim", claims.len(), &id, &text, origin)),
            Err(fault) => missing.push(fault),
        }
    }
    let mut passages = Vec::new();
    for (passage, score) in retrieved {
        let sentence = Form::of(&passage.text) == Form::Sentence && passage.text.chars().count() <= 240;
        // The library may hold a text twice, from two files.
        let text = passage.text.trim();
        let repeats = messages.iter().chain(&claims).chain(&passages).any(|known: &Source| known.bound.text == text);
        if sentence && !repeats && passages.len() < MAX_PASSAGES {
            let mut found = source(
                "passage",
                passages.len(),
                &format!("passage:{}", passage.id),
                &passage.text,
                passage.source.clone(),
            );
            found.score = Some(*score);
            passages.push(found);
        }
    }
    Sources { product, messages, claims, passages, missing }
}

fn resolve_claim(
    form: &ClaimForm,
    i: usize,
    (brand, brief): (&Brand, &Brief),
    library: &[Claim],
    place: Place<'_>,
) -> Result<(String, String, String), Missing> {
    let what = format!("claim {} of the brief", i + 1);
    let own = |text: Option<&str>, source: &str| match text {
        Some(text) => {
            let origin = if source.is_empty() { format!("{what}, {NO_SOURCE}") } else { source.to_owned() };
            Ok((format!("claim:brief.{}", i + 1), text.to_owned(), origin))
        }
        None => Err(no_text(what.clone(), place.locale)),
    };
    match form {
        ClaimForm::Full(full) => own(full.text.for_locale(place.locale, &brief.language), &full.source),
        ClaimForm::Plain(text) => match library.iter().find(|claim| claim.key == *text) {
            // A mistyped key must never be printed as if it were a statement.
            None if is_key(text) => {
                Err(Missing { what: format!("claim `{text}`"), why: "the library has no claim of this key".to_owned() })
            }
            None => own((brief.language.language() == place.locale.language()).then_some(text.as_str()), ""),
            Some(claim) if !claim.may_run(place.market, place.now) => Err(Missing {
                what: format!("claim `{}`", claim.key),
                why: if claim.expires_at.is_some_and(|end| end <= place.now) {
                    "its evidence has expired".to_owned()
                } else {
                    format!("it may not be made in {}", place.market)
                },
            }),
            Some(claim) if !is_about(&claim.product, brand, brief) => Err(Missing {
                what: format!("claim `{}`", claim.key),
                why: format!("it is about `{}`, and this brief is about `{}`", claim.product, brief.product),
            }),
            // Nobody said which language it is in, and the brief's own is no evidence of it.
            Some(claim) if matches!(claim.text, Wording::One(_)) => Err(Missing {
                what: format!("claim `{}`", claim.key),
                why: "its wording names no language; give it in the library as a map from language to text".to_owned(),
            }),
            Some(claim) => match claim.text.for_locale(place.locale, &brief.language) {
                Some(text) => Ok((format!("claim:{}", claim.key), text.to_owned(), claim.evidence.clone())),
                None => Err(no_text(format!("claim `{}`", claim.key), place.locale)),
            },
        },
    }
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

fn no_text(what: String, locale: &Locale) -> Missing {
    Missing { what, why: format!("it has no wording in {locale}") }
}

fn bound(reference: &str, source: &str, text: &str) -> Bound {
    Bound { reference: reference.to_owned(), source: source.to_owned(), text: text.to_owned() }
}

fn source(kind: &str, index: usize, id: &str, text: &str, origin: String) -> Source {
    let text = text.trim();
    Source { form: Form::of(text), bound: bound(&format!("{kind}.{}", index + 1), id, text), origin, score: None }
}

impl Sources {
    /// Messages, claims, passages, in the order of the prompt.
    pub fn all(&self) -> impl Iterator<Item = &Source> {
        self.messages.iter().chain(&self.claims).chain(&self.passages)
    }

    #[must_use]
    pub fn find(&self, reference: &str) -> Option<Bound> {
        if reference == self.product.reference {
            return Some(self.product.clone());
        }
        self.all().find(|source| source.bound.reference == reference).map(|source| source.bound.clone())
    }

    /// What is kept with the draft.
    #[must_use]
    pub fn notes(&self) -> Vec<SourceNote> {
        self.all()
            .map(|source| SourceNote {
                reference: source.bound.reference.clone(),
                source: source.bound.source.clone(),
                text: source.bound.text.clone(),
                origin: source.origin.clone(),
                score: source.score,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_domain::brand::{BrandSheet, Product};
    use countersign_domain::brief::BriefForm;
    use countersign_domain::id::{BrandId, ClaimId, CountingIds, PassageId};

    const NOW: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);

    fn world(json: &str) -> (Brand, Brief, Claim) {
        let ids = CountingIds::default();
        let brand = Brand { id: BrandId::new(&ids, NOW), slug: "b".into(), sheet: BrandSheet::default() };
        let brief = serde_json::from_str::<BriefForm>(json).unwrap().check(&["email"]).unwrap();
        let claim = Claim {
            id: ClaimId::new(&ids, NOW),
            brand: brand.id,
            key: "uptime".into(),
            product: String::new(),
            text: serde_json::from_str(r#"{"en":"Up 99.9 percent.","de":"Zu 99,9 Prozent da."}"#).unwrap(),
            evidence: "Audit 2026".into(),
            markets: vec!["US".parse().unwrap()],
            expires_at: None,
        };
        (brand, brief, claim)
    }

    const BRIEF: &str = r#"{"product":"Fjord","locales":["en-US","de-DE"],"asset_types":["email"],
        "messages":["Nightly checks.","lower costs"],"claims":["uptime","Saves time."]}"#;

    #[test]
    fn each_locale_gets_only_its_own_wordings_and_says_what_is_missing() {
        let (brand, brief, claim) = world(BRIEF);
        let de = "de-DE".parse().unwrap();
        let place = Place { locale: &de, market: "DE".parse().unwrap(), now: NOW };
        let sources = gather(&brand, &brief, &[claim], &[], place);
        assert!(sources.messages.is_empty() && sources.claims.is_empty());
        let why: Vec<_> = sources.missing.iter().map(|m| m.why.as_str()).collect();
        assert_eq!(why.len(), 4, "{why:?}");
        assert!(why.contains(&"it may not be made in DE"), "{why:?}");
    }

    #[test]
    fn a_claim_of_the_library_comes_with_its_evidence() {
        let (brand, brief, claim) = world(BRIEF);
        let en = "en-US".parse().unwrap();
        let place = Place { locale: &en, market: "US".parse().unwrap(), now: NOW };
        let sources = gather(&brand, &brief, &[claim], &[], place);
        assert_eq!(sources.find("claim.1").unwrap().source, "claim:uptime");
        assert_eq!(sources.claims[0].origin, "Audit 2026");
        assert_eq!(sources.messages.iter().map(|m| m.form).collect::<Vec<_>>(), [Form::Sentence, Form::Phrase]);
    }

    fn in_us(brand: &Brand, brief: &Brief, claim: Claim) -> Sources {
        let en = "en-US".parse().unwrap();
        gather(brand, brief, &[claim], &[], Place { locale: &en, market: "US".parse().unwrap(), now: NOW })
    }

    #[test]
    fn a_key_that_the_library_does_not_know_is_missing_and_never_a_claim() {
        let (brand, brief, claim) = world(&BRIEF.replace("\"Saves time.\"", "\"up-time.v2\", \"saves time\""));
        let sources = in_us(&brand, &brief, claim);
        let texts: Vec<_> = sources.claims.iter().map(|claim| claim.bound.text.as_str()).collect();
        assert_eq!(texts, ["Up 99.9 percent.", "saves time"]);
        assert_eq!(sources.missing.len(), 1);
        assert_eq!(sources.missing[0].what, "claim `up-time.v2`");
    }

    #[test]
    fn a_claim_whose_language_nobody_named_is_not_offered() {
        let (brand, brief, mut claim) = world(BRIEF);
        claim.text = Wording::One("Zu 99,9 Prozent da.".into());
        let sources = in_us(&brand, &brief, claim);
        assert!(sources.claims.iter().all(|claim| claim.bound.source != "claim:uptime"));
        assert!(sources.missing[0].why.contains("names no language"), "{:?}", sources.missing);
    }

    #[test]
    fn a_claim_about_a_product_is_for_that_product_alone_by_key_or_name() {
        let (mut brand, brief, mut claim) = world(BRIEF);
        let product = |key: &str, name: &str| Product { key: key.into(), name: name.into(), summary: String::new() };
        brand.sheet.products = vec![product("fj", "Fjord"), product("gl", "Glacier")];
        for (about, offered) in [("fj", true), ("FJORD", true), ("", true), ("gl", false), ("Glacier", false)] {
            claim.product = about.into();
            let sources = in_us(&brand, &brief, claim.clone());
            assert_eq!(sources.claims.iter().any(|c| c.bound.source == "claim:uptime"), offered, "{about}");
            assert_eq!(sources.missing.is_empty(), offered, "{about}");
        }
    }

    #[test]
    fn a_text_that_the_library_holds_twice_is_offered_once() {
        let (brand, brief, claim) = world(BRIEF);
        let ids = CountingIds::default();
        let passage = |text: &str| Passage {
            id: PassageId::new(&ids, NOW),
            brand: brand.id,
            product: String::new(),
            locale: "en".parse().unwrap(),
            market: None,
            text: text.into(),
            source: "guide.md".into(),
            valid_from: None,
            valid_until: None,
        };
        let retrieved =
            ["It rests on tests.", "It rests on tests. ", "It keeps watch."].map(|text| (passage(text), 1.0));
        let en = "en-US".parse().unwrap();
        let place = Place { locale: &en, market: "US".parse().unwrap(), now: NOW };
        let sources = gather(&brand, &brief, &[claim], &retrieved, place);
        let texts: Vec<_> = sources.passages.iter().map(|passage| passage.bound.text.as_str()).collect();
        assert_eq!(texts, ["It rests on tests.", "It keeps watch."]);
    }

    #[test]
    fn an_expired_claim_is_not_offered() {
        let (brand, brief, mut claim) = world(BRIEF);
        claim.expires_at = Some(NOW);
        let en = "en-US".parse().unwrap();
        let place = Place { locale: &en, market: "US".parse().unwrap(), now: NOW };
        let sources = gather(&brand, &brief, &[claim], &[], place);
        assert_eq!(sources.missing[0].why, "its evidence has expired");
    }
}
