//! What is checked: a content with everything that rules may ask about it.

use countersign_domain::brand::{BrandSheet, Formality, GlossaryEntry};
use countersign_domain::clock::Timestamp;
use countersign_domain::content::Content;
use countersign_domain::place::{Locale, Market};

use crate::place::Place;
use crate::terms::Terms;
use crate::view::fold;

/// One asset's content and what surrounds it. [`Subject::new`] makes one of which nothing more is known.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    pub content: &'a Content,
    pub place: Place<'a>,
    /// The template's slots, each with its count for the longest partner values.
    pub slots: &'a [SlotLimit],
    /// Locked texts that the template puts around the slots: a required text may stand there.
    pub locked: &'a [&'a str],
    /// What may be said: the bound sources, the brief, and product names.
    pub sources: &'a [Source<'a>],
    pub brand_terms: &'a BrandTerms,
    /// What the content was translated from.
    pub original: Option<Original<'a>>,
    /// How the brand addresses readers in this locale, where it says so.
    pub formality: Option<Formality>,
    /// Logos and texts as they are laid out; empty where nothing was measured.
    pub layout: &'a [Laid],
    /// Names of the metadata that are true of the asset, such as `ai_generated`; `None` where nothing is known of it.
    pub metadata: Option<&'a [&'a str]>,
}

impl<'a> Subject<'a> {
    /// Content at a place, with nothing around it.
    #[must_use]
    pub const fn new(content: &'a Content, place: Place<'a>, brand_terms: &'a BrandTerms) -> Self {
        Self {
            content,
            place,
            slots: &[],
            locked: &[],
            sources: &[],
            brand_terms,
            original: None,
            formality: None,
            layout: &[],
            metadata: None,
        }
    }
}

/// A text that statements may rest on.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// As bound references name it: `claim:KEY`, `passage:ID`, `message:brief.1`; empty for what has no name.
    pub id: &'a str,
    pub text: &'a str,
    pub kind: SourceKind,
    /// Where it may be said; everywhere when empty.
    pub markets: &'a [Market],
    /// The first instant at which its evidence no longer holds.
    pub until: Option<Timestamp>,
}

impl<'a> Source<'a> {
    /// A text that anybody may rest on, such as one of the brief.
    #[must_use]
    pub const fn of_brief(text: &'a str) -> Self {
        Self { id: "", text, kind: SourceKind::Brief, markets: &[], until: None }
    }

    /// Whether it may be said there and then.
    #[must_use]
    pub fn holds(&self, market: Option<Market>, at: Timestamp) -> bool {
        let here = market.is_none_or(|market| self.markets.is_empty() || self.markets.contains(&market));
        here && self.until.is_none_or(|until| at < until)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// A factual statement with evidence.
    Claim,
    Message,
    /// A sentence that was approved before.
    Passage,
    /// Audience, objective, product names and the like.
    #[default]
    Brief,
}

/// The text that a translation was made from.
#[derive(Clone, Copy, Debug)]
pub struct Original<'a> {
    pub content: &'a Content,
    pub locale: Option<&'a Locale>,
}

/// A logo or a text as it is laid out. What was not measured is `None`, and no rule speaks of it.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Laid {
    /// For messages: `the brand's logo`, `headline`.
    pub what: String,
    /// Free space on the narrowest side, and what the brand demands, in pixels.
    pub clear_space: Option<f64>,
    pub clear_space_wanted: Option<f64>,
    /// Drawn width, and the least that is allowed, in pixels.
    pub width: Option<f64>,
    pub min_width: Option<f64>,
    /// By how much the drawn aspect differs from the logo's own: 0.02 is 2 %.
    pub aspect_change: Option<f64>,
    /// Contrast with the ground, as WCAG 2.2 measures it: 4.5 is 4.5:1.
    pub contrast: Option<f64>,
    /// A large text (24 px, or 18.66 px bold) or a graphic, for which 3:1 is enough.
    pub large: bool,
}

