//! Drafts in the language that was asked for.

use whichlang::Lang;

use super::{Better, Count, Measure};

/// Shorter texts tell too little.
const LEAST_CHARS: usize = 50;

pub(super) const MEASURE: Measure = Measure {
    name: "language",
    means: "drafts whose free text is in the language asked for (whichlang, of 50 characters and more)",
    better: Better::More,
    reach: Some(0.99),
    count: |draft, _| {
        let text = draft
            .stretches()
            .collect::<Vec<_>>()
            .join(" ")
            .replace("{{product.name}}", "")
            .replace("{{partner.display_name}}", "");
        let asked = match draft.language() {
            "en" => Lang::Eng,
            "de" => Lang::Deu,
            "fr" => Lang::Fra,
            "es" => Lang::Spa,
            "it" => Lang::Ita,
            _ => return Count::NOTHING,
        };
        if text.chars().count() < LEAST_CHARS {
            return Count::NOTHING;
        }
        Count::one(whichlang::detect_language(&text) == asked)
    },
};
