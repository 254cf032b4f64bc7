//! What a reviewer is shown of one review: the JSON of `GET /api/v1/reviews/{id}`, and what the page is made of.
//!
//! Built from what the store has; nothing here is kept. Start at [`ReviewView`].

mod facts;
mod history;
mod people;
mod slots;

use countersign_domain::finding::{Severity, blocks, errors};
use countersign_domain::kit::{Asset, Kit};
use countersign_domain::people::{Role, User};
use countersign_domain::review::{Origin, Review, ReviewState, Revision};
use countersign_render::Template;
use countersign_store::{AssetView, DecisionView};
use countersign_web::languages::Languages;
use countersign_web::problem::Problem;
use serde::Serialize;

pub use facts::{FactCounts, FactSource, FactView};
pub(crate) use history::verdict_text;
pub use history::{DiffView, HistoryDecision, HistoryItem, OverriddenView, SlotDiffView};
pub use people::Person;
pub use slots::{FindingView, OverrideView, SeverityCount, SlotView, SourceView, Telling, counts};

use crate::{Face, faults};
use people::People;

/// One review with all that a decision needs.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ReviewView {
    pub id: String,
    pub state: StateView,
    /// Who holds it now; null when nobody does.
    pub lease: Option<LeaseView>,
    pub may_decide: MayDecide,
    pub asset: AssetBrief,
    pub revision: RevisionView,
    pub findings: Vec<FindingView>,
    /// Findings on no slot of the template.
    pub loose_findings: Vec<FindingView>,
    pub counts: Vec<SeverityCount>,
    /// How many findings stand against approval, whatever anybody says.
    pub blocks: usize,
    /// How many findings an approval must answer, each by an override.
    pub errors: usize,
    /// How many of those you may not override.
    pub stuck: usize,
    /// How many of the text's factual sentences rest on what; each is told of in its slot.
    pub facts: FactCounts,
    /// Sources of the job that the text does not cite.
    pub unused_sources: Vec<SourceView>,
    /// What changed since this person last looked, or since the revision before; null for a first revision.
    pub diff: Option<DiffView>,
    /// Newest first.
    pub history: Vec<HistoryItem>,
}

#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct StateView {
    /// `open`, `decided` or `superseded`.
    pub name: &'static str,
    /// `approve`, `request_changes` or `reject`; empty unless decided.
    pub verdict: &'static str,
    /// The verdict as a word for people.
    pub verdict_text: &'static str,
    pub by: Option<Person>,
    pub at: String,
    pub reason: String,
    /// Of a superseded review: the one of the asset's latest revision.
    pub newer_review: Option<String>,
}

#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct LeaseView {
    pub holder: Person,
    pub mine: bool,
    pub expires_at: String,
}

#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct MayDecide {
    pub allowed: bool,
    /// Why not; empty when allowed.
    pub why: String,
}

#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct AssetBrief {
    pub id: String,
    pub kit: String,
    pub asset_type: String,
    pub title: String,
    pub channel: String,
    pub locale: String,
    /// `ltr` or `rtl`.
    pub direction: &'static str,
    pub market: String,
    pub audience: String,
    pub variant: u32,
    pub state: &'static str,
    /// The campaign, or where the brief names none its product.
    pub campaign: String,
    pub product: String,
}

#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct RevisionView {
    pub id: String,
    pub number: u32,
    pub digest: String,
    /// Whether the asset has no newer one.
    pub latest: bool,
    /// `drafted`, `edited` or `imported`.
    pub origin: &'static str,
    pub author: Person,
    /// Whether the viewer is the author.
    pub own: bool,
    pub model: String,
    /// As text: seeds are larger than what JavaScript's numbers hold.
    pub seed: String,
    pub prompt: String,
    pub base: String,
    pub created_at: String,
    pub template: String,
    pub rules: String,
    /// Of the text's characters, how many stand in wordings that were approved before.
    pub approved_percent: u8,
    pub slots: Vec<SlotView>,
}

