//! Sample words of a template: what galleries show, and what layouts are tried with. Each is a slot's text, with partner
//! references where there may be some.

use std::collections::BTreeMap;

use countersign_released::content::{Content, SlotText};
use toml::Spanned;

use super::file::line_of;
use super::{Slot, TemplateError};
use crate::longest;

/// Reads one `sample/LANGUAGE.toml`. Required slots must be there, and none may be over its limit.
pub(super) fn read(file: &str, text: &str, slots: &[Slot]) -> Result<Content, TemplateError> {
    let table: BTreeMap<String, Spanned<String>> = toml::from_str(text).map_err(|error| {
        TemplateError::new(file, error.span().map(|span| line_of(text, span.start)), error.message().trim())
    })?;
    let mut content = Content::default();
    for (name, value) in table {
        let fault = |reason: String| TemplateError::new(file, Some(line_of(text, value.span().start)), reason);
        let slot = slots.iter().find(|slot| slot.name == name);
        let slot = slot.ok_or_else(|| fault(format!("there is no slot `{name}`")))?;
        let words = value.get_ref().trim();
        let parsed = SlotText::parse(words).map_err(|error| fault(format!("`{name}`: {error}")))?;
        let length = longest(&parsed, slot.limit.unit);
        if length > slot.limit.max || length < slot.limit.min {
            let (unit, min, max) = (slot.limit.unit, slot.limit.min, slot.limit.max);
            return Err(fault(format!("`{name}` is {length} long, with the longest partner; {min} to {max} {unit}")));
        }
        if words.contains('\n') && !slot.multiline {
            return Err(fault(format!("`{name}` has one line")));
        }
        content.slots.insert(name, parsed);
    }
    if let Some(missing) = slots.iter().find(|slot| slot.required && !content.slots.contains_key(&slot.name)) {
        return Err(TemplateError::new(file, None, format!("slot `{}` is missing", missing.name)));
    }
    Ok(content)
}
