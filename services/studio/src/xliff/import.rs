//! What becomes of what a translator brings: every file is examined first, then all are written or none.

use std::collections::BTreeMap;

use countersign_domain::content::{Content, SlotText};
use countersign_domain::id::{ReviewId, UserId};
use countersign_domain::kit::AssetState;
use countersign_domain::review::{Draft, NewRevision, Origin, Revision};
use countersign_drafting::checking::{self, Surroundings};
use countersign_drafting::grounds::Grounds;
use countersign_render::Template;
use countersign_rules::Original;
use countersign_session::fault;
use countersign_store::{AssetView, NewImport};
use countersign_web::problem::Problem;
use countersign_xliff::{Fault, Place, Returned, ReturnedFile, differences, read, same};

use super::Ground;
use super::export::are_siblings;
use crate::state::Studio;

/// What became of one file.
#[derive(Debug)]
pub(crate) enum Fate {
    /// No slot has another text than it had.
    Unchanged { asset: String },
    Imported {
        revision: Box<NewRevision>,
        review: ReviewId,
        /// Whether the source has another text by now than the translator saw.
        source_moved: bool,
    },
}

/// Why a file is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// The asset has another text by now.
    Moved,
    /// The asset takes no text now.
    State,
    /// The document itself is at fault.
    Document,
}

#[derive(Debug)]
struct Refusal {
    kind: Kind,
    pointer: String,
    detail: String,
}

impl Refusal {
    fn new(kind: Kind, file: &ReturnedFile, detail: impl std::fmt::Display) -> Self {
        Self { kind, pointer: format!("/files/{}", file.asset), detail: format!("{}: {detail}", file.at) }
    }

    fn of_unit(file: &ReturnedFile, slot: &str, at: Place, detail: impl std::fmt::Display) -> Self {
        let pointer = pointer(Some(&file.asset.to_string()), Some(slot));
        Self { kind: Kind::Document, pointer, detail: format!("{at}: {detail}") }
    }
}

/// Reads, examines and writes a document that `by` brings into a kit.
pub(crate) async fn import(studio: &Studio, ground: &Ground, bytes: &[u8], by: UserId) -> Result<Vec<Fate>, Problem> {
    let returned = read(bytes).map_err(|faults| unreadable(&faults))?;
    let mut examined = Vec::with_capacity(returned.files.len());
    let mut refusals = Vec::new();
    for file in &returned.files {
        match examine(studio, ground, &returned, file, by).await? {
            Ok(found) => examined.push((file, found)),
            Err(faults) => refusals.extend(faults),
        }
    }
    if !refusals.is_empty() {
        return Err(refused(refusals));
    }
    let imports: Vec<NewImport> = examined
        .iter()
        .filter_map(|(file, found)| Some(NewImport { base: file.base.clone(), revision: found.revision.clone()? }))
        .collect();
    let mut reviews = if imports.is_empty() {
        Vec::new().into_iter()
    } else {
        studio.store.revisions_import(ground.kit.id, imports).await.map_err(fault::of)?.into_iter()
    };
    let mut fates = Vec::with_capacity(examined.len());
    for (file, found) in examined {
        let written = found.revision.and_then(|revision| Some((revision, reviews.next()?)));
        fates.push(match written {
            None => Fate::Unchanged { asset: file.asset.to_string() },
            Some((revision, review)) => {
                seen(studio, by, &revision).await;
                Fate::Imported { revision: Box::new(revision), review, source_moved: found.source_moved }
            }
        });
    }
    Ok(fates)
}

/// One asset and what its text is examined with.
#[derive(Clone, Copy)]
struct Bench<'a> {
    studio: &'a Studio,
    ground: &'a Ground,
    view: &'a AssetView,
    template: &'a Template,
}

/// What an examination found: the revision to be written, unless nothing changes.
struct Found {
    revision: Option<NewRevision>,
    source_moved: bool,
}

