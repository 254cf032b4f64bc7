//! What a draft's free text may not say, whatever the rules are.

use countersign_domain::brand::BrandSheet;

use crate::figures;

/// What free text never holds, whatever the rules say: the brand's forbidden terms, and figures in words.
pub(crate) fn never_written(sheet: &BrandSheet, language: &str) -> Vec<String> {
    let figures = figures::of_language(language).map(str::to_owned);
    sheet.forbidden_terms.iter().cloned().chain(figures).collect()
}

/// Names that come by reference only, or not at all: products, protected names and competitors.
pub(crate) fn names(sheet: &BrandSheet, product: &str, language: &str) -> Vec<String> {
    let products = sheet.products.iter().map(|product| product.name.as_str()).chain([product]);
    let names = products.chain(sheet.protected_names.iter().chain(&sheet.competitors).map(String::as_str));
    names.flat_map(|name| std::iter::once(name.to_owned()).chain(genitive(name, language))).collect()
}

/// A name as German inflects it: without an apostrophe, so that it is another word.
fn genitive(name: &str, language: &str) -> Option<String> {
    let name = name.trim();
    (language == "de" && name.ends_with(char::is_alphabetic)).then(|| format!("{name}s"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_barred_with_its_german_genitive() {
        let sheet = BrandSheet {
            protected_names: vec!["Halvard".into(), "N7".into()],
            competitors: vec!["Glacier".into()],
            ..BrandSheet::default()
        };
        assert_eq!(names(&sheet, "Fjord", "en"), ["Fjord", "Halvard", "N7", "Glacier"]);
        assert_eq!(
            names(&sheet, "Fjord", "de"),
            ["Fjord", "Fjords", "Halvard", "Halvards", "N7", "Glacier", "Glaciers"]
        );
    }

    #[test]
    fn figures_in_words_are_never_written() {
        for (language, word) in [("en", "twice"), ("en", "times faster"), ("de", "Prozent"), ("de", "märz")] {
            let terms = never_written(&BrandSheet::default(), language);
            assert!(terms.contains(&word.to_lowercase()), "{word}");
        }
    }
}
