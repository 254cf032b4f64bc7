//! Drafting in this process, for commands that store nothing: a checked brief, what it is drafted on, and a drafter of its own.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use countersign_domain::brand::{Brand, BrandSheet};
use countersign_domain::brief::{Brief, BriefForm};
use countersign_domain::clock::{Clock as _, SystemClock, Timestamp};
use countersign_domain::content::Content;
use countersign_domain::id::{BrandId, RandomIds, UserId};
use countersign_domain::library::{Claim, Passage};
use countersign_drafting::drafter::{Drafter, Task};
use countersign_engine::Priority;
use countersign_library::index::Index;
use countersign_render::Templates;
use countersign_rules::Packs;
use countersign_store::kits::NewAsset;

use super::{open_store_to_read, the_brand};
use crate::cli::{Data, ModelChoice};
use crate::data_folder::DataFolder;

/// The brief of a file, or every fault of it at once.
pub fn checked(form: BriefForm, file: &Path, templates: &Templates) -> Result<Brief> {
    let known: Vec<&str> = templates.iter().map(|template| template.name.as_str()).collect();
    form.check(&known).map_err(|faults| {
        let lines: Vec<String> = faults.iter().map(|fault| format!("  {fault}")).collect();
        anyhow::anyhow!("the brief {} cannot be drafted:\n{}", file.display(), lines.join("\n"))
    })
}

/// A drafter, with an index of its own: the data folder's belongs to the service that may be running on it.
pub struct Here {
    pub drafter: Drafter,
    _scratch: Scratch,
}

impl Here {
    pub async fn new(model: &ModelChoice, data: &Data, templates: Templates) -> Result<Self> {
        let engine = crate::models::start(model, &data.data).await?;
        let scratch = Scratch::new()?;
        let index = Arc::new(Index::open(scratch.path()).context("the index for retrieval cannot be made")?);
        let drafter = Drafter::new(engine, templates, Packs::embedded()?, index)?.with_figures(model.figures.into());
        Ok(Self { drafter, _scratch: scratch })
    }
}

/// What a brief is drafted on.
#[derive(Clone)]
pub struct Ground {
    brand: Brand,
    claims: Vec<Claim>,
    passages: Arc<[Passage]>,
}

impl Ground {
    /// The brand with its claims and passages; on an empty folder a neutral brand.
    pub async fn of(data: &Data, brief: &Brief) -> Result<Self> {
        let folder = DataFolder::look(&data.data)?;
        if data.database.is_some() || folder.has_database() {
            let store = open_store_to_read(data, &folder).await?;
            if brief.brand.is_some() || !store.brands().await?.is_empty() {
                let brand = the_brand(&store, brief.brand.as_deref()).await?;
                let claims = store.claims(brand.id).await?;
                let passages = store.passages(brand.id).await?.into();
                store.close().await;
                return Ok(Self { brand, claims, passages });
            }
            store.close().await;
        }
        if let Some(slug) = &brief.brand {
            bail!(
                "there is no brand `{slug}`: {} holds none; `countersign brand add FILE` makes one",
                data.data.display()
            );
        }
        let id = BrandId::new(&RandomIds, SystemClock.now());
        let brand = Brand { id, slug: "neutral".into(), sheet: BrandSheet::default() };
        Ok(Self { brand, claims: Vec::new(), passages: Arc::from([]) })
    }

    /// The task of one asset; `earlier` is what was drafted before it in its locale.
    pub fn task(&self, brief: &Brief, asset: &NewAsset, earlier: &[Content], now: Timestamp) -> Task {
        Task {
            brand: self.brand.clone(),
            brief: brief.clone(),
            claims: self.claims.clone(),
            passages: Arc::clone(&self.passages),
            passages_version: 1,
            asset_type: asset.asset_type.clone(),
            locale: asset.locale.clone(),
            market: asset.market,
            variant: asset.variant,
            seed: asset.seed,
            earlier: earlier.into(),
            now,
            priority: Priority::Interactive,
        }
    }
}

/// A folder that goes when the command ends.
struct Scratch(std::path::PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is the operating system's temporary folder's to clear.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Scratch {
    fn new() -> Result<Self> {
        let unique = UserId::new(&RandomIds, SystemClock.now());
        let path = std::env::temp_dir().join(format!("countersign-{unique}"));
        std::fs::create_dir(&path).with_context(|| format!("{} cannot be made", path.display()))?;
        Ok(Self(path))
    }

    fn path(&self) -> &std::path::Path {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(path: &std::path::Path) -> Data {
        Data { data: path.to_owned(), database: None }
    }

    fn brief() -> Brief {
        let form = BriefForm {
            product: "Fjord".into(),
            locales: vec!["en-US".into()],
            asset_types: vec!["email".into()],
            ..BriefForm::default()
        };
        form.check(&["email"]).unwrap()
    }

    #[tokio::test]
    async fn a_missing_and_an_empty_folder_give_a_neutral_brand_and_stay_as_they_are() {
        let dir = tempfile::tempdir().unwrap();
        let missing = dir.path().join("data");
        assert_eq!(Ground::of(&folder(&missing), &brief()).await.unwrap().brand.slug, "neutral");
        assert!(!missing.exists());
        assert_eq!(Ground::of(&folder(dir.path()), &brief()).await.unwrap().brand.slug, "neutral");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
        let named = Brief { brand: Some("acme".into()), ..brief() };
        let said = Ground::of(&folder(dir.path()), &named).await.err().unwrap().to_string();
        assert!(said.contains("countersign brand add"), "{said}");
    }

    #[tokio::test]
    async fn a_folder_is_read_and_its_database_is_never_changed() {
        let dir = tempfile::tempdir().unwrap();
        let data = folder(dir.path());
        let opened = DataFolder::open(dir.path()).unwrap();
        let store = super::super::open_store(&data, &opened).await.unwrap();
        store.brand_upsert("acme", BrandSheet::default(), countersign_store::Actor::Cli).await.unwrap();
        store.close().await;
        std::fs::remove_file(dir.path().join("VERSION")).unwrap();
        assert_eq!(Ground::of(&data, &brief()).await.unwrap().brand.slug, "acme");
        assert!(!dir.path().join("VERSION").exists());
        let store = open_store_to_read(&data, &opened).await.unwrap();
        let refused = store.brand_upsert("other", BrandSheet::default(), countersign_store::Actor::Cli).await;
        assert!(refused.is_err(), "the database can be written");
    }
}
