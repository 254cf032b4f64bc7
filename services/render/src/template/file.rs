//! `template.toml`: its fields as written, and what they must agree on. Unknown fields are refused; every error names
//! the file and the line.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use super::known::KNOWN_PIECES;
use super::layout::{self, Layout, LayoutFile};
use super::{Limit, Paragraph, Part, Piece, RefGroup, Shape, Slot, TemplateError, Text, Unit, When, in_language};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TemplateFile {
    name: Spanned<String>,
    version: Spanned<u32>,
    channel: Spanned<String>,
    medium: Spanned<String>,
    title: Spanned<BTreeMap<String, String>>,
    #[serde(default)]
    description: BTreeMap<String, String>,
    #[serde(default)]
    parts: Vec<Spanned<TextFile>>,
    slots: Vec<Spanned<SlotFile>>,
    #[serde(default)]
    pieces: BTreeMap<String, Spanned<PieceFile>>,
    #[serde(default)]
    layouts: Vec<Spanned<LayoutFile>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TextFile {
    name: Spanned<String>,
    title: Spanned<BTreeMap<String, String>>,
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
    #[serde(default)]
    guide: String,
    /// Templates of former versions say it of a slot; now a piece does.
    #[serde(default, rename = "like")]
    _like: Option<String>,
    from: Option<Spanned<String>>,
    /// The texts that each have such a slot.
    #[serde(default)]
    parts: Vec<Spanned<String>>,
    #[serde(default)]
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
    like: Option<Spanned<String>>,
}

/// What `template.toml` says.
#[derive(Debug)]
pub(super) struct Shaped {
    pub(super) version: u32,
    pub(super) channel: String,
    pub(super) medium: String,
    pub(super) title: BTreeMap<String, String>,
    pub(super) description: BTreeMap<String, String>,
    pub(super) texts: Vec<Text>,
    pub(super) slots: Vec<Slot>,
    pub(super) layouts: Vec<Layout>,
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
    let texts = at.texts(parsed.parts)?;
    let mut pieces = BTreeMap::new();
    for (name, piece) in parsed.pieces {
        let span = piece.span();
        pieces.insert(name.clone(), (at.piece(name, piece)?, span));
    }
    let mut used = BTreeSet::new();
    let mut slots: Vec<Slot> = Vec::new();
    for slot in parsed.slots {
        let span = slot.get_ref().name.span();
        for slot in at.slot(slot.into_inner(), &texts, &pieces, &mut used)? {
            if slots.iter().any(|other| other.name == slot.name) {
                return Err(at.fault(span, format!("there are two slots `{}`", slot.name)));
            }
            slots.push(slot);
        }
    }
    if let Some(text) = texts.iter().find(|text| slots.iter().all(|slot| slot.text.as_ref() != Some(&text.name))) {
        return Err(TemplateError::new(file, None, format!("no slot is of the part `{}`", text.name)));
    }
    // What is drafted together stands together, in the order of the parts.
    slots.sort_by_key(|slot| texts.iter().position(|text| slot.text.as_ref() == Some(&text.name)));
    if let Some((name, (_, span))) = pieces.iter().find(|(name, _)| !used.contains(*name)) {
        return Err(at.fault(span.clone(), format!("no slot uses the piece `{name}`")));
    }
    let layouts = layout::read(&at, parsed.layouts, &texts)?;
    Ok(Shaped {
        version: parsed.version.into_inner(),
        channel: parsed.channel.into_inner(),
        medium: parsed.medium.into_inner(),
        title: parsed.title.into_inner(),
        description: parsed.description,
        texts,
        slots,
        layouts,
    })
}

/// A file that is being read, for the lines of its mistakes.
pub(super) struct Place<'a> {
    file: &'a str,
    text: &'a str,
}

