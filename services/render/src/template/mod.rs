//! Templates: the shape of each asset type, as data. Its slots with their limits, the paragraphs that a draft of a slot
//! is made of, its locked texts and its layouts.
//!
//! Nothing here knows a single asset type by name. Start at [`Template`]; `file` reads `template.toml`, `load` reads a
//! folder, `locked` the texts that nobody drafts.

mod file;
mod known;
mod layout;
mod load;
mod locked;
mod sample;
mod touches;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use countersign_released::content::Content;
use countersign_released::release::Context;
use minijinja::Environment;

use crate::{Format, count};

pub use known::KNOWN_PIECES;
pub use layout::Layout;
pub(crate) use layout::{Html, Markup, Picture};
pub(crate) use locked::{Hole, LockedText};
pub(crate) use touches::Touches;

/// All asset types that are known: the current edition of each, and former ones that something was approved in.
///
/// What was approved is rendered with the very files that it was approved with: a context names its edition by
/// [`Template::tag`], which holds a digest of them. Clones share what they learn.
#[derive(Clone, Debug)]
pub struct Templates {
    types: Arc<BTreeMap<String, Arc<Template>>>,
    former: Arc<RwLock<BTreeMap<String, Arc<Template>>>>,
}

impl Templates {
    /// The templates that are built in. They are tried out by their tests.
    pub fn embedded() -> Result<Self, TemplateError> {
        Self::from_sources(load::embedded()?, &[])
    }

    /// The templates that are built in, tried out.
    pub fn tried() -> Result<Self, TemplateError> {
        let sources = load::embedded()?;
        let names = sources.names();
        Self::from_sources(sources, &names)
    }

    /// The built-in templates and those of `dir`, a folder of the same layout. A type there replaces the built-in one
    /// of the same name as a whole. Each is rendered with samples in all its languages, so that a broken layout is found
    /// before anybody waits for it.
    pub fn load(dir: &Path) -> Result<Self, TemplateError> {
        let (mut sources, own) = (load::embedded()?, load::folder(dir)?);
        let names = own.names();
        sources.extend(own);
        Self::from_sources(sources, &names)
    }

    /// The templates of `dir` alone, tried out. Shared files that are built in may be used.
    pub fn only(dir: &Path) -> Result<Self, TemplateError> {
        let own = load::folder(dir)?;
        let names = own.names();
        if names.is_empty() {
            return Err(TemplateError::new(dir.display().to_string(), None, "holds no folder of a template"));
        }
        let mut sources = load::embedded()?;
        sources.extend(own);
        let mut templates = Self::from_sources(sources, &names)?;
        templates.types = Arc::new(
            templates
                .types
                .iter()
                .filter(|(name, _)| names.contains(name))
                .map(|(n, t)| (n.clone(), Arc::clone(t)))
                .collect(),
        );
        Ok(templates)
    }

    /// The current edition.
    #[must_use]
    pub fn get(&self, asset_type: &str) -> Option<&Template> {
        self.types.get(asset_type).map(Arc::as_ref)
    }

    /// The edition that a context names by its tag, current or former.
    #[must_use]
    pub fn edition(&self, asset_type: &str, tag: &str) -> Option<Arc<Template>> {
        match self.types.get(asset_type) {
            Some(current) if current.tag() == tag => Some(Arc::clone(current)),
            _ => {
                let former = self.former.read().unwrap_or_else(PoisonError::into_inner);
                former.get(tag).filter(|template| template.name == asset_type).cloned()
            }
        }
    }

    /// Learns an edition by the files that were kept of it. They must be those that its tag names.
    pub fn learn(&self, name: &str, tag: &str, files: BTreeMap<String, String>) -> Result<(), TemplateError> {
        if self.edition(name, tag).is_some() {
            return Ok(());
        }
        let template = load::compile(name, files)?;
        if template.tag() != tag {
            let reason = format!("the files that were kept of {tag} are those of {}", template.tag());
            return Err(TemplateError::new(name, None, reason));
        }
        let mut former = self.former.write().unwrap_or_else(PoisonError::into_inner);
        former.insert(tag.to_owned(), Arc::new(template));
        Ok(())
    }

    /// In order of name.
    pub fn iter(&self) -> impl Iterator<Item = &Template> {
        self.types.values().map(Arc::as_ref)
    }
}