/// What the store has on one review, so that pages can use it beside the view.
#[derive(Debug)]
pub struct Loaded {
    pub view: ReviewView,
    pub review: Review,
    pub asset: AssetView,
    pub kit: Kit,
}

/// Loads the review and all that stands around it, as `viewer` sees it.
pub async fn load(
    face: &Face,
    viewer: &User,
    id: countersign_domain::id::ReviewId,
    languages: &Languages,
) -> Result<Loaded, Problem> {
    let review = face.store.review(id).await.map_err(faults::store)?.ok_or_else(Problem::not_found)?;
    let asset = face.store.asset(review.asset).await.map_err(faults::store)?.ok_or_else(Problem::not_found)?;
    let kit = face.store.kit(asset.asset.kit).await.map_err(faults::store)?.ok_or_else(Problem::not_found)?;
    let revisions = face.store.revisions(review.asset).await.map_err(faults::store)?;
    let decisions = face.store.decisions(review.asset).await.map_err(faults::store)?;
    let seen = face.store.last_seen(viewer.id, review.asset).await.map_err(faults::store)?;
    let people = People::of(face, &review, &revisions, &decisions).await?;
    // The limits as they are there: a market's notice takes its part of some.
    let template =
        face.templates.get(&asset.asset.asset_type).map(|template| template.in_context(&review.revision.context));
    let template = template.as_ref();
    let telling = Telling { languages, conditions: &face.packs, roles: &viewer.roles };
    let mut findings = FindingView::all(&review.revision.findings, &review.revision.content, telling);
    let now = face.now();
    // What was decided is judged as it stood then.
    let then = match review.state {
        ReviewState::Decided { at, .. } | ReviewState::Superseded { at, .. } => at,
        ReviewState::Open { .. } => now,
    };
    let facts = facts::of_revision(face, &review.revision, &asset.asset, &kit, then).await?;
    let slots = slots::views(&review.revision, template, &findings, &facts);
    let lapsed = match review.state {
        ReviewState::Open { .. } => face.store.lapsed(review.revision.id).await.map_err(faults::store)?,
        ReviewState::Decided { .. } | ReviewState::Superseded { .. } => Vec::new(),
    };
    findings.extend(lapsed.iter().map(|why| FindingView::lapsed(why)));
    let severities = review.revision.findings.iter().map(|finding| finding.severity);
    let view = ReviewView {
        id: review.id.to_string(),
        lease: match &review.state {
            ReviewState::Open { lease: Some(lease) } if lease.expires_at > now => Some(LeaseView {
                holder: people.get(lease.holder),
                mine: lease.holder == viewer.id,
                expires_at: lease.expires_at.rfc3339(),
            }),
            _ => None,
        },
        may_decide: may_decide(viewer, &review),
        asset: brief(&asset.asset, &kit, template),
        loose_findings: findings.iter().filter(|f| !slots.iter().any(|s| s.name == f.slot)).cloned().collect(),
        counts: counts(severities.chain(lapsed.iter().map(|_| Severity::Block))),
        blocks: blocks(&review.revision.findings) + lapsed.len(),
        errors: errors(&review.revision.findings),
        stuck: findings.iter().filter(|f| f.overriding.as_ref().is_some_and(|own| !own.by_you)).count(),
        facts: FactCounts::of(&facts),
        unused_sources: slots::unused_sources(&review.revision),
        diff: history::diff(&review.revision, &revisions, seen, template),
        history: history::items(&revisions, &decisions, &people),
        state: state(&review, &asset, &decisions, &people),
        revision: revision(&review.revision, &asset, viewer, &people, slots),
        findings,
    };
    Ok(Loaded { view, review, asset, kit })
}

