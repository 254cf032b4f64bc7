//! `/library`: claims and passages that drafts may draw on, and the import of more.

use std::collections::BTreeMap;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use countersign_domain::brand::Brand;
use countersign_domain::library::Passage;
use countersign_session::cookies::Flash;
use countersign_session::ui::go;
use countersign_session::{OnPage, PageParts, fault};
use countersign_store::Actor;
use countersign_web::problem::Problem;
use serde::{Deserialize, Serialize};

use crate::state::Studio;
use crate::when::When;
use crate::{access, brands, shelf};

/// Passages that are shown of one file; the rest is counted.
const SHOWN: usize = 50;

#[derive(Serialize)]
pub(super) struct Library {
    pub brand: String,
    pub brand_name: String,
    pub brands: Vec<(String, String)>,
    pub claims: Vec<ClaimRow>,
    pub files: Vec<File>,
    pub passages: usize,
    pub may_import: bool,
    pub fault: Option<String>,
}

#[derive(Serialize)]
pub(super) struct ClaimRow {
    pub key: String,
    pub product: String,
    /// Language tag (empty for a plain wording) and text.
    pub texts: Vec<(String, String)>,
    pub evidence: String,
    pub markets: Vec<String>,
    pub expires: Option<When>,
    pub expired: bool,
}

/// The passages that one file brought.
#[derive(Serialize)]
pub(super) struct File {
    pub name: String,
    pub count: usize,
    pub passages: Vec<PassageRow>,
}

#[derive(Serialize)]
pub(super) struct PassageRow {
    pub text: String,
    pub heading: String,
    pub locale: String,
    pub market: String,
    pub product: String,
    pub until: Option<When>,
}

#[derive(Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    brand: String,
}

/// The brand of this slug, or the first; `None` on an empty data folder.
async fn brand_of(studio: &Studio, slug: &str) -> Result<(Option<Brand>, Vec<Brand>), Problem> {
    let brands = studio.store.brands().await.map_err(fault::of)?;
    let brand = brands.iter().find(|brand| brand.slug == slug).or(brands.first()).cloned();
    Ok((brand, brands))
}

pub(super) async fn show(
    State(studio): State<Studio>,
    who: OnPage,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    access::see(&who.user)?;
    page(&studio, &who, &which.brand, StatusCode::OK, None).await
}

async fn page(
    studio: &Studio,
    who: &OnPage,
    slug: &str,
    status: StatusCode,
    fault_said: Option<String>,
) -> Result<Response, Problem> {
    let (brand, brands) = brand_of(studio, slug).await?;
    let now = studio.now();
    let (claims, passages) = match &brand {
        Some(brand) => (
            studio.store.claims(brand.id).await.map_err(fault::of)?,
            studio.store.passages(brand.id).await.map_err(fault::of)?,
        ),
        None => (Vec::new(), Vec::new()),
    };
    let view = Library {
        brand: brand.as_ref().map(|brand| brand.slug.clone()).unwrap_or_default(),
        brand_name: brand.map(|brand| brand.sheet.identity.name).unwrap_or_default(),
        brands: brands.iter().map(|brand| (brand.slug.clone(), brand.sheet.identity.name.clone())).collect(),
        claims: claims
            .into_iter()
            .map(|claim| ClaimRow {
                texts: match &claim.text {
                    countersign_domain::wording::Wording::One(text) => vec![(String::new(), text.clone())],
                    countersign_domain::wording::Wording::ByLocale(map) => {
                        map.iter().map(|(tag, text)| (tag.to_string(), text.clone())).collect()
                    }
                },
                key: claim.key,
                product: claim.product,
                evidence: claim.evidence,
                markets: claim.markets.iter().map(ToString::to_string).collect(),
                expires: claim.expires_at.map(When::of),
                expired: claim.expires_at.is_some_and(|end| end <= now),
            })
            .collect(),
        passages: passages.len(),
        files: files(passages),
        may_import: access::make(&who.user).is_ok(),
        fault: fault_said,
    };
    Ok(studio.ui.page_with(status, who, "Library", "library.html", &view))
}

fn files(passages: Vec<Passage>) -> Vec<File> {
    let mut files: BTreeMap<String, File> = BTreeMap::new();
    for passage in passages {
        let (name, heading) = passage.source.split_once('#').unwrap_or((passage.source.as_str(), ""));
        let file = files.entry(name.to_owned()).or_insert_with(|| File {
            name: name.to_owned(),
            count: 0,
            passages: Vec::new(),
        });
        file.count += 1;
        if file.passages.len() < SHOWN {
            file.passages.push(PassageRow {
                heading: heading.to_owned(),
                locale: passage.locale.to_string(),
                market: passage.market.map(|market| market.to_string()).unwrap_or_default(),
                until: passage.valid_until.map(When::of),
                product: passage.product,
                text: passage.text,
            });
        }
    }
    files.into_values().collect()
}

pub(super) async fn import(State(studio): State<Studio>, form: PageParts) -> Result<Response, Problem> {
    let who = &form.who;
    access::make(&who.user)?;
    let slug = form.text("brand").to_owned();
    let refused = StatusCode::UNPROCESSABLE_ENTITY;
    let Some(file) = form.file("file") else {
        return page(&studio, who, &slug, refused, Some("choose a file first".into())).await;
    };
    let brand = match brands::choose(&studio.store, Some(&slug)).await {
        Ok(brand) => brand,
        Err(brands::NoBrand::Store(error)) => return Err(fault::of(error)),
        Err(other) => return page(&studio, who, &slug, refused, Some(other.to_string())).await,
    };
    let name = file.file_name.clone().unwrap_or_default();
    match shelf::import(&studio, &brand, &name, file.bytes.clone(), Actor::User(who.user.id)).await {
        Ok(counts) => {
            let said = format!(
                "{name}: {} passages added, {} kept as they were, {} withdrawn.",
                counts.added, counts.kept, counts.withdrawn
            );
            Ok(go(&format!("/library?brand={}", brand.slug), Some(&Flash::good(said))))
        }
        Err(problem) if problem.status == 422 => {
            let said = problem.errors.first().map_or(problem.detail.clone(), |fault| fault.detail.clone());
            page(&studio, who, &slug, refused, Some(said)).await
        }
        Err(problem) => Err(problem),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::World;

    #[tokio::test]
    async fn a_file_is_imported_from_the_page_and_its_markup_stays_text() {
        let world = World::new().await;
        let file = b"---\nlocale: en\n---\n# News\n\nA plain sentence with {{7*7}} in it.\n";
        let done = world.upload("/library/import", "marketer", "file", "news.md", file).await;
        assert_eq!(done.status, 303, "{}", done.body);
        let page = world.page("/library", "reviewer").await.body;
        assert!(page.contains("A plain sentence with {{7*7}} in it.") && page.contains("news.md"), "{page}");
        let bad = world.upload("/library/import", "marketer", "file", "news.txt", file).await;
        assert_eq!(bad.status, 422);
        assert!(bad.body.contains("news.txt:1"));
        assert_eq!(world.upload("/library/import", "reviewer", "file", "news.md", file).await.status, 403);
    }
}
