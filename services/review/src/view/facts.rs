//! Which sentences of a text state facts, and which source bears each out: beside the text, not in its place.

use countersign_domain::clock::Timestamp;
use countersign_domain::finding::Finding;
use countersign_domain::kit::{Asset, Kit};
use countersign_domain::review::Revision;
use countersign_drafting::grounds::Grounds;
use countersign_rules::grounding::{Doubt, Grounded, Lapse, Verdict};
use countersign_web::problem::Problem;
use serde::Serialize;

use crate::editing::library;
use crate::{Face, checking, faults};

/// A sentence that states a fact, and what it rests on.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct FactView {
    pub slot: String,
    /// Bytes of the slot's text, half open.
    pub start: usize,
    pub end: usize,
    pub text: String,
    /// `bound`: the approved wording itself, by reference. `supported`: a source says as much. `unsupported`: none does.
    pub verdict: &'static str,
    /// How much of it the source says, in percent; of what is not `bound` an estimate that spares nobody a look.
    pub confidence: u8,
    /// Why no source bears it out: `no_source`, `words`, `number`, `name`, `product`, `direction`, `negation`,
    /// `overstated`, `swapped` or `lapsed`; empty when one does.
    pub doubt: &'static str,
    /// That as a sentence for people.
    pub doubt_text: String,
    /// The nearest source; null where there is nothing alike.
    pub source: Option<FactSource>,
    /// The finding that tells of it, by its place; null where it is bound or supported, or no rule asks.
    pub finding: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FactSource {
    /// As references name it: `claim.1`; empty where the job did not offer it.
    pub reference: String,
    /// `claim:uptime`, `passage:…`, `message:…`; empty for the brief's own words.
    pub source: String,
    /// Evidence, file and heading, or empty.
    pub origin: String,
    /// What the source says of it.
    pub passage: String,
    /// Numbers and names of the sentence that the source has.
    pub matched: Vec<String>,
    /// Numbers, names and words of the sentence that the source lacks.
    pub missing: Vec<String>,
}

/// How many facts of a text rest on what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FactCounts {
    pub bound: usize,
    pub supported: usize,
    pub unsupported: usize,
}

impl FactCounts {
    #[must_use]
    pub fn of(facts: &[FactView]) -> Self {
        let of = |verdict: &str| facts.iter().filter(|fact| fact.verdict == verdict).count();
        Self { bound: of("bound"), supported: of("supported"), unsupported: of("unsupported") }
    }
}

impl FactView {
    /// `base` is the revision whose job named the sources; there is none for a text without an asset.
    pub(crate) fn all(facts: Vec<Grounded>, base: Option<&Revision>, findings: &[Finding]) -> Vec<Self> {
        let told = |fact: &Self| {
            let is_of = |found: &Finding| (found.start, found.end) == (fact.start, fact.end) && found.slot == fact.slot;
            findings.iter().position(is_of).filter(|_| fact.verdict == "unsupported")
        };
        let facts = facts.into_iter().map(|fact| Self::of(fact, base));
        facts.map(|fact| Self { finding: told(&fact), ..fact }).collect()
    }