/// A slot of the template and how long its text is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotLimit {
    pub name: String,
    pub unit: Unit,
    pub min: usize,
    pub max: usize,
    pub required: bool,
    /// The slot's length in `unit`, with the longest value that each partner reference can take. The caller counts,
    /// since counting is the channel's business.
    pub count: usize,
}

/// What a slot's length is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Graphemes,
    /// UTF-16 code units.
    Utf16,
    /// As X counts.
    Weighted,
    /// East Asian wide characters count two.
    DoubleWidth,
    Bytes,
    Words,
    /// Septets of the GSM 03.38 alphabet, as text messages are counted; UTF-16 units where a character is not in it.
    Gsm7,
}

impl Unit {
    pub(crate) const fn noun(self) -> &'static str {
        match self {
            Self::Graphemes => "characters",
            Self::Utf16 => "UTF-16 units",
            Self::Weighted => "characters as X counts them",
            Self::DoubleWidth => "columns (wide characters count two)",
            Self::Bytes => "bytes",
            Self::Words => "words",
            Self::Gsm7 => "characters of a text message",
        }
    }
}

/// A brand's own words, compiled once: what the built-in `brand.*` rules look for.
#[derive(Clone, Debug, Default)]
pub struct BrandTerms {
    pub(crate) forbidden: Option<Terms>,
    pub(crate) competitors: Option<Terms>,
    pub(crate) protected: Option<Terms>,
    /// The approved spellings, in the order of `protected`'s terms.
    pub(crate) spellings: Vec<String>,
    /// Each product's key and name.
    products: Vec<[String; 2]>,
    /// Terms of the glossary that stay as they are in every language.
    pub(crate) untranslated: Vec<String>,
    pub(crate) glossary: Vec<GlossaryEntry>,
}

impl BrandTerms {
    #[must_use]
    pub fn new(forbidden: &[String], competitors: &[String], protected: &[String]) -> Self {
        let spellings: Vec<String> = usable(protected);
        Self {
            forbidden: Terms::whole_words(&usable(forbidden)),
            competitors: Terms::whole_words(&usable(competitors)),
            protected: Terms::whole_words(&spellings),
            spellings,
            products: Vec::new(),
            untranslated: Vec::new(),
            glossary: Vec::new(),
        }
    }

    /// Of a brand: its forbidden terms and competitors; its products' names and protected names.
    #[must_use]
    pub fn of(sheet: &BrandSheet) -> Self {
        let names: Vec<String> = sheet
            .products
            .iter()
            .map(|product| product.name.clone())
            .chain(sheet.protected_names.iter().cloned())
            .collect();
        let products = sheet.products.iter().map(|product| [product.key.clone(), product.name.clone()]).collect();
        let kept = |entry: &&GlossaryEntry| entry.do_not_translate;
        let untranslated = sheet.glossary.iter().filter(kept).map(|entry| entry.term.clone()).collect::<Vec<_>>();
        let glossary = sheet.glossary.iter().filter(|entry| !entry.do_not_translate).cloned().collect();
        Self {
            products,
            untranslated: usable(&untranslated),
            glossary,
            ..Self::new(&sheet.forbidden_terms, &sheet.competitors, &names)
        }
    }

    /// Key and name of the product that is called `asked`; nothing for one that the brand does not list.
    pub(crate) fn names_of(&self, asked: Option<&str>) -> Vec<&str> {
        let Some(asked) = asked.map(str::to_lowercase) else { return Vec::new() };
        let product = self.products.iter().find(|names| names.iter().any(|name| name.to_lowercase() == asked));
        product.into_iter().flatten().map(String::as_str).collect()
    }
}

/// Terms that have something to find once case, composition and white space are folded.
fn usable(terms: &[String]) -> Vec<String> {
    terms.iter().filter(|term| !fold(term.trim(), true).text.trim().is_empty()).cloned().collect()
}
