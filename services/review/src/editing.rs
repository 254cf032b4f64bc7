//! An edit: a person's new text for some slots of an asset becomes a new revision that starts without approvals.

use std::collections::BTreeMap;

use countersign_domain::brand::Brand;
use countersign_domain::content::Content;
use countersign_domain::digest::Digest;
use countersign_domain::finding::Finding;
use countersign_domain::id::{BrandId, ReviewId, RevisionId, UserId};
use countersign_domain::kit::Kit;
use countersign_domain::library::{Claim, Passage};
use countersign_domain::release::Context;
use countersign_domain::review::{Draft, NewRevision, Origin, Revision};
use countersign_drafting::grounds::{Grounds, passages_of};
use countersign_render::Template;
use countersign_rules::grounding::Grounded;
use countersign_store::AssetView;
use countersign_web::problem::Problem;

use crate::checking::{self, SlotFault, Surroundings};
use crate::{Face, faults};

/// An asset with all that its text is checked against.
#[derive(Debug)]
pub struct Bench {
    pub view: AssetView,
    pub kit: Kit,
    pub brand: Brand,
    pub template: Template,
    /// The brand's, with their markets and their evidence's end.
    pub claims: Vec<Claim>,
    /// Those that the latest revision drew on.
    pub passages: Vec<Passage>,
}

/// The brand's claims, and the passages that the revision drew on, with where and until when they hold.
pub(crate) async fn library(
    face: &Face,
    brand: BrandId,
    revision: Option<&Revision>,
) -> Result<(Vec<Claim>, Vec<Passage>), Problem> {
    let claims = face.store.claims(brand).await.map_err(faults::store)?;
    let drawn_on = revision.map(passages_of).unwrap_or_default();
    let passages = face.store.passages_by_id(brand, &drawn_on).await.map_err(faults::store)?;
    Ok((claims, passages))
}

/// Why an edit was refused.
#[derive(Debug)]
pub enum EditRefusal {
    /// Faults of single slots.
    Slots(Vec<SlotFault>),
    Problem(Problem),
}

impl From<Problem> for EditRefusal {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<EditRefusal> for Problem {
    fn from(refusal: EditRefusal) -> Self {
        match refusal {
            EditRefusal::Problem(problem) => problem,
            EditRefusal::Slots(faults) => slots_problem(&faults),
        }
    }
}

/// 422 with a pointer for each slot.
#[must_use]
pub fn slots_problem(faults: &[SlotFault]) -> Problem {
    let start = Problem::invalid("Some slots cannot be taken as they are; nothing was written.");
    faults.iter().fold(start, |problem, fault| {
        // RFC 6901: `~` and `/` are escaped in a pointer.
        let name = fault.slot.replace('~', "~0").replace('/', "~1");
        problem.fault(format!("/slots/{name}"), &fault.detail)
    })
}

/// The content that an edit would have, with what the rules say of it.
#[derive(Debug)]
pub struct Checked {
    pub content: Content,
    pub findings: Vec<Finding>,
    /// Its sentences that state facts, with what they rest on.
    pub facts: Vec<Grounded>,
    pub context: Context,
}

impl Bench {
    /// `None` when the asset, or something that it stands on, does not exist.
    pub async fn of(face: &Face, view: AssetView) -> Result<Self, Problem> {
        let kit = face.store.kit(view.asset.kit).await.map_err(faults::store)?.ok_or_else(Problem::not_found)?;
        let brand = face.store.brand(view.asset.brand).await.map_err(faults::store)?.ok_or_else(Problem::not_found)?;
        let template = face.templates.get(&view.asset.asset_type).cloned().ok_or_else(|| {
            Problem::conflict(format!("There is no template for {} any more.", view.asset.asset_type))
        })?;
        let (claims, passages) = library(face, brand.id, view.revision.as_ref()).await?;
        Ok(Self { view, kit, brand, template, claims, passages })
    }

    /// The latest revision; an asset that is still being drafted has none.
    pub fn latest(&self) -> Result<&Revision, Problem> {
        self.view.revision.as_ref().ok_or_else(|| Problem::conflict("This asset has no text yet; wait for its draft."))
    }

    /// The context that a revision made now has: today's template, rules and brand.
    #[must_use]
    pub fn context(&self, face: &Face) -> Context {
        checking::context(&self.view.asset, &self.template, &face.packs, &self.brand)
    }

    /// What `slots` would make of the latest revision, and what the rules say of that.
    pub fn check(&self, face: &Face, slots: &BTreeMap<String, String>) -> Result<Checked, EditRefusal> {
        let base = self.latest()?;
        let known = checking::known_references(base);
        let content = checking::edited(&base.content, &known, &self.template, slots).map_err(EditRefusal::Slots)?;
        let context = self.context(face);
        let at = Surroundings {
            template: &self.template,
            brand: &self.brand,
            brief: &self.kit.brief,
            context: &context,
            drafted: !matches!(base.origin, Origin::Imported { .. }),
            now: face.now(),
        };
        let grounds = Grounds::of_edit(
            Some(base),
            &self.brand,
            &self.kit.brief,
            &self.claims,
            &self.passages,
            (self.view.asset.market, face.now()),
        );
        let findings = checking::findings(&face.packs, &content, &at, &grounds, None);
        let facts = checking::facts(&content, at.brand, at.brief, at.context, &grounds, at.now);
        Ok(Checked { content, findings, facts, context })
    }
}

/// What an edit made.
#[derive(Debug)]
pub struct Edited {
    pub revision: RevisionId,
    pub digest: Digest,
    pub review: ReviewId,
    pub content: Content,
    pub findings: Vec<Finding>,
}

/// Writes the edit of `editor`, whose view of the asset was `base_digest`.
pub async fn edit(
    face: &Face,
    bench: &Bench,
    editor: UserId,
    base_digest: &Digest,
    slots: &BTreeMap<String, String>,
) -> Result<Edited, EditRefusal> {
    let base = bench.latest()?;
    if base.digest != *base_digest {
        return Err(moved(&base.digest).into());
    }
    let Checked { content, findings, context, .. } = bench.check(face, slots)?;
    if content == base.content {
        return Err(Problem::invalid("The edit changes nothing; nothing was written.").into());
    }
    let draft = Draft {
        content: content.clone(),
        origin: Origin::Edited { by: editor, base: base.id },
        context,
        findings: findings.clone(),
        sources: base.sources.clone(),
    };
    let new = NewRevision::drafted(draft, bench.view.asset.id, face.store.ids(), face.now());
    let (revision, digest) = (new.id, new.digest.clone());
    let written = face.store.revision_edit(bench.view.asset.id, base_digest, new).await;
    let review = written.map_err(faults::store)?;
    // The editor has seen what they wrote: their next difference starts there.
    faults::seen(face, editor, bench.view.asset.id, revision).await;
    Ok(Edited { revision, digest, review, content, findings })
}

pub(crate) fn moved(now: &Digest) -> Problem {
    Problem::precondition_failed(format!("The asset is now {now}; load it again and repeat the edit on that text."))
        .header(axum::http::header::ETAG, countersign_web::conditional::etag(now.as_str()))
}
