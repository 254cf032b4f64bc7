//! Translations outside of the house: a kit's slots go out as XLIFF, and come back as revisions that people review.
//!
//! `export` says what a translator gets, `import` what becomes of what they bring. Nothing here approves anything: an
//! import is examined as an edit is, by the same code, and starts at the rules again.

mod export;
mod import;

#[cfg(test)]
mod tests;

use countersign_domain::brand::Brand;
use countersign_domain::content::Bound;
use countersign_domain::id::{AssetId, KitId, PassageId};
use countersign_domain::kit::Kit;
use countersign_domain::library::{Claim, Passage};
use countersign_domain::review::SourceNote;
use countersign_drafting::checking;
use countersign_drafting::grounds::passages_of;
use countersign_drafting::sources::{Place, gather};
use countersign_session::fault;
use countersign_store::AssetView;
use countersign_web::problem::Problem;

use crate::state::Studio;

pub(crate) use export::export;
pub(crate) use import::{Fate, import};

/// A kit with all that its texts are examined against.
pub(crate) struct Ground {
    pub kit: Kit,
    pub brand: Brand,
    pub claims: Vec<Claim>,
    /// Those that the kit's latest revisions drew on.
    pub passages: Vec<Passage>,
    pub assets: Vec<AssetView>,
}

impl Ground {
    pub async fn of(studio: &Studio, id: KitId) -> Result<Self, Problem> {
        let store = &studio.store;
        let kit = store.kit(id).await.map_err(fault::of)?.ok_or_else(Problem::not_found)?;
        let brand = store.brand(kit.brand).await.map_err(fault::of)?.ok_or_else(Problem::not_found)?;
        let claims = store.claims(brand.id).await.map_err(fault::of)?;
        let assets = store.assets(kit.id).await.map_err(fault::of)?;
        let drawn_on: Vec<PassageId> =
            assets.iter().filter_map(|view| view.revision.as_ref()).flat_map(passages_of).collect();
        let passages = store.passages_by_id(brand.id, &drawn_on).await.map_err(fault::of)?;
        Ok(Self { kit, brand, claims, passages, assets })
    }

    fn asset(&self, id: AssetId) -> Option<&AssetView> {
        self.assets.iter().find(|view| view.asset.id == id)
    }

    /// The exact wordings that an asset's text may hold, and what it draws on: those of its revision, or, where there is
    /// none, what the brief and the library have in its language and market.
    fn offered(&self, studio: &Studio, view: &AssetView) -> (Vec<Bound>, Vec<SourceNote>) {
        if let Some(revision) = &view.revision {
            return (checking::known_references(revision), revision.sources.clone());
        }
        let place = Place { locale: &view.asset.locale, market: view.asset.market, now: studio.now() };
        let sources = gather(&self.brand, &self.kit.brief, &self.claims, &[], place);
        let bound = std::iter::once(&sources.product).chain(sources.all().map(|source| &source.bound));
        (bound.cloned().collect(), sources.notes(&view.asset.locale))
    }
}