/// The shape of one asset type.
#[derive(Clone, Debug)]
pub struct Template {
    pub name: String,
    pub version: u32,
    pub channel: String,
    /// By language; always has `en`.
    pub title: BTreeMap<String, String>,
    /// What it is, in a sentence; by language, and may be empty.
    pub description: BTreeMap<String, String>,
    /// The texts that it is made of, each drafted by itself; empty where all slots are of one.
    pub texts: Vec<Text>,
    /// In the order of their texts.
    pub slots: Vec<Slot>,
    /// What it makes; at least one.
    pub layouts: Vec<Layout>,
    /// What links say of where they were (`utm_medium`): `email`, `social`.
    pub medium: String,
    /// Whether its HTML and its text print the market's legal notice. Read from the layouts, so that nobody can say of a
    /// template what it does not do.
    pub prints_notice: bool,
    /// Locked texts by locale or language, each by name.
    pub(crate) locked: BTreeMap<String, BTreeMap<String, LockedText>>,
    /// Sample words by language or locale, each by slot.
    pub(crate) samples: BTreeMap<String, Content>,
    /// All its files by path, to be kept with what was approved in it.
    pub(crate) files: Arc<BTreeMap<String, String>>,
    /// The start of the digest of `files`.
    pub(crate) edition: String,
    /// Its files as the template engine has them, by name.
    pub(crate) engine: Arc<Environment<'static>>,
    /// What of a partner each layout's file shows.
    pub(crate) touches: BTreeMap<String, Touches>,
}

/// One of the texts that a template is made of, such as the second email of three.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub name: String,
    /// By language; always has `en`.
    pub title: BTreeMap<String, String>,
}

impl Template {
    /// `email@1+0f3c5a7e9b1d2c4f`: the version that its author gave it, and the start of its files' digest, so that a
    /// changed layout or locked text is another edition whether its number was raised or not.
    #[must_use]
    pub fn tag(&self) -> String {
        format!("{}@{}+{}", self.name, self.version, self.edition)
    }

    /// Its files by path, for [`Templates::learn`].
    #[must_use]
    pub fn files(&self) -> &BTreeMap<String, String> {
        &self.files
    }

    #[must_use]
    pub fn slot(&self, name: &str) -> Option<&Slot> {
        self.slots.iter().find(|slot| slot.name == name)
    }

    /// The template as it is in `context`: where the market's notice is part of the same text as a slot, the slot's limit
    /// is what the notice leaves of it. Asking again changes nothing.
    #[must_use]
    pub fn in_context(&self, context: &Context) -> Self {
        let mut template = self.clone();
        for slot in &mut template.slots {
            if std::mem::take(&mut slot.limit.notice)
                && let Some(notice) = notice(context)
            {
                let taken = count(slot.limit.unit, notice) + BLANK_LINE;
                slot.limit.max = slot.limit.max.saturating_sub(taken);
            }
        }
        template
    }

    /// The title for people who read `locale` (a BCP 47 tag); English where there is none in their language.
    #[must_use]
    pub fn title(&self, locale: &str) -> &str {
        in_language(&self.title, locale).unwrap_or(&self.name)
    }

    /// What it is, for people who read `locale`.
    #[must_use]
    pub fn description(&self, locale: &str) -> &str {
        in_language(&self.description, locale).unwrap_or_default()
    }

    #[must_use]
    pub fn layout(&self, name: &str) -> Option<&Layout> {
        self.layouts.iter().find(|layout| layout.name == name)
    }

    /// Every format in which it can be had.
    #[must_use]
    pub fn formats(&self) -> Vec<Format> {
        let of_layouts: Vec<Format> = self.layouts.iter().flat_map(Layout::formats).collect();
        let has = |format: Format| match format {
            Format::Html => of_layouts.iter().any(|format| *format != Format::Text),
            Format::Json | Format::Zip => true,
            other => of_layouts.contains(&other),
        };
        Format::ALL.into_iter().filter(|format| has(*format)).collect()
    }

    /// The slots of one text, in order; all of them where the template has only one.
    pub fn slots_of<'a>(&'a self, text: Option<&'a str>) -> impl Iterator<Item = &'a Slot> {
        self.slots.iter().filter(move |slot| slot.text.as_deref() == text)
    }

    /// Sample words in the language of `locale`, where the template has them.
    #[must_use]
    pub fn sample(&self, locale: &str) -> Option<&Content> {
        let language = locale.split('-').next().unwrap_or(locale);
        self.samples.get(locale).or_else(|| self.samples.get(language))
    }

    /// The languages and locales in which this asset type can be rendered.
    pub fn locales(&self) -> impl Iterator<Item = &str> {
        self.locked.keys().map(String::as_str)
    }
}

