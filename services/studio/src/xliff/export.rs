//! What a translator gets: the texts of one language beside those of another, with what they should know of each.

use countersign_domain::content::{Bound, Segment, SlotText};
use countersign_domain::kit::{Asset, AssetState};
use countersign_domain::place::Locale;
use countersign_domain::review::Revision;
use countersign_drafting::checking;
use countersign_render::{Slot, Unit as Counted};
use countersign_store::AssetView;
use countersign_web::problem::Problem;
use countersign_xliff::{Document, File, Note, Unit, write};

use super::Ground;
use crate::state::Studio;

/// The document for one pair of languages; the same one twice is for working in one language.
pub(crate) fn export(studio: &Studio, ground: &Ground, source: &Locale, target: &Locale) -> Result<String, Problem> {
    let wanted: Vec<&AssetView> = ground.assets.iter().filter(|view| view.asset.locale == *target).collect();
    for (pointer, locale) in [("/source", source), ("/target", target)] {
        if !ground.assets.iter().any(|view| view.asset.locale == *locale) {
            let mut known: Vec<&str> = ground.assets.iter().map(|view| view.asset.locale.as_str()).collect();
            known.sort_unstable();
            known.dedup();
            let detail = format!("no asset of this kit is in {locale}; it has {}", known.join(", "));
            return Err(Problem::invalid("There is nothing to export.").fault(pointer, detail));
        }
    }
    let files: Vec<File> = wanted.into_iter().filter_map(|view| file(studio, ground, view, source)).collect();
    if files.is_empty() {
        return Err(Problem::conflict(format!(
            "No asset in {target} can be exported yet: its draft is being written, or its counterpart in {source} has no \
             text."
        )));
    }
    Ok(write(&Document { kit: ground.kit.id, source: source.clone(), target: target.clone(), files }))
}

/// The asset of which `target` is the counterpart in `source`: in the same market, where there is one.
fn sibling<'a>(ground: &'a Ground, target: &Asset, source: &Locale) -> Option<(&'a Asset, &'a Revision)> {
    let mut found: Vec<&AssetView> = ground.assets.iter().filter(|view| are_siblings(&view.asset, target)).collect();
    found.retain(|view| view.asset.locale == *source);
    found.sort_by_key(|view| (view.asset.id != target.id, view.asset.market != target.market));
    found.iter().find_map(|view| Some((&view.asset, view.revision.as_ref()?)))
}

/// Whether two assets are the same thing in two places.
pub(super) fn are_siblings(one: &Asset, two: &Asset) -> bool {
    (one.kit, &one.asset_type, &one.audience, one.variant) == (two.kit, &two.asset_type, &two.audience, two.variant)
}

/// `None` where there is nothing to translate from, or where the model is still writing.
fn file(studio: &Studio, ground: &Ground, view: &AssetView, source: &Locale) -> Option<File> {
    if view.asset.state == AssetState::Drafting {
        return None;
    }
    let (source_asset, from) = sibling(ground, &view.asset, source)?;
    let current = studio.templates.get(&view.asset.asset_type)?;
    let template = current.in_context(&checking::context(&view.asset, current, &studio.packs, &ground.brand));
    let (offered, _) = ground.offered(studio, view);
    let now = view.revision.as_ref().map(|revision| &revision.content);
    let units = template.slots.iter().filter_map(|slot| {
        let text = from.content.slots.get(&slot.name);
        let target = now.and_then(|content| content.slots.get(&slot.name));
        if text.is_none() && target.is_none() {
            return None;
        }
        let source = text.cloned().unwrap_or_default();
        let notes = notes(slot, &source, &offered, &view.asset);
        Some(Unit { slot: slot.name.clone(), notes, source, target: target.cloned() })
    });
    let asset = &view.asset;
    let mut about = format!("{} for the market {}", template.title(NOTES), asset.market);
    if !asset.audience.is_empty() {
        about.push_str(&format!(", written for: {}", asset.audience));
    }
    Some(File {
        asset: asset.id,
        base: view.revision.as_ref().map(|revision| revision.digest.clone()),
        source_asset: source_asset.id,
        source_digest: from.digest.clone(),
        notes: vec![Note { category: "asset", text: about }],
        units: units.collect(),
    })
}

/// The language that notes are in: the house's own.
const NOTES: &str = "en";

fn notes(slot: &Slot, source: &SlotText, offered: &[Bound], asset: &Asset) -> Vec<Note> {
    let mut notes = vec![
        Note { category: "slot", text: slot.title(NOTES).to_owned() },
        Note { category: "limit", text: limit(slot) },
    ];
    let mut told: Vec<&str> = Vec::new();
    for segment in &source.segments {
        let Segment::Bound(bound) = segment else { continue };
        let statement = bound.source.starts_with("claim:");
        if told.contains(&bound.source.as_str()) {
            continue;
        }
        told.push(&bound.source);
        let text = match offered.iter().find(|known| known.source == bound.source) {
            Some(known) => format!(
                "{}: the approved wording in {} is: {} Use it word for word; changed, it is a statement of your own.",
                known.source, asset.locale, known.text
            ),
            None if statement => format!(
                "{}: there is no approved wording in {}; what you write is examined as a statement of your own.",
                bound.source, asset.locale
            ),
            None => continue,
        };
        notes.push(Note { category: "wording", text });
    }
    notes
}

fn limit(slot: &Slot) -> String {
    let counted = match slot.limit.unit {
        Counted::Graphemes => "characters, as a reader counts them",
        Counted::Utf16 => "characters, an emoji as 2 or more (UTF-16 units)",
        Counted::DoubleWidth => "columns: East Asian characters and emoji as 2",
        Counted::Bytes => "bytes of UTF-8",
        Counted::Weighted => "characters as X counts them: most emoji and East Asian characters as 2, a link as 23",
        Counted::Words => "words",
    };
    let lines = if slot.multiline { "" } else { " One line, without line breaks." };
    format!(
        "{} to {} {counted}. A placeholder counts as the longest value that a partner may have.{lines}",
        slot.limit.min, slot.limit.max
    )
}