async fn examine(
    studio: &Studio,
    ground: &Ground,
    returned: &Returned,
    file: &ReturnedFile,
    by: UserId,
) -> Result<Result<Found, Vec<Refusal>>, Problem> {
    let document = |detail: String| Ok(Err(vec![Refusal::new(Kind::Document, file, detail)]));
    if file.kit != ground.kit.id {
        return document(format!("this file is of the kit {}, and you import into {}", file.kit, ground.kit.id));
    }
    let Some(view) = ground.asset(file.asset) else { return document("this kit has no such asset".to_owned()) };
    let asset = &view.asset;
    if asset.locale != returned.target {
        return document(format!("trgLang is {}, and this asset is in {}", returned.target, asset.locale));
    }
    let from = ground.asset(file.source_asset).filter(|from| are_siblings(&from.asset, asset));
    let Some(from) = from.filter(|from| from.asset.locale == returned.source) else {
        return document(format!(
            "its source is not this asset's counterpart in {}; take srcLang and metadata from the export",
            returned.source
        ));
    };
    let source_moved = from.revision.as_ref().is_none_or(|latest| latest.digest != file.source_digest);
    let Some(source) = source_of(studio, from, file).await? else {
        return document(
            "the source that it names was never a text of this kit; take the metadata from the export".to_owned(),
        );
    };
    let Some(template) = studio.templates.get(&asset.asset_type) else {
        let detail = format!("there is no template for {} any more", asset.asset_type);
        return Ok(Err(vec![Refusal::new(Kind::State, file, detail)]));
    };
    let bench = Bench { studio, ground, view, template };
    Ok(content_of(&bench, &source, file).map(|content| {
        let revision = content.map(|content| revision(&bench, content, &source, by));
        Found { revision, source_moved }
    }))
}

/// The very text that the translator had as the source: revisions are never changed, so it is still there.
async fn source_of(studio: &Studio, from: &AssetView, file: &ReturnedFile) -> Result<Option<Revision>, Problem> {
    if let Some(latest) = from.revision.as_ref().filter(|latest| latest.digest == file.source_digest) {
        return Ok(Some(latest.clone()));
    }
    let all = studio.store.revisions(from.asset.id).await.map_err(fault::of)?;
    Ok(all.into_iter().rfind(|revision| revision.digest == file.source_digest))
}

/// The content that a file makes of its asset's latest; `None` when that is what it has.
fn content_of(on: &Bench<'_>, source: &Revision, file: &ReturnedFile) -> Result<Option<Content>, Vec<Refusal>> {
    let Bench { studio, ground, view, template } = *on;
    let nothing = Content::default();
    let base = view.revision.as_ref().map_or(&nothing, |revision| &revision.content);
    let slots: BTreeMap<String, String> =
        file.units.iter().filter_map(|unit| Some((unit.slot.clone(), unit.text.clone()?))).collect();
    let (known, _) = ground.offered(studio, view);
    let place = |slot: &str| file.units.iter().find(|unit| unit.slot == slot).map_or(file.at, |unit| unit.at);
    // Units without a text are asked too: one that is no slot is a mistake, translated or not.
    let mut refusals: Vec<Refusal> = file
        .units
        .iter()
        .filter(|unit| template.slot(&unit.slot).is_none())
        .map(|unit| Refusal::of_unit(file, &unit.slot, unit.at, format!("{} has no slot of this name", template.name)))
        .collect();
    let content = match checking::edited(base, &known, template, &slots) {
        Ok(content) => Some(content),
        Err(faults) => {
            let of_slots = faults.iter().filter(|fault| template.slot(&fault.slot).is_some());
            refusals
                .extend(of_slots.map(|fault| Refusal::of_unit(file, &fault.slot, place(&fault.slot), &fault.detail)));
            None
        }
    };
    if content.as_ref() == Some(base) && refusals.is_empty() {
        return Ok(None);
    }
    for (slot, text) in content.iter().flat_map(|content| &content.slots) {
        refusals.extend(
            placeholders(base, source, slot, text)
                .into_iter()
                .map(|said| Refusal::of_unit(file, slot, place(slot), said)),
        );
    }
    refusals.extend(standing(view, file));
    match content {
        Some(content) if refusals.is_empty() => Ok(Some(content)),
        _ => Err(refusals),
    }
}

/// A changed text has the placeholders of its source; or those that it had before, where the two were never alike.
fn placeholders(base: &Content, source: &Revision, slot: &str, text: &SlotText) -> Vec<String> {
    let before = base.slots.get(slot);
    if before.is_some_and(|before| same(before, text)) {
        return Vec::new();
    }
    differences(source.content.slots.get(slot).unwrap_or(&SlotText::default()), text)
}