/// One field of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    pub name: String,
    /// Its name within its text: `subject` of `first_subject`.
    pub short: String,
    /// The text that it is of, where the template has several.
    pub text: Option<String>,
    /// By language; always has `en`.
    pub title: BTreeMap<String, String>,
    /// What it is for, in a sentence, for models that read instructions; may be empty.
    pub guide: String,
    /// The value of the brief that it shows, such as `date.event`; then nobody drafts it.
    pub from: Option<String>,
    /// Whether it has paragraphs; a slot that has none is one line.
    pub multiline: bool,
    pub required: bool,
    pub limit: Limit,
    /// What a draft of it is made of, in order. Paragraphs are parted by a blank line.
    pub draft: Vec<Paragraph>,
}

impl Text {
    /// As [`Template::title`].
    #[must_use]
    pub fn title(&self, locale: &str) -> &str {
        in_language(&self.title, locale).unwrap_or(&self.name)
    }
}

impl Slot {
    /// As [`Template::title`].
    #[must_use]
    pub fn title(&self, locale: &str) -> &str {
        in_language(&self.title, locale).unwrap_or(&self.name)
    }
}

/// The legal notice of the context's market; `None` where the brand gives none.
#[must_use]
pub fn notice(context: &Context) -> Option<&str> {
    context.brand.legal.get(context.market.as_str()).map(|text| text.trim()).filter(|text| !text.is_empty())
}

/// What parts a notice from the text beside it.
const BLANK_LINE: usize = 2;

fn in_language<'a>(titles: &'a BTreeMap<String, String>, locale: &str) -> Option<&'a str> {
    let language = locale.split('-').next().unwrap_or(locale);
    [locale, language, "en"].into_iter().find_map(|key| titles.get(key)).map(String::as_str)
}

/// How long a slot may be, for the longest value that each reference in it can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    pub unit: Unit,
    pub min: usize,
    pub max: usize,
    /// What a client shows before it cuts.
    pub shown: Option<usize>,
    /// Whether the channel counts the market's notice against it; see [`Template::in_context`].
    pub notice: bool,
}

/// How a channel counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// User-perceived characters (UAX #29).
    Graphemes,
    /// UTF-16 code units.
    Utf16,
    /// X's weighted count.
    Weighted,
    /// East Asian wide and full-width characters count 2 (UAX #11).
    DoubleWidth,
    /// Of UTF-8.
    Bytes,
    /// Words (UAX #29).
    Words,
}

/// One paragraph of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paragraph {
    pub when: When,
    pub parts: Vec<Part>,
}

/// Whether a part of a draft is there, by what the brief and the library gave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    #[default]
    Always,
    /// A claim or a passage in sentence form is there.
    Claims,
    /// A message or a claim in phrase form is there.
    Phrases,
    /// Anything in sentence form is there: a message, a claim or a passage.
    Sources,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Free text that the model writes.
    Piece(Piece),
    /// References, put in by the decoder.
    Refs(RefGroup),
    /// Every phrase-form reference, one a line that starts with `- `.
    Bullets,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefGroup {
    /// All messages in sentence form.
    Messages,
    /// All claims and passages in sentence form.
    Claims,
    /// One reference in sentence form, of any kind.
    One,
}

/// Free text of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub name: String,
    pub shape: Shape,
    /// In Unicode scalar values, with references counted at what they stand for.
    pub min_chars: usize,
    pub max_chars: usize,
    /// 0 for a shape that has no sentences.
    pub max_sentences: usize,
    /// Whether it may hold `{{product.name}}`.
    pub product: bool,
    /// Whether it may hold `{{partner.display_name}}`.
    pub partner: bool,
    pub when: When,
    /// The one of [`KNOWN_PIECES`] that small models write it as.
    pub like: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// No final mark, except `?`.
    Line,
    /// Whole sentences, each with its final mark.
    Sentences,
    /// One clause that ends with a colon.
    Lead,
    /// A few words without a final mark.
    Label,
}

/// What is wrong with a template, and where.
#[derive(Debug, thiserror::Error)]
#[error("{file}{}: {reason}", line.map(|line| format!(":{line}")).unwrap_or_default())]
pub struct TemplateError {
    /// The file, from the folder of templates.
    pub file: String,
    /// From 1, where it is known.
    pub line: Option<usize>,
    pub reason: String,
}

impl TemplateError {
    pub(crate) fn new(file: impl Into<String>, line: Option<usize>, reason: impl Into<String>) -> Self {
        Self { file: file.into(), line, reason: reason.into() }
    }
}

#[cfg(test)]
mod tests;
