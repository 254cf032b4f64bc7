//! `brand add`: a vendor's brand from a file, made or replaced by its slug.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use countersign_domain::brand::{Brand, BrandSheet};
use countersign_domain::release::BrandIdentity;
use countersign_store::{Actor, Store};
use countersign_studio::faults::{Faults, is_slug};
use countersign_studio::logos::{Ground, file as file_logo};
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
    /// For light grounds: SVG, PNG or JPEG, relative to the file. `--logo` goes before it.
    #[serde(default)]
    pub logo: Option<String>,
    /// For dark grounds.
    #[serde(default)]
    pub logo_dark: Option<String>,
    /// The images of badges, by tier; a badge without one is its label.
    #[serde(default)]
    pub badge_images: BTreeMap<String, String>,
}

/// The bytes of a brand's images, as they were found.
#[derive(Debug, Clone, Default)]
pub struct BrandImages {
    pub logo: Option<Vec<u8>>,
    pub logo_dark: Option<Vec<u8>>,
    /// By tier.
    pub badges: BTreeMap<String, Vec<u8>>,
}

impl BrandImages {
    /// Those that `file` names; `find` gives the bytes of a name.
    pub fn find(file: &BrandFile, find: impl Fn(&str) -> Result<Vec<u8>>) -> Result<Self> {
        Ok(Self {
            logo: file.logo.as_deref().map(&find).transpose()?,
            logo_dark: file.logo_dark.as_deref().map(&find).transpose()?,
            badges: (file.badge_images.iter())
                .map(|(tier, name)| Ok((tier.clone(), find(name)?)))
                .collect::<Result<_>>()?,
        })
    }
}

pub async fn add(path: &Path, logo: Option<&Path>, data: &Data, json: bool) -> Result<ExitCode> {
    let file: BrandFile = read_document(path)?;
    check(&file, path)?;
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    let read =
        |image: &Path| std::fs::read(image).with_context(|| format!("the image {} cannot be read", image.display()));
    let mut images = BrandImages::find(&file, |name| read(&folder.join(name)))?;
    if let Some(logo) = logo {
        images.logo = Some(read(logo)?);
    }
    let folder = DataFolder::open(&data.data)?;
    let store = open_store(data, &folder).await?;
    let (brand, made) = write(&store, file, images, Actor::Cli).await?;
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
        faults.say("/sheet/identity/logo", "leave it out; `logo` beside `sheet`, or --logo, names the file");
    }
    if file.sheet.identity.logo_dark.is_some() {
        faults.say("/sheet/identity/logo_dark", "leave it out; `logo_dark` beside `sheet` names the file");
    }
    for (tier, badge) in &file.sheet.identity.badges {
        if badge.image.is_some() {
            let pointer = format!("/sheet/identity/badges/{tier}/image");
            faults.say(pointer, "leave it out; `badge_images` beside `sheet` names the file");
        }
    }
    for tier in file.badge_images.keys().filter(|tier| !file.sheet.identity.badges.contains_key(*tier)) {
        faults.say(format!("/badge_images/{tier}"), "has no badge of that name in /sheet/identity/badges");
    }
    if !faults.0.is_empty() {
        bail!("the brand in {} is not valid:\n{faults}", path.display());
    }
    Ok(())
}

/// Makes the brand, or gives it the new sheet; whether it was made. Images that are not brought anew stay.
async fn write(store: &Store, file: BrandFile, images: BrandImages, actor: Actor) -> Result<(Brand, bool)> {
    let before = store.brand_by_slug(&file.slug).await?;
    let kept = before.as_ref().map(|brand| brand.sheet.identity.clone()).unwrap_or_default();
    let mut sheet = file.sheet;
    let identity = &mut sheet.identity;
    identity.logo = kept.logo;
    identity.logo_dark = kept.logo_dark;
    for (tier, badge) in &mut identity.badges {
        badge.image = kept.badges.get(tier).and_then(|badge| badge.image.clone());
    }
    bring(store, identity, images).await?;
    let seen = before.as_ref().map(Brand::digest);
    let brand = store.brand_write(&file.slug, sheet, seen.as_ref(), actor).await?;
    Ok((brand, before.is_none()))
}

/// Files `images` and points the identity to them.
pub async fn bring(store: &Store, identity: &mut BrandIdentity, images: BrandImages) -> Result<()> {
    let rules = identity.lockup;
    let png = async |bytes, ground, what: &str| {
        file_logo(store, bytes, ground, &rules).await.map(|filed| Some(filed.png)).with_context(|| what.to_owned())
    };
    if let Some(bytes) = images.logo {
        identity.logo = png(bytes, Ground::Light, "the logo").await?;
    }
    if let Some(bytes) = images.logo_dark {
        identity.logo_dark = png(bytes, Ground::Dark, "the logo for dark grounds").await?;
    }
    for (tier, bytes) in images.badges {
        let image = png(bytes, Ground::Own, &format!("the badge of {tier}")).await?;
        if let Some(badge) = identity.badges.get_mut(&tier) {
            badge.image = image;
        }
    }
    Ok(())
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
    async fn the_samples_file_makes_a_brand_and_again_replaces_it_and_keeps_its_images() {
        let dir = tempfile::tempdir().unwrap();
        let url = DataFolder::open(dir.path()).unwrap().sqlite_url();
        let store = Store::open(&url, Arc::new(SystemClock), Arc::new(RandomIds)).await.unwrap();
        let file: BrandFile = super::super::parse_document(SAMPLE).unwrap();
        check(&file, Path::new("brand.yaml")).unwrap();
        assert!(!file.sheet.identity.badges.is_empty());
        let images = || BrandImages {
            logo: Some(LOGO.to_vec()),
            logo_dark: Some(LOGO.to_vec()),
            badges: [("gold".to_owned(), LOGO.to_vec())].into(),
        };
        let (brand, made) = write(&store, file.clone(), images(), Actor::Cli).await.unwrap();
        let identity = &brand.sheet.identity;
        assert!(made && identity.logo.is_some() && identity.logo_dark == identity.logo);
        assert_eq!((&identity.badges["gold"].image, &identity.badges["silver"].image), (&identity.logo, &None));
        let mut other = file;
        other.sheet.voice = "Calm.".into();
        let (again, made) = write(&store, other, BrandImages::default(), Actor::Cli).await.unwrap();
        assert_eq!((again.id, made, again.sheet.voice.as_str()), (brand.id, false, "Calm."));
        assert_eq!(again.sheet.identity, brand.sheet.identity, "images that nobody brings anew stay");
    }

    #[test]
    fn a_faulty_file_is_refused_with_every_fault() {
        let file: BrandFile = super::super::parse_document(
            r#"{"slug": "No Slug", "badge_images": {"gold": "gold.png"}, "sheet": {"identity": {"lockup": {"min_width_px": 1}}}}"#,
        )
        .unwrap();
        let said = check(&file, Path::new("brand.yaml")).unwrap_err().to_string();
        let pointers = ["/slug", "/sheet/identity/name", "/sheet/identity/lockup/min_width_px", "/badge_images/gold"];
        for part in ["brand.yaml"].into_iter().chain(pointers) {
            assert!(said.contains(part), "{part} in {said}");
        }
    }
}