impl Place<'_> {
    pub(super) fn fault(&self, span: Range<usize>, reason: impl Into<String>) -> TemplateError {
        TemplateError::new(self.file, Some(line_of(self.text, span.start)), reason)
    }

    pub(super) fn titled(&self, title: &Spanned<BTreeMap<String, String>>) -> Result<(), TemplateError> {
        if title.get_ref().contains_key("en") { Ok(()) } else { Err(self.fault(title.span(), "title needs `en`")) }
    }

    fn piece(&self, name: String, piece: Spanned<PieceFile>) -> Result<Piece, TemplateError> {
        let span = piece.span();
        let PieceFile { shape, min_chars, max_chars, max_sentences, product, partner, when, like } = piece.into_inner();
        if min_chars == 0 || min_chars > max_chars {
            return Err(self.fault(span, format!("piece `{name}`: 1 <= min_chars <= max_chars must hold")));
        }
        if (shape == Shape::Sentences) != (max_sentences > 0) {
            return Err(self
                .fault(span, format!("piece `{name}`: max_sentences belongs to shape `sentences`, and to no other")));
        }
        let like = self.like(&name, like, shape)?;
        Ok(Piece { name, shape, min_chars, max_chars, max_sentences, product, partner, when, like })
    }

    fn texts(&self, parts: Vec<Spanned<TextFile>>) -> Result<Vec<Text>, TemplateError> {
        let mut texts: Vec<Text> = Vec::new();
        for part in parts {
            let TextFile { name, title } = part.into_inner();
            if !is_name(name.get_ref()) {
                return Err(self.fault(name.span(), "a part's name is lower-case letters, digits and `_`"));
            }
            if texts.iter().any(|text| text.name == *name.get_ref()) {
                return Err(self.fault(name.span(), format!("there are two parts `{}`", name.get_ref())));
            }
            self.titled(&title)?;
            texts.push(Text { name: name.into_inner(), title: title.into_inner() });
        }
        Ok(texts)
    }

    /// A slot, or one for each part that has such a one.
    fn slot(
        &self,
        slot: SlotFile,
        texts: &[Text],
        pieces: &BTreeMap<String, (Piece, Range<usize>)>,
        used: &mut BTreeSet<String>,
    ) -> Result<Vec<Slot>, TemplateError> {
        let (name, span) = (slot.name.get_ref().clone(), slot.name.span());
        if !is_name(&name.replacen(HOLE, "x", 1)) || (name.contains(HOLE) && slot.parts.is_empty()) {
            let reason =
                "a slot's name is lower-case letters, digits and `_`; `{part}` in it stands for one of `parts`";
            return Err(self.fault(span, reason));
        }
        if slot.parts.is_empty() && !texts.is_empty() {
            let reason = format!("slot `{name}`: say which `parts` have it; this template has parts");
            return Err(self.fault(span, reason));
        }
        self.titled(&slot.title)?;
        let limit_span = slot.limit.span();
        let LimitFile { unit, min, max, shown, notice } = slot.limit.into_inner();
        if min > max || max == 0 || shown.is_some_and(|shown| shown == 0) {
            return Err(self.fault(limit_span, format!("slot `{name}`: the limit must have min <= max and shown > 0")));
        }
        let paragraphs = slot.draft.len();
        let from = slot.from.map(|from| self.value(from)).transpose()?;
        if from.is_some() != (paragraphs == 0) {
            let reason = format!("slot `{name}`: either `draft`, or `from` with a value of the brief");
            return Err(self.fault(span, reason));
        }
        if paragraphs > 1 && !slot.multiline {
            return Err(self.fault(span, format!("slot `{name}`: one paragraph, or `multiline = true` for more")));
        }
        let mut draft = Vec::with_capacity(paragraphs);
        for paragraph in slot.draft {
            let parts = paragraph.parts.into_iter().map(|part| self.part(part, pieces, used));
            draft.push(Paragraph { when: paragraph.when, parts: parts.collect::<Result<_, _>>()? });
        }
        let mut whole = Slot {
            name: name.clone(),
            short: name.clone(),
            text: None,
            title: slot.title.into_inner(),
            guide: slot.guide,
            from,
            multiline: slot.multiline,
            required: slot.required,
            limit: Limit { unit, min, max, shown, notice },
            draft,
        };
        if slot.parts.is_empty() {
            return Ok(vec![whole]);
        }
        whole.short = name.replacen(HOLE, "", 1).trim_matches('_').to_owned();
        let mut slots = Vec::new();
        for part in slot.parts {
            let Some(text) = texts.iter().find(|text| text.name == *part.get_ref()) else {
                return Err(self.fault(part.span(), format!("there is no part `{}`", part.get_ref())));
            };
            let full = if name.contains(HOLE) { name.clone() } else { format!("{HOLE}_{name}") };
            let titled = |(language, title): (&String, &String)| {
                let of = in_language(&text.title, language).unwrap_or(&text.name);
                (language.clone(), format!("{of}: {title}"))
            };
            slots.push(Slot {
                name: full.replacen(HOLE, &text.name, 1),
                text: Some(text.name.clone()),
                title: whole.title.iter().map(titled).collect(),
                ..whole.clone()
            });
        }
        Ok(slots)
    }

    fn value(&self, from: Spanned<String>) -> Result<String, TemplateError> {
        let (kind, name) = from.get_ref().split_once('.').unwrap_or_default();
        if VALUES.contains(&kind) && is_name(name) {
            return Ok(from.into_inner());
        }
        let kinds = VALUES.join(", ");
        Err(self.fault(from.span(), format!("`from` is KIND.NAME, such as date.event; kinds are {kinds}")))
    }

    /// What small models know the piece as: as it says, by its own name, or by its shape.
    fn like(&self, name: &str, like: Option<Spanned<String>>, shape: Shape) -> Result<String, TemplateError> {
        match like {
            Some(like) if KNOWN_PIECES.contains(&like.get_ref().as_str()) => Ok(like.into_inner()),
            Some(like) => Err(self.fault(like.span(), format!("`like` is one of {}", KNOWN_PIECES.join(", ")))),
            None if KNOWN_PIECES.contains(&name) => Ok(name.to_owned()),
            None => Ok(shape.known_piece().to_owned()),
        }
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

/// Stands for the part in a slot's name.
const HOLE: &str = "{part}";

/// The kinds of a brief's values.
const VALUES: [&str; 8] = ["date", "time", "duration", "price", "number", "list", "link", "text"];

pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 40
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// The line, from 1, of a byte of a text.
pub(super) fn line_of(text: &str, byte: usize) -> usize {
    text.as_bytes().iter().take(byte).filter(|b| **b == b'\n').count() + 1
}
