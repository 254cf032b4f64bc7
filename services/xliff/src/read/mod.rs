//! The way back: a document that some tool has written, read into the text of each slot.
//!
//! What makes the rest unreadable (XML that is none, another version, two things of one name) ends the reading; what is
//! wrong with one file or unit is collected, so that all of it is told at once. `file` reads a `<file>`, `unit` puts a
//! slot's text together, `content` reads what stands inside `<source>` and `<target>`.

mod content;
mod file;
mod unit;

use std::collections::BTreeSet;

use countersign_domain::digest::Digest;
use countersign_domain::id::{AssetId, KitId};
use countersign_domain::place::Locale;

use crate::encoding;
use crate::fault::{Fault, Place, clip};
use crate::keys;
use crate::xml::{Element, Node, Space, Xml, is_blank};

/// A document that came back.
#[derive(Clone, Debug, PartialEq)]
pub struct Returned {
    pub source: Locale,
    pub target: Locale,
    pub files: Vec<ReturnedFile>,
}

/// One asset of it.
#[derive(Clone, Debug, PartialEq)]
pub struct ReturnedFile {
    pub at: Place,
    pub kit: KitId,
    pub asset: AssetId,
    /// What the translator had before them; `None` for an asset that had no text.
    pub base: Option<Digest>,
    pub source_asset: AssetId,
    pub source_digest: Digest,
    pub units: Vec<ReturnedUnit>,
}

/// One slot of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnedUnit {
    pub at: Place,
    pub slot: String,
    /// As people edit it, with `{{partner.…}}`; `None` where nothing was translated.
    pub text: Option<String>,
}

/// The most files and units: far beyond any kit.
const MAX_FILES: usize = 2_000;
const MAX_UNITS: usize = 200;

/// Reads a document. Every fault that could be found is told, with its line and column.
pub fn read(bytes: &[u8]) -> Result<Returned, Vec<Fault>> {
    let decoded = encoding::decode(bytes).map_err(|fault| vec![fault])?;
    let mut reading = Reading { xml: Xml::new(&decoded.text, decoded.utf16), faults: Vec::new() };
    match reading.document() {
        Ok(Some(returned)) if reading.faults.is_empty() => Ok(returned),
        Ok(_) => Err(reading.faults),
        Err(fault) => {
            reading.faults.push(fault);
            Err(reading.faults)
        }
    }
}

struct Reading<'t> {
    xml: Xml<'t>,
    faults: Vec<Fault>,
}

impl Reading<'_> {
    /// The next element, or `None` at the end of the one that is open. Only white space may stand between elements.
    fn child(&mut self) -> Result<Option<Element>, Fault> {
        loop {
            match self.xml.next()? {
                Node::Open(element) => return Ok(Some(element)),
                Node::Close | Node::End => return Ok(None),
                Node::Text(text) if text.chars().all(is_blank) => {}
                Node::Text(_) => {
                    return Err(self.xml.fault("text stands between elements; it belongs inside <target>"));
                }
            }
        }
    }

    fn unknown(element: &Element) -> Fault {
        Fault::new(element.at, format!("<{}> may not stand here in XLIFF 2.1", clip(&element.name)))
    }

    /// `None` when a fault was noted that leaves nothing to return.
    fn document(&mut self) -> Result<Option<Returned>, Fault> {
        let Some(root) = self.child()? else { return Err(self.xml.fault("there is no XML document here")) };
        refuse_others(&root)?;
        let source = self.language(&root, "srcLang");
        let target = self.language(&root, "trgLang");
        let mut files = Vec::new();
        let (mut ids, mut assets) = (BTreeSet::new(), BTreeSet::new());
        let mut count = 0;
        while let Some(element) = self.child()? {
            if !element.is("file") {
                if element.space == Space::Core {
                    return Err(Self::unknown(&element));
                }
                self.xml.skip()?;
                continue;
            }
            count += 1;
            if count > MAX_FILES {
                return Err(Fault::new(element.at, format!("there are more than {MAX_FILES} files")));
            }
            unique(&mut ids, &element, "id", "file")?;
            if let Some(file) = self.file(&element)? {
                if !assets.insert(file.asset.to_string()) {
                    return Err(Fault::new(element.at, "an earlier file is of the same asset; keep one of them"));
                }
                files.push(file);
            }
        }
        while !matches!(self.xml.next()?, Node::End) {}
        if count == 0 {
            self.faults.push(Fault::new(root.at, "there is no <file> in it"));
        }
        Ok(source.zip(target).map(|(source, target)| Returned { source, target, files }))
    }

    fn language(&mut self, root: &Element, name: &str) -> Option<Locale> {
        let parsed = match root.get(name) {
            None => Err(format!("{name} is missing; it is the language of the document's texts")),
            Some(tag) => tag.parse::<Locale>().map_err(|error| format!("{name}: {error}")),
        };
        parsed.map_err(|detail| self.faults.push(Fault::new(root.at, detail))).ok()
    }
}

/// Only the core of 2.0 and 2.1 is read; what else calls itself XLIFF is told what to do.
fn refuse_others(root: &Element) -> Result<(), Fault> {
    let other = |version: &str| {
        Fault::new(
            root.at,
            format!(
                "this is XLIFF {}; only 2.0 and 2.1 are read here. Export the kit again, and let your tool save it as \
                 XLIFF 2.x instead of converting it",
                clip(version)
            ),
        )
    };
    match &root.space {
        Space::OtherCore(name) => Err(other(name.strip_prefix(keys::ANY_CORE).unwrap_or(name))),
        Space::Core if root.name == "xliff" => match root.get("version") {
            Some("2.0" | "2.1") => Ok(()),
            Some(version) => Err(other(version)),
            None => Err(Fault::new(root.at, "the version of XLIFF is missing; write version=\"2.1\"")),
        },
        _ if root.name == "xliff" => Err(match root.get("version") {
            Some(version) if version.starts_with("1.") => other(version),
            _ => Fault::new(root.at, format!("<xliff> is not in the namespace {}", keys::CORE)),
        }),
        _ => Err(Fault::new(root.at, format!("<{}> is no XLIFF document", clip(&root.name)))),
    }
}

/// The attribute `name`, which no two elements of one kind share.
fn unique(seen: &mut BTreeSet<String>, element: &Element, name: &str, what: &str) -> Result<String, Fault> {
    let Some(id) = element.get(name) else {
        return Err(Fault::new(element.at, format!("this {what} has no {name}")));
    };
    if seen.insert(id.to_owned()) {
        Ok(id.to_owned())
    } else {
        Err(Fault::new(element.at, format!("there are two {what}s with the {name} `{}`", clip(id))))
    }
}
