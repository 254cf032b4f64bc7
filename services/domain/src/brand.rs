//! A brand: products, trademarks, words to keep out, and what of it shows.

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::id::BrandId;
use crate::release::BrandIdentity;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brand {
    pub id: BrandId,
    /// Short name in URLs, briefs and files.
    pub slug: String,
    pub sheet: BrandSheet,
}

/// What a vendor says of its brand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BrandSheet {
    pub identity: BrandIdentity,
    /// How the brand speaks, in a sentence or two; given to models that read instructions.
    pub voice: String,
    pub products: Vec<Product>,
    /// Names that only references may write into a draft, besides the products'.
    pub protected_names: Vec<String>,
    pub competitors: Vec<String>,
    /// Words that no asset of the brand may hold.
    pub forbidden_terms: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    pub key: String,
    pub name: String,
    #[serde(default)]
    pub summary: String,
}

impl Brand {
    /// The product that a brief means by key or by name; case does not matter.
    #[must_use]
    pub fn product(&self, asked: &str) -> Option<&Product> {
        let same = |text: &str| text.eq_ignore_ascii_case(asked) || text.to_lowercase() == asked.to_lowercase();
        self.sheet.products.iter().find(|product| same(&product.key) || same(&product.name))
    }

    /// Identifies this wording of the brand, for prompts and caches.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of_json(&self.sheet)
    }
}
