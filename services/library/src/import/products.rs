//! Products of passages by their keys: whoever writes a file may name a product as people do, and it is found by its key.

use countersign_domain::brand::Brand;

use super::{ImportError, ParsedPassage};

/// The passages of `file` with the key of each product in place of what the file calls it, key or name in any case.
///
/// # Errors
/// The file and the line of a product that the brand does not have: no draft would ever find its passages.
pub fn with_product_keys(
    brand: &Brand,
    file: &str,
    mut passages: Vec<ParsedPassage>,
) -> Result<Vec<ParsedPassage>, ImportError> {
    for passage in passages.iter_mut().filter(|passage| !passage.product.is_empty()) {
        let Some(product) = brand.product(&passage.product) else {
            let reason = format!("the brand has no product `{}`; {}", passage.product, advice(brand));
            return Err(ImportError::new(file, passage.scope_line, reason));
        };
        passage.product.clone_from(&product.key);
    }
    Ok(passages)
}

fn advice(brand: &Brand) -> String {
    let known: Vec<&str> = brand.sheet.products.iter().map(|product| product.key.as_str()).collect();
    if known.is_empty() {
        return "it lists none: add it to the brand first, or leave `product` out".to_owned();
    }
    format!("name one of {}, or leave `product` out for the brand as a whole", known.join(", "))
}

#[cfg(test)]
mod tests {
    use countersign_domain::brand::{BrandSheet, Product};
    use countersign_domain::clock::Timestamp;
    use countersign_domain::id::{BrandId, CountingIds};

    use super::*;
    use crate::import::parse;

    fn brand(products: &[(&str, &str)]) -> Brand {
        let product = |(key, name): &(&str, &str)| Product {
            key: (*key).to_owned(),
            name: (*name).to_owned(),
            summary: String::new(),
        };
        let sheet = BrandSheet { products: products.iter().map(product).collect(), ..BrandSheet::default() };
        Brand { id: BrandId::new(&CountingIds::default(), Timestamp::from_micros(0)), slug: "b".into(), sheet }
    }

    fn import(brand: &Brand, file: &str, text: &str) -> Result<Vec<String>, String> {
        let passages = parse(file, text.as_bytes()).unwrap();
        let passages = with_product_keys(brand, file, passages).map_err(|error| error.to_string())?;
        Ok(passages.into_iter().map(|passage| passage.product).collect())
    }

    #[test]
    fn a_product_named_as_people_do_is_found_by_its_key() {
        let brand = brand(&[("vault", "Halvard Vault")]);
        let lines = "{\"text\":\"One.\",\"locale\":\"en\",\"product\":\"halvard VAULT\"}\n{\"text\":\"Two.\",\"locale\":\"en\"}\n";
        assert_eq!(import(&brand, "a.jsonl", lines).unwrap(), ["vault", ""]);
        let page = "---\nlocale: en\nproduct: Halvard Vault\n---\nOne.\n";
        assert_eq!(import(&brand, "a.md", page).unwrap(), ["vault"]);
    }

    #[test]
    fn an_unknown_product_is_refused_with_its_line() {
        let page = "---\nlocale: en\nproduct: vualt\n---\nOne.\n";
        let error = import(&brand(&[("vault", "Halvard Vault"), ("pulse", "Pulse")]), "a.md", page).unwrap_err();
        assert_eq!(
            error,
            "a.md:3: the brand has no product `vualt`; name one of vault, pulse, or leave `product` out for the brand as a whole"
        );
        let line = "\n{\"text\":\"One.\",\"locale\":\"en\",\"product\":\"x\"}\n";
        let error = import(&brand(&[]), "a.jsonl", line).unwrap_err();
        assert!(error.starts_with("a.jsonl:2: the brand has no product `x`; it lists none"), "{error}");
    }
}
