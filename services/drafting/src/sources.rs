//! What a draft may draw on: the product, and the messages, claims and passages that exist in its very locale.

use countersign_domain::brand::Brand;
use countersign_domain::brief::{Brief, ClaimForm};
use countersign_domain::clock::Timestamp;
use countersign_domain::content::Bound;
use countersign_domain::library::{Claim, Passage};
use countersign_domain::place::{Locale, Market};
use countersign_domain::review::SourceNote;
use countersign_domain::wording::Form;

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
        match resolve_claim(form, i, brief, library, place) {
            Ok((id, text, origin)) => claims.push(source("claim", claims.len(), &id, &text, origin)),
            Err(fault) => missing.push(fault),
        }
    }
    let mut passages = Vec::new();
    for (passage, score) in retrieved {
        let sentence = Form::of(&passage.text) == Form::Sentence && passage.text.chars().count() <= 240;
        let repeats = messages.iter().chain(&claims).any(|known: &Source| known.bound.text == passage.text);
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
    brief: &Brief,
    library: &[Claim],
    place: Place<'_>,
) -> Result<(String, String, String), Missing> {
    let what = format!("claim {} of the brief", i + 1);
    let own = |text: Option<&str>, source: &str| match text {
        Some(text) => {
            let origin = if source.is_empty() { format!("{what}, no source named") } else { source.to_owned() };
            Ok((format!("claim:brief.{}", i + 1), text.to_owned(), origin))
        }
        None => Err(no_text(what.clone(), place.locale)),
    };
    match form {
        ClaimForm::Full(full) => own(full.text.for_locale(place.locale, &brief.language), &full.source),
        ClaimForm::Plain(text) => match library.iter().find(|claim| claim.key == *text) {
            None => own((brief.language.language() == place.locale.language()).then_some(text.as_str()), ""),
            Some(claim) if !claim.may_run(place.market, place.now) => Err(Missing {
                what: format!("claim `{}`", claim.key),
                why: if claim.expires_at.is_some_and(|end| end <= place.now) {
                    "its evidence has expired".to_owned()
                } else {
                    format!("it may not be made in {}", place.market)
                },
            }),
            Some(claim) => match claim.text.for_locale(place.locale, &brief.language) {
                Some(text) => Ok((format!("claim:{}", claim.key), text.to_owned(), claim.evidence.clone())),
                None => Err(no_text(format!("claim `{}`", claim.key), place.locale)),
            },
        },
    }
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
    use countersign_domain::brand::BrandSheet;
    use countersign_domain::brief::BriefForm;
    use countersign_domain::id::{BrandId, ClaimId, CountingIds};

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