/// Whether the asset is as it was exported, and takes a text now.
fn standing(view: &AssetView, file: &ReturnedFile) -> Option<Refusal> {
    let latest = view.revision.as_ref().map(|revision| &revision.digest);
    match (view.asset.state, latest) {
        (AssetState::Drafting, _) => {
            Some(Refusal::new(Kind::State, file, "the asset is being drafted; wait for its draft, and export again"))
        }
        (_, latest) if latest != file.base.as_ref() => {
            let now = latest.map_or_else(|| "without a text".to_owned(), ToString::to_string);
            let detail = format!(
                "the asset has moved on since the export; it is now {now}. Export again, and bring the translation into that"
            );
            Some(Refusal::new(Kind::Moved, file, detail))
        }
        (AssetState::Approved, _) => Some(Refusal::new(
            Kind::State,
            file,
            "the asset is approved and about to be released; its reviewer may still take that back, or import after the release",
        )),
        _ => None,
    }
}

/// The revision as it would be written, with what the rules say of it: the very examination of an edit, and beside it the
/// text that the translator had.
fn revision(on: &Bench<'_>, content: Content, source: &Revision, by: UserId) -> NewRevision {
    let Bench { studio, ground, view, template } = *on;
    let context = checking::context(&view.asset, template, &studio.packs, &ground.brand);
    let (_, sources) = ground.offered(studio, view);
    let now = studio.now();
    let brief = &ground.kit.brief;
    let mut grounds = Grounds::of_edit(
        view.revision.as_ref(),
        &ground.brand,
        brief,
        &ground.claims,
        &ground.passages,
        (view.asset.market, now),
    );
    for note in &sources {
        grounds.push(&note.source, &note.text);
    }
    let at = Surroundings { template, brand: &ground.brand, brief, context: &context, drafted: false, now };
    let original = Original { content: &source.content, locale: Some(&source.context.locale) };
    let findings = checking::findings(&studio.packs, &content, &at, &grounds, Some(original));
    let draft = Draft { content, origin: Origin::Imported { by }, context, findings, sources };
    NewRevision::drafted(draft, view.asset.id, studio.store.ids(), now)
}

/// Who imported has seen what they brought: their next difference starts there. What came before it is done and stays
/// done, so a failure here is logged and not told.
async fn seen(studio: &Studio, by: UserId, revision: &NewRevision) {
    if let Err(error) = studio.store.mark_seen(by, revision.asset, revision.id).await {
        tracing::warn!(error = %error, asset.id = %revision.asset, "xliff.seen.failed");
    }
}

/// A document that cannot be read, with every fault that was found.
fn unreadable(faults: &[Fault]) -> Problem {
    let start = Problem::invalid("The document cannot be imported; nothing was written.");
    faults
        .iter()
        .fold(start, |problem, fault| problem.fault(pointer(fault.file.as_deref(), fault.unit.as_deref()), fault))
}

/// Where in the document, seen as files by asset and units by slot (RFC 6901).
fn pointer(file: Option<&str>, unit: Option<&str>) -> String {
    let escaped = |part: &str| part.replace('~', "~0").replace('/', "~1");
    let mut out = String::new();
    if let Some(file) = file {
        out.push_str(&format!("/files/{}", escaped(file)));
        if let Some(unit) = unit {
            out.push_str(&format!("/units/{}", escaped(unit)));
        }
    }
    out
}

/// 412 or 409 where nothing else is wrong, so that a program knows that another export mends it; else 422.
fn refused(refusals: Vec<Refusal>) -> Problem {
    let detail = "Some files cannot be imported; nothing was written.";
    let problem = match refusals.iter().map(|refusal| refusal.kind).max() {
        Some(Kind::Moved) => Problem::precondition_failed(detail),
        Some(Kind::State) => Problem::conflict(detail),
        Some(Kind::Document) | None => Problem::invalid(detail),
    };
    refusals.into_iter().fold(problem, |problem, refusal| problem.fault(refusal.pointer, refusal.detail))
}
