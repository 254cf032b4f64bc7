//! A `<file>`: which asset it is of, and its units.

use std::collections::{BTreeMap, BTreeSet};

use countersign_domain::digest::Digest;

use super::{MAX_UNITS, Reading, ReturnedFile, ReturnedUnit, unique};
use crate::fault::{Fault, clip};
use crate::keys;
use crate::xml::{Element, Space};

impl Reading<'_> {
    /// `None` when it does not say what it is of; that was noted then.
    pub(super) fn file(&mut self, element: &Element) -> Result<Option<ReturnedFile>, Fault> {
        let first = self.faults.len();
        let mut meta = BTreeMap::new();
        let mut units = Vec::new();
        let mut ids = BTreeSet::new();
        let name = element.get("original").map(clip);
        let read = self.units(&mut meta, &mut units, &mut ids);
        read.map_err(|fault| Fault { file: name.clone(), ..fault })?;
        let file = self.identity(element, &meta).map(|file| ReturnedFile { units, ..file });
        for fault in &mut self.faults[first..] {
            fault.file.clone_from(&name);
        }
        Ok(file)
    }

    /// Up to the end of the file or group that is open. Groups are transparent: ours have none, tools may make some.
    fn units(
        &mut self,
        meta: &mut BTreeMap<String, String>,
        units: &mut Vec<ReturnedUnit>,
        ids: &mut BTreeSet<String>,
    ) -> Result<(), Fault> {
        while let Some(child) = self.child()? {
            match (&child.space, child.name.as_str()) {
                (Space::Core, "unit") => {
                    if ids.len() == MAX_UNITS {
                        return Err(Fault::new(child.at, format!("a file has more than {MAX_UNITS} units")));
                    }
                    let slot = unique(ids, &child, "id", "unit")?;
                    units.push(self.unit(&child, slot)?);
                }
                // As deep as elements may stand at all.
                (Space::Core, "group") => self.units(meta, units, ids)?,
                (Space::Core, "notes" | "skeleton") => self.xml.skip()?,
                (Space::Core, _) => return Err(Self::unknown(&child)),
                (Space::Metadata, "metadata") => self.metadata(meta)?,
                _ => self.xml.skip()?,
            }
        }
        Ok(())
    }

    fn metadata(&mut self, meta: &mut BTreeMap<String, String>) -> Result<(), Fault> {
        while let Some(group) = self.child()? {
            if group.space != Space::Metadata || group.name != "metaGroup" || group.get("category") != Some(keys::GROUP)
            {
                self.xml.skip()?;
                continue;
            }
            while let Some(entry) = self.child()? {
                let key = entry.get("type").unwrap_or("").to_owned();
                if entry.space != Space::Metadata || entry.name != "meta" {
                    self.xml.skip()?;
                    continue;
                }
                let value = self.xml.plain()?;
                if meta.insert(key, value.trim().to_owned()).is_some() {
                    return Err(Fault::new(entry.at, "there are two of this entry of Countersign's metadata"));
                }
            }
        }
        Ok(())
    }

    fn identity(&mut self, element: &Element, meta: &BTreeMap<String, String>) -> Option<ReturnedFile> {
        if meta.is_empty() {
            let detail = "this file has lost Countersign's metadata (mda:metaGroup category=\"countersign\"), which says what \
                          it is of; let your tool keep modules that it does not know";
            self.faults.push(Fault::new(element.at, detail));
            return None;
        }
        let asset = self.entry(element, meta, keys::ASSET);
        let kit = self.entry(element, meta, keys::KIT);
        let source_asset = self.entry(element, meta, keys::SOURCE_ASSET);
        let source_digest = self.entry(element, meta, keys::SOURCE_DIGEST);
        let base = match meta.get(keys::BASE).map(String::as_str) {
            Some(keys::NONE) => Some(None),
            _ => self.entry::<Digest>(element, meta, keys::BASE).map(Some),
        };
        let (asset, kit, base) = (asset?, kit?, base?);
        let (source_asset, source_digest) = (source_asset?, source_digest?);
        if element.get("original") != Some(&format!("{asset}")) {
            let detail = "original and the metadata name two assets; take the file as it was exported";
            self.faults.push(Fault::new(element.at, detail));
            return None;
        }
        Some(ReturnedFile { at: element.at, kit, asset, base, source_asset, source_digest, units: Vec::new() })
    }

    fn entry<T: std::str::FromStr>(
        &mut self,
        element: &Element,
        meta: &BTreeMap<String, String>,
        key: &str,
    ) -> Option<T> {
        let value = meta.get(key).and_then(|text| text.parse().ok());
        if value.is_none() {
            let detail =
                format!("the entry `{key}` of Countersign's metadata is missing or broken; take it from the export");
            self.faults.push(Fault::new(element.at, detail));
        }
        value
    }
}
