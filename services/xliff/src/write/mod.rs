//! The way out: one `<file>` an asset, one `<unit>` a slot, one `<segment>` a paragraph.
//!
//! Where source and target have as many paragraphs they stand side by side; where not, the slot is one segment, so that
//! nothing is paired that does not belong together. Blank lines between paragraphs are `<ignorable>`.

pub(crate) mod escape;
mod inline;
mod paragraphs;

use crate::document::{Document, File, Note, Unit};
use crate::keys;
use inline::{Ids, Side};
use paragraphs::Paragraphs;

/// The document as UTF-8 text. The same document gives the same bytes.
#[must_use]
pub fn write(document: &Document) -> String {
    let mut out = String::with_capacity(4096);
    out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.push_str(&format!(
        "<xliff xmlns=\"{}\" xmlns:mda=\"{}\" version=\"2.1\" srcLang=\"{}\" trgLang=\"{}\">\n",
        keys::CORE,
        keys::METADATA,
        document.source,
        document.target
    ));
    for (i, file) in document.files.iter().enumerate() {
        write_file(&mut out, document, file, i + 1);
    }
    out.push_str("</xliff>\n");
    out
}

fn write_file(out: &mut String, document: &Document, file: &File, number: usize) {
    let (source, target) = (document.source.direction(), document.target.direction());
    out.push_str(&format!(
        "  <file id=\"f{number}\" original=\"{}\" srcDir=\"{source}\" trgDir=\"{target}\">\n",
        file.asset
    ));
    let base = file.base.as_ref().map_or_else(|| keys::NONE.to_owned(), ToString::to_string);
    out.push_str(&format!("    <mda:metadata>\n      <mda:metaGroup category=\"{}\">\n", keys::GROUP));
    for (key, value) in [
        (keys::KIT, document.kit.to_string()),
        (keys::ASSET, file.asset.to_string()),
        (keys::BASE, base),
        (keys::SOURCE_ASSET, file.source_asset.to_string()),
        (keys::SOURCE_DIGEST, file.source_digest.to_string()),
    ] {
        out.push_str(&format!("        <mda:meta type=\"{key}\">{value}</mda:meta>\n"));
    }
    out.push_str("      </mda:metaGroup>\n    </mda:metadata>\n");
    write_notes(out, &file.notes, "    ");
    for unit in &file.units {
        write_unit(out, unit);
    }
    out.push_str("  </file>\n");
}

fn write_notes(out: &mut String, notes: &[Note], indent: &str) {
    if notes.is_empty() {
        return;
    }
    out.push_str(&format!("{indent}<notes>\n"));
    for (i, note) in notes.iter().enumerate() {
        out.push_str(&format!("{indent}  <note id=\"n{}\" category=\"{}\">", i + 1, note.category));
        escape::plain(out, &note.text);
        out.push_str("</note>\n");
    }
    out.push_str(&format!("{indent}</notes>\n"));
}

fn write_unit(out: &mut String, unit: &Unit) {
    out.push_str("    <unit id=\"");
    escape::attribute(out, &unit.slot);
    out.push_str("\" name=\"");
    escape::attribute(out, &unit.slot);
    out.push_str("\" xml:space=\"preserve\">\n");
    write_notes(out, &unit.notes, "      ");
    // An empty target would ask for nothing to be said; without one a translator starts.
    let target = unit.target.as_ref().filter(|target| !target.plain().trim().is_empty());
    let (mut source, mut target) = (Paragraphs::of(&unit.source), target.map(Paragraphs::of));
    if !source.pairs_with(target.as_ref().unwrap_or(&source)) {
        source = Paragraphs::whole(&unit.source);
        target = target.and(unit.target.as_ref()).map(Paragraphs::whole);
    }
    let mut ids = Ids::default();
    // All of the source first: a target's element may have its counterpart in another paragraph.
    let sources: Vec<String> = source
        .texts
        .iter()
        .map(|text| {
            let mut written = String::new();
            inline::segments(&mut written, text, Side::Source, &mut ids);
            written
        })
        .collect();
    for (i, written) in sources.iter().enumerate() {
        let state = if target.is_some() { "translated" } else { "initial" };
        out.push_str(&format!(
            "      <segment id=\"s{}\" state=\"{state}\">\n        <source>{written}</source>\n",
            i + 1
        ));
        if let Some(target) = &target {
            out.push_str("        <target>");
            inline::segments(out, target.texts.get(i).map_or(&[], Vec::as_slice), Side::Target, &mut ids);
            out.push_str("</target>\n");
        }
        out.push_str("      </segment>\n");
        if let Some(gap) = source.gaps.get(i) {
            out.push_str(&format!("      <ignorable>\n        <source>{gap}</source>\n"));
            if let Some(gap) = target.as_ref().and_then(|target| target.gaps.get(i)) {
                out.push_str(&format!("        <target>{gap}</target>\n"));
            }
            out.push_str("      </ignorable>\n");
        }
    }
    out.push_str("    </unit>\n");
}
