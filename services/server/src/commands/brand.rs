//! `brand add`: a vendor's brand from a file, made or replaced by its slug.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use countersign_domain::brand::{Brand, BrandSheet};
use countersign_render::logo;
use countersign_store::{Actor, Store};
use countersign_studio::faults::{Faults, is_slug};
use countersign_studio::sheet;
use serde::Deserialize;

use super::{open_store, read_document};
use crate::cli::Data;
use crate::data_folder::DataFolder;
use crate::say;

/// A brand as a file says it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrandFile {
    pub slug: String,
    pub sheet: BrandSheet,
}

pub async fn add(path: &Path, logo: Option<&Path>, data: &Data, json: bool) -> Result<ExitCode> {
    let file: BrandFile = read_document(path)?;
    let logo = match logo {
        Some(logo) => Some(std::fs::read(logo).with_context(|| format!("the logo {} cannot be read", logo.display()))?),
        None => None,
    };
    check(&file, path)?;
    let folder = DataFolder::open(&data.data)?;
    let store = open_store(data, &folder).await?;
    let (brand, made) = write(&store, file, logo.as_deref(), Actor::Cli).await?;
    let done = if made { "added" } else { "replaced" };
    if json {
        let digest = brand.digest();
        say::line(&serde_json::json!({"id": brand.id, "slug": brand.slug, "digest": digest, "done": done}).to_string());
    } else {
        say::line(&format!("{done} brand {} ({})", brand.slug, brand.id));
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

fn check(file: &BrandFile, path: &Path) -> Result<()> {
    let mut faults = Faults::default();
    if !is_slug(&file.slug) {
        faults.say("/slug", "needs 1 to 60 small letters, digits and hyphens, such as nordlicht-it");
    }
    if let Err(wrong) = sheet::check(&file.sheet) {
        faults.0.extend(wrong.0.into_iter().map(|(pointer, detail)| (format!("/sheet{pointer}"), detail)));
    }
    if file.sheet.identity.logo.is_some() {
        faults.say("/sheet/identity/logo", "leave it out; --logo names the PNG");
    }
    if !faults.0.is_empty() {
        bail!("the brand in {} is not valid:\n{faults}", path.display());
    }
    Ok(())
}

/// Makes the brand, or gives it the new sheet; whether it was made. Without a new logo it keeps the one that it has.
async fn write(store: &Store, file: BrandFile, logo: Option<&[u8]>, actor: Actor) -> Result<(Brand, bool)> {
    let before = store.brand_by_slug(&file.slug).await?;
    let mut sheet = file.sheet;
    sheet.identity.logo = match logo {
        Some(bytes) => Some(store.blob_put("image/png", &logo::intake(bytes).context("the logo")?.png).await?),
        None => before.as_ref().and_then(|brand| brand.sheet.identity.logo.clone()),
    };
    let seen = before.as_ref().map(Brand::digest);
    let brand = store.brand_write(&file.slug, sheet, seen.as_ref(), actor).await?;
    Ok((brand, before.is_none()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use countersign_domain::clock::SystemClock;
    use countersign_domain::id::RandomIds;

    const SAMPLE: &str = include_str!("../../sample/brand.yaml");
    const LOGO: &[u8] = include_bytes!("../../sample/logos/halvard.png");

    #[tokio::test]
    async fn the_samples_file_makes_a_brand_and_again_replaces_it_and_keeps_its_logo() {
        let dir = tempfile::tempdir().unwrap();
        let url = DataFolder::open(dir.path()).unwrap().sqlite_url();
        let store = Store::open(&url, Arc::new(SystemClock), Arc::new(RandomIds)).await.unwrap();
        let file: BrandFile = super::super::parse_document(SAMPLE).unwrap();
        check(&file, Path::new("brand.yaml")).unwrap();
        let (brand, made) = write(&store, file.clone(), Some(LOGO), Actor::Cli).await.unwrap();
        assert!(made && brand.sheet.identity.logo.is_some());
        let mut other = file;
        other.sheet.voice = "Calm.".into();
        let (again, made) = write(&store, other, None, Actor::Cli).await.unwrap();
        assert_eq!((again.id, made, again.sheet.voice.as_str()), (brand.id, false, "Calm."));
        assert_eq!(again.sheet.identity.logo, brand.sheet.identity.logo);
    }

    #[test]
    fn a_faulty_file_is_refused_with_every_fault() {
        let file = BrandFile { slug: "No Slug".into(), sheet: BrandSheet::default() };
        let said = check(&file, Path::new("brand.yaml")).unwrap_err().to_string();
        assert!(
            said.contains("brand.yaml") && said.contains("/slug") && said.contains("/sheet/identity/name"),
            "{said}"
        );
    }
}