    fn of(fact: Grounded, base: Option<&Revision>) -> Self {
        let source = |id: &str, passage: &str, matched: &[String], missing: &[String]| {
            let note = base.and_then(|base| base.sources.iter().find(|note| !id.is_empty() && note.source == id));
            FactSource {
                reference: note.map(|note| note.reference.clone()).unwrap_or_default(),
                source: id.to_owned(),
                origin: note.map(|note| note.origin.clone()).unwrap_or_default(),
                passage: passage.to_owned(),
                matched: matched.to_vec(),
                missing: missing.to_vec(),
            }
        };
        let (verdict, doubt, doubt_text) = match fact.verdict {
            Verdict::Bound => ("bound", "", String::new()),
            Verdict::Supported => ("supported", "", String::new()),
            Verdict::Unsupported(doubt) => ("unsupported", doubt.as_str(), doubt_text(&fact, doubt)),
        };
        let lapsed = fact.lapsed.as_ref().map(|lapsed| source(&lapsed.id, &lapsed.passage, &[], &[]));
        let support = fact.support.as_ref().map(|own| source(&own.id, &own.passage, &own.matched, &own.missing));
        Self {
            verdict,
            // Rounded down: what is not wholly there is never 100.
            confidence: percent(fact.confidence()),
            doubt,
            doubt_text,
            source: lapsed.or(support),
            finding: None,
            slot: fact.slot,
            start: fact.span.start,
            end: fact.span.end,
            text: fact.sentence,
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 0 and 100")]
fn percent(confidence: f32) -> u8 {
    (confidence.clamp(0.0, 1.0) * 100.0).floor() as u8
}

fn doubt_text(fact: &Grounded, doubt: Doubt) -> String {
    let missing = fact.support.as_ref().map(|support| support.missing.as_slice()).unwrap_or_default();
    let lacks = if missing.is_empty() {
        String::new()
    } else {
        format!(": {}", missing.iter().take(6).map(|own| format!("“{own}”")).collect::<Vec<_>>().join(", "))
    };
    match doubt {
        Doubt::NoSource => "No source speaks of it.".to_owned(),
        Doubt::Words => format!("The nearest source says too little of it{lacks}."),
        Doubt::Number => format!("The nearest source has another number, or says it of something else{lacks}."),
        Doubt::Name => format!("The nearest source does not name it{lacks}."),
        Doubt::Product => "The nearest source speaks of another product.".to_owned(),
        Doubt::Direction => {
            "The nearest source says the opposite: there it grows, here it shrinks, or the other way round.".to_owned()
        }
        Doubt::Negation => "One of them denies what the other says.".to_owned(),
        Doubt::Overstated => "It says more than the nearest source: “up to” there, or “more than” here.".to_owned(),
        Doubt::Swapped => format!("The nearest source has another word in its place{lacks}."),
        Doubt::Lapsed => match fact.lapsed.as_ref().map(|lapsed| lapsed.why) {
            Some(Lapse::Expired(until)) => {
                format!("The evidence of its source ended on {}.", until.rfc3339().get(..10).unwrap_or_default())
            }
            _ => "Its source may not be said in this market.".to_owned(),
        },
    }
}

/// The facts of a revision, judged at `now`.
pub(crate) async fn of_revision(
    face: &Face,
    revision: &Revision,
    asset: &Asset,
    kit: &Kit,
    now: Timestamp,
) -> Result<Vec<FactView>, Problem> {
    let brand = face.store.brand(asset.brand).await.map_err(faults::store)?.ok_or_else(Problem::not_found)?;
    let (claims, passages) = library(face, brand.id, Some(revision)).await?;
    let grounds = Grounds::of_edit(Some(revision), &brand, &kit.brief, &claims, &passages, (asset.market, now));
    let facts = checking::facts(&revision.content, &brand, &kit.brief, &revision.context, &grounds, now);
    Ok(FactView::all(facts, Some(revision), &revision.findings))
}

#[cfg(test)]
mod tests {
    use countersign_domain::wording::Wording;
    use countersign_store::{Actor, NewClaim};
    use serde_json::{Value, json};

    use super::percent;
    use crate::testing::World;

    async fn claim(world: &World, markets: &[&str]) {
        let brand = world.face.store.brand_by_slug("halden").await.unwrap().unwrap().id;
        let claim = NewClaim {
            key: "nightly".into(),
            product: "vault".into(),
            text: Wording::One("Each night Halden Vault tests all backups of 40 servers.".into()),
            evidence: "test 2026".into(),
            markets: markets.iter().map(|market| market.parse().unwrap()).collect(),
            expires_at: None,
        };
        world.face.store.claim_upsert(brand, claim, Actor::Cli).await.unwrap();
    }

    fn told(facts: &Value) -> Vec<(String, String, u64)> {
        let fact = |fact: &Value| {
            let word = |name: &str| fact[name].as_str().unwrap().to_owned();
            (word("verdict"), word("doubt"), fact["confidence"].as_u64().unwrap())
        };
        facts.as_array().unwrap().iter().map(fact).collect()
    }

    const BODY: &str = "Hello {{partner.display_name}}. Backups that restore. Every night Halden Vault tests all backups of 40 servers. Halden Vault tests all backups of 90 servers. The Alps are old.";

    #[tokio::test]
    async fn facts_of_free_text_stand_beside_the_source_that_bears_them_out_live_and_on_the_review() {
        let world = World::new().await;
        claim(&world, &["US"]).await;
        let mara = world.browser(&world.marketer).await;
        let asset = world.assets[0];
        let live = json!({"asset": asset, "slots": {"body": BODY}});
        let answer = mara.api("POST", "/api/v1/rules/check", live).await.json();
        let facts = told(&answer["facts"]);
        let of_body: Vec<_> =
            answer["facts"].as_array().unwrap().iter().filter(|fact| fact["slot"] == "body").collect();
        let right = of_body.iter().find(|fact| fact["text"].as_str().unwrap().contains("40")).unwrap();
        assert_eq!(right["verdict"], "supported", "{facts:?}");
        assert!((50..=100).contains(&right["confidence"].as_u64().unwrap()), "{right}");
        assert_eq!(right["source"]["source"], "claim:nightly");
        let wrong = of_body.iter().find(|fact| fact["text"].as_str().unwrap().contains("90")).unwrap();
        assert_eq!((&wrong["verdict"], &wrong["doubt"]), (&json!("unsupported"), &json!("number")));
        assert!(wrong["confidence"].as_u64().unwrap() <= 25 && wrong["doubt_text"].as_str().unwrap().contains("“90"));

        let edit = json!({"base_digest": world.digest(asset).await, "slots": {"body": BODY}});
        let edited = mara.api("POST", &format!("/api/v1/assets/{asset}/revisions"), edit).await.json();
        let review = edited["review"].as_str().unwrap();
        let rita = world.browser(&world.reviewer).await;
        let view = rita.get(&format!("/api/v1/reviews/{review}")).await.json();
        let slots = view["revision"]["slots"].as_array().unwrap();
        let body = slots.iter().find(|slot| slot["name"] == "body").unwrap();
        let plain = body["text"].as_str().unwrap();
        for fact in body["facts"].as_array().unwrap() {
            let at = |name: &str| usize::try_from(fact[name].as_u64().unwrap()).unwrap();
            assert_eq!(&plain[at("start")..at("end")], fact["text"].as_str().unwrap());
        }
        assert!(view["facts"]["supported"].as_u64() >= Some(1) && view["facts"]["unsupported"].as_u64() >= Some(1));
        let page = rita.get(&format!("/reviews/{review}")).await.text;
        assert!(page.contains("% borne out") && page.contains("Each night Halden Vault tests"), "{page}");
        // What a finding tells of already is told once, with its nearest source.
        assert!(!page.contains("No support") && page.contains("<q lang=\"en-US\" dir=\"ltr\">Each night"), "{page}");
    }

    #[tokio::test]
    async fn a_claim_of_another_market_bears_nothing_out() {
        let world = World::new().await;
        claim(&world, &["DE"]).await;
        let mara = world.browser(&world.marketer).await;
        let live = json!({"asset": world.assets[0], "slots": {"body": BODY}});
        let answer = mara.api("POST", "/api/v1/rules/check", live).await.json();
        assert!(!answer["facts"].as_array().unwrap().iter().any(|fact| fact["source"]["source"] == "claim:nightly"));
    }

    #[tokio::test]
    async fn a_text_without_sources_has_no_facts_and_says_what_was_not_asked() {
        let world = World::new().await;
        let rita = world.browser(&world.reviewer).await;
        let check = async |sources: Value| {
            let text = "Halden Vault tests all backups of 40 servers.";
            let context = json!({"locale": "en-US", "market": "US", "sources": sources});
            rita.api("POST", "/api/v1/rules/check", json!({"text": text, "context": context})).await.json()
        };
        let none = check(json!([])).await;
        assert_eq!(none["facts"], json!([]));
        assert!(none["not_checked"].to_string().contains("`sources`"), "{none}");
        let ended = [
            json!({"id": "claim:a", "kind": "claim", "until": "2026-01-31", "text": "Halden Vault tests all backups of 40 servers."}),
        ];
        let lapsed = check(json!(ended)).await;
        let fact = &lapsed["facts"][0];
        assert_eq!((&fact["verdict"], &fact["doubt"]), (&json!("unsupported"), &json!("lapsed")));
        assert!(fact["doubt_text"].as_str().unwrap().contains("2026-01-31"), "{fact}");
    }

    #[test]
    fn what_is_not_wholly_there_is_never_a_hundred() {
        assert_eq!([percent(0.999), percent(1.0), percent(0.0), percent(f32::NAN)], [99, 100, 0, 0]);
    }
}
