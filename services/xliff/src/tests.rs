//! Both ways together: what goes out comes back as it was, and nothing that comes in can do more than be refused.

mod hostile;
mod property;
mod returning;

use countersign_domain::content::{Bound, Segment, SlotText};
use countersign_domain::digest::Digest;
use countersign_domain::id::{AssetId, KitId};

use crate::{Document, File, Note, Returned, Unit, read, write};

const KIT: &str = "01939d5c-6f2e-7c3a-9b1e-0a1b2c3d4e5f";
const ASSET: &str = "01939d5c-6f2e-7c3a-9b1e-0a1b2c3d4e60";
const SOURCE: &str = "01939d5c-6f2e-7c3a-9b1e-0a1b2c3d4e61";

fn slot(text: &str) -> SlotText {
    SlotText::parse(text).unwrap()
}

fn bound(reference: &str, source: &str, text: &str) -> Segment {
    Segment::Bound(Bound { reference: reference.into(), source: source.into(), text: text.into() })
}

fn document(units: Vec<Unit>) -> Document {
    let asset: AssetId = ASSET.parse().unwrap();
    let kit: KitId = KIT.parse().unwrap();
    let file = File {
        asset,
        base: Some(Digest::of_bytes(b"base")),
        source_asset: SOURCE.parse().unwrap(),
        source_digest: Digest::of_bytes(b"source"),
        notes: vec![Note { category: "asset", text: "Email <for> clinics & such\u{1}".into() }],
        units,
    };
    Document { kit, source: "en-US".parse().unwrap(), target: "fr-FR".parse().unwrap(), files: vec![file] }
}

fn unit(name: &str, source: SlotText, target: Option<SlotText>) -> Unit {
    Unit { slot: name.into(), notes: vec![Note { category: "slot", text: "Subject".into() }], source, target }
}

/// One slot with a placeholder, two paragraphs, and no translation yet.
fn email() -> String {
    let body = slot("Ask {{partner.display_name}}.\n\nIt is < 5 & done.");
    write(&document(vec![unit("body", body, None), unit("cta", slot("Call"), Some(slot("Appelez")))]))
}

fn back(text: &str) -> Returned {
    read(text.as_bytes()).unwrap_or_else(|faults| panic!("{faults:?}\n{text}"))
}

/// Every fault, as it is told.
fn said(text: impl AsRef<[u8]>) -> String {
    read(text.as_ref()).unwrap_err().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
