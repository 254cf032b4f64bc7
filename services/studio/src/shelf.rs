//! Files onto the library's shelf: parsed, then written in place of what the same file brought before.

use std::collections::BTreeMap;

use countersign_domain::brand::Brand;
use countersign_library::import::with_product_keys;
use countersign_session::fault;
use countersign_store::{Actor, ImportCounts, NewPassage};
use countersign_web::problem::Problem;

use crate::state::Studio;

/// Files are kept by their names, so two of one name in an upload would withdraw each other's passages.
pub(crate) fn refuse_same_names<'a>(file_names: impl IntoIterator<Item = &'a str>) -> Result<(), Problem> {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for file_name in file_names {
        let name = tidy(file_name);
        if let Some(first) = seen.insert(name.clone(), file_name) {
            let detail = format!("`{first}` and `{file_name}` are both kept as `{name}`; rename one of them");
            return Err(Problem::invalid("Nothing was imported.").fault("/file", detail));
        }
    }
    Ok(())
}

/// Imports one file. Nothing of a refused file is kept.
pub(crate) async fn import(
    studio: &Studio,
    brand: &Brand,
    file_name: &str,
    bytes: axum::body::Bytes,
    actor: Actor,
) -> Result<ImportCounts, Problem> {
    let name = tidy(file_name);
    if name.is_empty() {
        return Err(Problem::invalid("The file has no name.").fault("/file", "name the file, such as approved.md"));
    }
    let file = name.clone();
    let parsed = tokio::task::spawn_blocking(move || countersign_library::import::parse(&file, &bytes))
        .await
        .map_err(|error| {
            tracing::error!(error = %error, "library.import.crashed");
            Problem::internal()
        })?
        .and_then(|passages| with_product_keys(brand, &name, passages))
        .map_err(|error| Problem::invalid("The file was not imported.").fault("/file", error))?;
    let passages: Vec<NewPassage> = parsed
        .into_iter()
        .map(|passage| NewPassage {
            product: passage.product,
            locale: passage.locale,
            market: passage.market,
            text: passage.text,
            source: passage.source,
            valid_from: passage.valid_from,
            valid_until: passage.valid_until,
        })
        .collect();
    studio.store.passages_replace_source(brand.id, &name, passages, actor).await.map_err(fault::of)
}

/// A file's own name: browsers and programs may send a path with it, and it is shown to people.
fn tidy(file_name: &str) -> String {
    let last = file_name.rsplit(['/', '\\']).next().unwrap_or("");
    last.chars().filter(|c| !c.is_control()).take(120).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    #[test]
    fn two_files_of_one_name_are_refused_and_both_named() {
        let problem = super::refuse_same_names(["en/guide.md", "faq.md", "de/guide.md"]).unwrap_err();
        let detail = &problem.errors[0].detail;
        assert!(detail.contains("`en/guide.md` and `de/guide.md`"), "{detail}");
        super::refuse_same_names(["guide.md", "guide.de.md"]).unwrap();
    }

    #[test]
    fn only_the_name_of_a_file_is_kept() {
        assert_eq!(super::tidy("C:\\Users\\me\\approved.md"), "approved.md");
        assert_eq!(super::tidy("../../etc/passwd"), "passwd");
        assert_eq!(super::tidy("a\u{0}b.md"), "ab.md");
    }
}
