//! `template.toml`: its fields as written, and what they must agree on. Unknown fields are refused; every error names
//! the file and the line.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use super::{Limit, Paragraph, Part, Piece, RefGroup, Shape, Slot, TemplateError, Unit, When};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TemplateFile {
    name: Spanned<String>,
    version: Spanned<u32>,
    channel: Spanned<String>,
    medium: Spanned<String>,
    title: Spanned<BTreeMap<String, String>>,
    slots: Vec<Spanned<SlotFile>>,
    pieces: BTreeMap<String, Spanned<PieceFile>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SlotFile {
    name: Spanned<String>,
    title: Spanned<BTreeMap<String, String>>,
    #[serde(default)]
    multiline: bool,
    #[serde(default = "yes")]
    required: bool,
    limit: Spanned<LimitFile>,
    draft: Vec<ParagraphFile>,
}

const fn yes() -> bool {
    true
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitFile {
    unit: Unit,
    min: usize,
    max: usize,
    shown: Option<usize>,
    #[serde(default)]
    notice: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ParagraphFile {
    #[serde(default)]
    when: When,
    parts: Vec<Spanned<PartFile>>,
}

/// Exactly one of the three is given.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartFile {
    piece: Option<String>,
    refs: Option<RefGroup>,
    bullets: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PieceFile {
    shape: Shape,
    min_chars: usize,
    max_chars: usize,
    #[serde(default)]
    max_sentences: usize,
    #[serde(default)]
    product: bool,
    #[serde(default)]
    partner: bool,
    #[serde(default)]
    when: When,
}

/// What `template.toml` says.
#[derive(Debug)]
pub(super) struct Shaped {
    pub(super) version: u32,
    pub(super) channel: String,
    pub(super) medium: String,
    pub(super) title: BTreeMap<String, String>,
    pub(super) slots: Vec<Slot>,
}

/// Reads `text` of `file`; `folder` is the name that the template must have.
pub(super) fn read(file: &str, folder: &str, text: &str) -> Result<Shaped, TemplateError> {
    let at = Place { file, text };
    let parsed: TemplateFile = toml::from_str(text).map_err(|error| {
        TemplateError::new(file, error.span().map(|span| line_of(text, span.start)), error.message().trim())
    })?;
    if parsed.name.get_ref() != folder {
        return Err(at.fault(parsed.name.span(), format!("name must be `{folder}`, as its folder is called")));
    }
    if *parsed.version.get_ref() == 0 {
        return Err(at.fault(parsed.version.span(), "version starts at 1"));
    }
    for field in [&parsed.channel, &parsed.medium] {
        if !is_name(field.get_ref()) {
            return Err(at.fault(field.span(), "must be lower-case letters, digits and `_`"));
        }
    }
    at.titled(&parsed.title)?;
    if parsed.slots.is_empty() {
        return Err(TemplateError::new(file, None, "a template needs at least one slot"));
    }
    let mut pieces = BTreeMap::new();
    for (name, piece) in parsed.pieces {
        let span = piece.span();
        pieces.insert(name.clone(), (at.piece(name, piece)?, span));
    }
    let mut used = BTreeSet::new();
    let mut slots: Vec<Slot> = Vec::new();
    for slot in parsed.slots {
        let span = slot.get_ref().name.span();
        let slot = at.slot(slot.into_inner(), &pieces, &mut used)?;
        if slots.iter().any(|other| other.name == slot.name) {
            return Err(at.fault(span, format!("there are two slots `{}`", slot.name)));
        }
        slots.push(slot);
    }
    if let Some((name, (_, span))) = pieces.iter().find(|(name, _)| !used.contains(*name)) {
        return Err(at.fault(span.clone(), format!("no slot uses the piece `{name}`")));
    }
    Ok(Shaped {
        version: parsed.version.into_inner(),
        channel: parsed.channel.into_inner(),
        medium: parsed.medium.into_inner(),
        title: parsed.title.into_inner(),
        slots,
    })
}

struct Place<'a> {
    file: &'a str,
    text: &'a str,
}

impl Place<'_> {
    fn fault(&self, span: Range<usize>, reason: impl Into<String>) -> TemplateError {
        TemplateError::new(self.file, Some(line_of(self.text, span.start)), reason)
    }

    fn titled(&self, title: &Spanned<BTreeMap<String, String>>) -> Result<(), TemplateError> {
        if title.get_ref().contains_key("en") { Ok(()) } else { Err(self.fault(title.span(), "title needs `en`")) }
    }

    fn piece(&self, name: String, piece: Spanned<PieceFile>) -> Result<Piece, TemplateError> {
        let span = piece.span();
        let PieceFile { shape, min_chars, max_chars, max_sentences, product, partner, when } = piece.into_inner();
        if min_chars == 0 || min_chars > max_chars {
            return Err(self.fault(span, format!("piece `{name}`: 1 <= min_chars <= max_chars must hold")));
        }
        if (shape == Shape::Sentences) != (max_sentences > 0) {
            return Err(self
                .fault(span, format!("piece `{name}`: max_sentences belongs to shape `sentences`, and to no other")));
        }
        Ok(Piece { name, shape, min_chars, max_chars, max_sentences, product, partner, when })
    }

    fn slot(
        &self,
        slot: SlotFile,
        pieces: &BTreeMap<String, (Piece, Range<usize>)>,
        used: &mut BTreeSet<String>,
    ) -> Result<Slot, TemplateError> {
        let (name, span) = (slot.name.get_ref().clone(), slot.name.span());
        if !is_name(&name) {
            return Err(self.fault(span, "a slot's name is lower-case letters, digits and `_`"));
        }
        self.titled(&slot.title)?;
        let limit_span = slot.limit.span();
        let LimitFile { unit, min, max, shown, notice } = slot.limit.into_inner();
        if min > max || max == 0 || shown.is_some_and(|shown| shown == 0) {
            return Err(self.fault(limit_span, format!("slot `{name}`: the limit must have min <= max and shown > 0")));
        }
        let paragraphs = slot.draft.len();
        if paragraphs == 0 || (paragraphs > 1 && !slot.multiline) {
            return Err(self.fault(span, format!("slot `{name}`: one paragraph, or `multiline = true` for more")));
        }
        let mut draft = Vec::with_capacity(paragraphs);
        for paragraph in slot.draft {
            let parts = paragraph.parts.into_iter().map(|part| self.part(part, pieces, used));
            draft.push(Paragraph { when: paragraph.when, parts: parts.collect::<Result<_, _>>()? });
        }
        Ok(Slot {
            name,
            title: slot.title.into_inner(),
            multiline: slot.multiline,
            required: slot.required,
            limit: Limit { unit, min, max, shown, notice },
            draft,
        })
    }

    fn part(
        &self,
        part: Spanned<PartFile>,
        pieces: &BTreeMap<String, (Piece, Range<usize>)>,
        used: &mut BTreeSet<String>,
    ) -> Result<Part, TemplateError> {
        let span = part.span();
        match part.into_inner() {
            PartFile { piece: Some(name), refs: None, bullets: None } => {
                let (piece, _) =
                    pieces.get(&name).ok_or_else(|| self.fault(span, format!("there is no piece `{name}`")))?;
                used.insert(name);
                Ok(Part::Piece(piece.clone()))
            }
            PartFile { piece: None, refs: Some(group), bullets: None } => Ok(Part::Refs(group)),
            PartFile { piece: None, refs: None, bullets: Some(true) } => Ok(Part::Bullets),
            _ => Err(self.fault(span, "a part is one of { piece = \"…\" }, { refs = \"…\" } and { bullets = true }")),
        }
    }
}

pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 40
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// The line, from 1, of a byte of a text.
pub(super) fn line_of(text: &str, byte: usize) -> usize {
    text.as_bytes().iter().take(byte).filter(|b| **b == b'\n').count() + 1
}
