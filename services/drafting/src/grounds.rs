//! What the statements of an asset may rest on, as the rules ask for it: claims with their markets and expiry, passages,
//! messages, the brief's own words, and product names.

use std::borrow::Cow;

use countersign_domain::brand::Brand;
use countersign_domain::brief::{Brief, ClaimForm};
use countersign_domain::clock::Timestamp;
use countersign_domain::id::PassageId;
use countersign_domain::library::{Claim, Passage};
use countersign_domain::place::Market;
use countersign_domain::review::Revision;
use countersign_rules::{Source, SourceKind};

use crate::sources::Sources;

/// Texts with what is known of them.
#[derive(Clone, Debug, Default)]
pub struct Grounds<'a>(Vec<Ground<'a>>);

/// The passages of the library that a revision drew on or cites.
#[must_use]
pub fn passages_of(revision: &Revision) -> Vec<PassageId> {
    let noted = revision.sources.iter().map(|note| note.source.as_str());
    let cited = revision.content.bound().map(|bound| bound.source.as_str());
    let mut ids: Vec<PassageId> =
        noted.chain(cited).filter_map(|source| source.strip_prefix("passage:")?.parse().ok()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

#[derive(Clone, Debug)]
struct Ground<'a> {
    id: Cow<'a, str>,
    text: Cow<'a, str>,
    markets: Cow<'a, [Market]>,
    until: Option<Timestamp>,
}

impl<'a> Grounds<'a> {
    /// Of a draft: what was gathered for it, and the names of the brand's products.
    pub(crate) fn of_draft(
        sources: &'a Sources,
        claims: &'a [Claim],
        passages: &'a [Passage],
        brand: &'a Brand,
    ) -> Self {
        let mut grounds = Self::default();
        for bound in std::iter::once(&sources.product).chain(sources.all().map(|source| &source.bound)) {
            grounds.push(&bound.source, &bound.text);
        }
        for value in &sources.values {
            grounds.push("", &value.text);
        }
        grounds.products(brand);
        grounds.date(claims, passages);
        grounds
    }

    /// Of a text that a person puts in an asset's place: what its revision drew on, the brief, product names, and the
    /// library's claims about its product that may be made there and then, which the kit may cite.
    #[must_use]
    pub fn of_edit(
        base: Option<&'a Revision>,
        brand: &'a Brand,
        brief: &'a Brief,
        claims: &'a [Claim],
        passages: &'a [Passage],
        (market, now): (Market, Timestamp),
    ) -> Self {
        let mut grounds = Self::default();
        for text in [&brief.product, &brief.audience, &brief.objective, &brief.campaign] {
            grounds.push("", text);
        }
        for text in brief.messages.iter().flat_map(|message| message.texts()) {
            grounds.push("message:", text);
        }
        for claim in &brief.claims {
            match claim {
                ClaimForm::Plain(text) => grounds.push("claim:", text),
                ClaimForm::Full(full) => full.text.texts().into_iter().for_each(|text| grounds.push("claim:", text)),
            }
        }
        grounds.products(brand);
        if let Some(base) = base {
            for note in &base.sources {
                grounds.push(&note.source, &note.text);
            }
            for bound in base.content.bound() {
                grounds.push(&bound.source, &bound.text);
            }
        }
        let product = brand.product(&brief.product).map(|product| product.key.as_str());
        let is_ours = |claim: &&Claim| claim.product.is_empty() || Some(claim.product.as_str()) == product;
        for claim in claims.iter().filter(is_ours).filter(|claim| claim.may_run(market, now)) {
            let id = format!("claim:{}", claim.key);
            for text in claim.text.texts() {
                grounds.push_as(Cow::Owned(id.clone()), text);
            }
        }
        grounds.date(claims, passages);
        grounds
    }

    /// One more text, as the rules name its source.
    pub fn push(&mut self, id: &'a str, text: &'a str) {
        self.push_as(Cow::Borrowed(id), text);
    }

    fn push_as(&mut self, id: Cow<'a, str>, text: &'a str) {
        if !text.is_empty() && !self.0.iter().any(|known| known.text == text && known.id == id) {
            let markets = Cow::Borrowed(&[][..]);
            self.0.push(Ground { id, text: text.into(), markets, until: None });
        }
    }

    fn products(&mut self, brand: &'a Brand) {
        for product in &brand.sheet.products {
            self.push("", &product.name);
            self.push("", &product.summary);
        }
    }

    /// Claims and passages of the library bring their markets and their end.
    fn date(&mut self, claims: &'a [Claim], passages: &'a [Passage]) {
        for ground in &mut self.0 {
            if let Some(claim) = ground.id.strip_prefix("claim:").and_then(|key| claims.iter().find(|c| c.key == key)) {
                ground.markets = Cow::Borrowed(&claim.markets);
                ground.until = claim.expires_at;
            } else if let Some(id) = ground.id.strip_prefix("passage:")
                && let Some(passage) = passages.iter().find(|passage| passage.id.to_string() == id)
            {
                ground.markets = Cow::Owned(passage.market.into_iter().collect());
                ground.until = passage.valid_until;
            }
        }
    }

    /// As the rules take them.
    #[must_use]
    pub fn sources(&self) -> Vec<Source<'_>> {
        self.0.iter().map(Ground::source).collect()
    }
}

impl Ground<'_> {
    fn source(&self) -> Source<'_> {
        let kind = match self.id.split_once(':').map(|(kind, _)| kind) {
            Some("claim") => SourceKind::Claim,
            Some("message") => SourceKind::Message,
            Some("passage") => SourceKind::Passage,
            _ => SourceKind::Brief,
        };
        Source { id: &self.id, text: &self.text, kind, markets: &self.markets, until: self.until }
    }
}
