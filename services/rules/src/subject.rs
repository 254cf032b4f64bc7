//! What is checked: a content with everything that rules may ask about it.

use countersign_domain::brand::BrandSheet;
use countersign_domain::content::Content;

use crate::place::Place;
use crate::terms::Terms;
use crate::view::fold;

/// One asset's content and what surrounds it.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    pub content: &'a Content,
    pub place: Place<'a>,
    /// The template's slots, each with its count for the longest partner values.
    pub slots: &'a [SlotLimit],
    /// Locked texts that the template puts around the slots: a required text may stand there.
    pub locked: &'a [&'a str],
    /// Texts of the bound sources, the brief, and product names: where numbers may come from.
    pub sources: &'a [&'a str],
    pub brand_terms: &'a BrandTerms,
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
        Self { products, ..Self::new(&sheet.forbidden_terms, &sheet.competitors, &names) }
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