fn may_decide(viewer: &User, review: &Review) -> MayDecide {
    let author = review.revision.origin.author() == viewer.id;
    let why = if !matches!(review.state, ReviewState::Open { .. }) {
        "This review is closed."
    } else if !viewer.has(Role::Reviewer) {
        "Only reviewers decide."
    } else if author {
        match review.revision.origin {
            Origin::Drafted { .. } => {
                "You asked for this draft, so another person decides: two people stand behind a release."
            }
            Origin::Edited { .. } => {
                "This is your own edit, so another person decides: two people stand behind a release."
            }
            Origin::Imported { .. } => {
                "You imported this, so another person decides: two people stand behind a release."
            }
        }
    } else {
        ""
    };
    MayDecide { allowed: why.is_empty(), why: why.to_owned() }
}

fn brief(asset: &Asset, kit: &Kit, template: Option<&Template>) -> AssetBrief {
    let product = kit.brief.product.clone();
    AssetBrief {
        id: asset.id.to_string(),
        kit: kit.id.to_string(),
        asset_type: asset.asset_type.clone(),
        title: title(template, &asset.asset_type),
        channel: asset.channel.clone(),
        locale: asset.locale.to_string(),
        direction: asset.locale.direction(),
        market: asset.market.to_string(),
        audience: asset.audience.clone(),
        variant: asset.variant,
        state: asset.state.as_str(),
        campaign: if kit.brief.campaign.is_empty() { product.clone() } else { kit.brief.campaign.clone() },
        product,
    }
}

/// What people call an asset type; its name where its template is gone.
#[must_use]
pub fn title(template: Option<&Template>, asset_type: &str) -> String {
    template.map_or_else(|| asset_type.to_owned(), |template| template.title("en").to_owned())
}

fn revision(
    revision: &Revision,
    asset: &AssetView,
    viewer: &User,
    people: &People,
    slots: Vec<SlotView>,
) -> RevisionView {
    let author = revision.origin.author();
    let (mut model, mut seed, mut prompt, mut base) = <(String, String, String, String)>::default();
    match &revision.origin {
        Origin::Drafted { model: name, prompt: digest, seed: number, .. } => {
            model.clone_from(name);
            seed = number.to_string();
            prompt = digest.to_string();
        }
        Origin::Edited { base: id, .. } => base = id.to_string(),
        Origin::Imported { .. } => {}
    }
    RevisionView {
        id: revision.id.to_string(),
        number: revision.number,
        digest: revision.digest.to_string(),
        latest: asset.revision.as_ref().is_some_and(|latest| latest.id == revision.id),
        origin: revision.origin.name(),
        author: people.get(author),
        own: author == viewer.id,
        model,
        seed,
        prompt,
        base,
        created_at: revision.created_at.rfc3339(),
        template: revision.context.template.clone(),
        rules: revision.context.rules.clone(),
        approved_percent: slots::approved_percent(&revision.content),
        slots,
    }
}

fn state(review: &Review, asset: &AssetView, decisions: &[DecisionView], people: &People) -> StateView {
    let none = StateView {
        name: "open",
        verdict: "",
        verdict_text: "",
        by: None,
        at: String::new(),
        reason: String::new(),
        newer_review: None,
    };
    match &review.state {
        ReviewState::Open { .. } => none,
        ReviewState::Decided { decision, verdict, by, at } => StateView {
            name: "decided",
            verdict: verdict.as_str(),
            verdict_text: history::verdict_text(*verdict),
            by: Some(people.get(*by)),
            at: at.rfc3339(),
            reason: decisions
                .iter()
                .find(|view| view.decision.id == *decision)
                .map(|view| view.decision.reason.clone())
                .unwrap_or_default(),
            newer_review: None,
        },
        ReviewState::Superseded { at, .. } => StateView {
            name: "superseded",
            at: at.rfc3339(),
            newer_review: asset.review.filter(|newer| *newer != review.id).map(|newer| newer.to_string()),
            ..none
        },
    }
}
