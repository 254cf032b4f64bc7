//! A `<unit>`: the text of one slot, put together from its segments in the target's order.

use std::collections::{BTreeMap, BTreeSet};

use countersign_domain::content::PartnerField;

use super::content::{Content, Inline};
use super::{Reading, ReturnedUnit, unique};
use crate::fault::{Fault, Place, clip};
use crate::xml::{Element, Space};

/// A segment, or what stands between two.
struct Part {
    at: Place,
    segment: bool,
    /// Whether it calls itself translated. An empty target is meant then, as when two segments became one sentence.
    done: bool,
    source: Content,
    target: Option<Target>,
}

struct Target {
    content: Content,
    /// Where it stands among the parts of its unit, from 1, when not where its source does.
    order: Option<usize>,
}

impl Part {
    fn is_translated(&self) -> bool {
        self.target.as_ref().is_some_and(|target| !target.content.is_blank() || self.done || self.source.is_blank())
    }
}

impl Reading<'_> {
    pub(super) fn unit(&mut self, element: &Element, slot: String) -> Result<ReturnedUnit, Fault> {
        let name = clip(&slot);
        self.unit_inside(element, slot).map_err(|fault| Fault { unit: Some(name), ..fault })
    }

    fn unit_inside(&mut self, element: &Element, slot: String) -> Result<ReturnedUnit, Fault> {
        let first = self.faults.len();
        let mut parts = Vec::new();
        let mut ids = BTreeSet::new();
        while let Some(child) = self.child()? {
            match (&child.space, child.name.as_str()) {
                (Space::Core, "segment" | "ignorable") => {
                    if child.get("id").is_some() {
                        unique(&mut ids, &child, "id", "segment")?;
                    }
                    parts.push(self.part(&child)?);
                }
                (Space::Core, "notes" | "originalData") => self.xml.skip()?,
                (Space::Core, _) => return Err(Self::unknown(&child)),
                _ => self.xml.skip()?,
            }
        }
        let text = self.text(element, parts);
        for fault in &mut self.faults[first..] {
            fault.unit = Some(clip(&slot));
        }
        Ok(ReturnedUnit { at: element.at, slot, text })
    }

    fn part(&mut self, element: &Element) -> Result<Part, Fault> {
        let (mut source, mut target) = (None, None);
        while let Some(child) = self.child()? {
            if child.is("source") && source.is_none() && target.is_none() {
                source = Some(self.content()?);
            } else if child.is("target") && source.is_some() && target.is_none() {
                let order = child.get("order").map(str::parse);
                let order = order.transpose().map_err(|_| Fault::new(child.at, "order is a number from 1"))?;
                target = Some(Target { content: self.content()?, order });
            } else {
                return Err(Fault::new(child.at, "a segment has one <source> and then at most one <target>"));
            }
        }
        let source = source.ok_or_else(|| Fault::new(element.at, "this segment has no <source>"))?;
        let done = matches!(element.get("state"), Some("translated" | "reviewed" | "final"));
        Ok(Part { at: element.at, segment: element.name == "segment", done, source, target })
    }

    /// `None` when nothing was translated, or when a fault was noted.
    fn text(&mut self, element: &Element, parts: Vec<Part>) -> Option<String> {
        if parts.is_empty() {
            self.faults.push(Fault::new(element.at, "this unit has no segment"));
            return None;
        }
        if !parts.iter().any(|part| part.segment && part.is_translated()) {
            return None;
        }
        let sound = self.faults.len();
        for part in parts.iter().filter(|part| part.segment && !part.is_translated() && !part.source.is_blank()) {
            let detail = "this segment is not translated, and others of its unit are; translate it, or take the targets of \
                          the whole unit out to leave its text as it is";
            self.faults.push(Fault::new(part.at, detail));
        }
        // A placeholder of a target may have its counterpart in any source of the unit.
        let sources: BTreeMap<String, PartnerField> = parts
            .iter()
            .flat_map(|part| &part.source.parts)
            .filter_map(|inline| match inline {
                Inline::Placeholder { id, field: Some(field), .. } => Some((id.clone(), *field)),
                _ => None,
            })
            .collect();
        let mut placed = BTreeMap::new();
        for (i, part) in parts.into_iter().enumerate() {
            let order = part.target.as_ref().and_then(|target| target.order).unwrap_or(i + 1);
            let content = match part.target {
                Some(target) => target.content,
                // What is between segments is the same in the target, unless it says otherwise.
                None if !part.segment => part.source,
                None => Content::default(),
            };
            if placed.insert(order, content).is_some() {
                self.faults
                    .push(Fault::new(part.at, format!("two segments have the place {order} in the target's order")));
            }
        }
        let mut text = String::new();
        for inline in placed.into_values().flat_map(|content| content.parts) {
            match inline {
                Inline::Text(piece) => text.push_str(&piece),
                Inline::Placeholder { at, id, field } => match field.or_else(|| sources.get(&id).copied()) {
                    Some(field) => text.push_str(field.placeholder()),
                    None => self.faults.push(Fault::new(
                        at,
                        format!("the placeholder <ph id=\"{}\"> is none of the source's; remove it", clip(&id)),
                    )),
                },
                Inline::Code { at, name } => self.faults.push(Fault::new(
                    at,
                    format!(
                        "<{name}> is a code that the source does not have; these texts have no formatting, so remove it"
                    ),
                )),
            }
        }
        (self.faults.len() == sound).then_some(text)
    }
}
