//! Which brand is meant.

use countersign_domain::brand::{Brand, BrandSheet};
use countersign_domain::release::BrandIdentity;
use countersign_store::{Actor, Store, StoreError};

/// Why no brand was found.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoBrand {
    #[error("there is no brand `{0}`; there are {1}")]
    Unknown(String, String),
    #[error("there are several brands; name one of {0}")]
    Several(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The brand of this slug; without one, the only brand there is, or a neutral one on an empty data folder.
pub(crate) async fn choose(store: &Store, slug: Option<&str>) -> Result<Brand, NoBrand> {
    let brands = store.brands().await?;
    let names = || brands.iter().map(|brand| brand.slug.clone()).collect::<Vec<_>>().join(", ");
    match slug.filter(|slug| !slug.is_empty()) {
        Some(slug) => brands.iter().find(|brand| brand.slug == slug).cloned().ok_or_else(|| {
            NoBrand::Unknown(
                slug.chars().take(40).collect(),
                if brands.is_empty() { "none yet".into() } else { names() },
            )
        }),
        None => match brands.as_slice() {
            [only] => Ok(only.clone()),
            [] => Ok(store.brand_upsert("neutral", neutral(), Actor::System).await?),
            _ => Err(NoBrand::Several(names())),
        },
    }
}

/// Nothing of anyone: for trying the product before a brand is set up.
fn neutral() -> BrandSheet {
    let identity = BrandIdentity { name: "Your brand".into(), color: "#0f5f5c".into(), ..BrandIdentity::default() };
    BrandSheet { identity, ..BrandSheet::default() }
}
