//! `partner add`: a partner from a file, with its logo and its first key.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use countersign_domain::brand::Brand;
use countersign_domain::id::{PartnerId, PartnerKeyId};
use countersign_domain::place::{Locale, Market};
use countersign_domain::profile::Profile;
use countersign_render::logo;
use countersign_session::secret::{self, Secret};
use countersign_store::{Actor, Partner, Store, StoreError};
use countersign_studio::profiles::{PartnerForm, ProfileForm};
use serde::Deserialize;

use super::{open_store, read_document, the_brand};
use crate::cli::Data;
use crate::data_folder::DataFolder;
use crate::say;

/// A partner as a file says it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartnerFile {
    pub slug: String,
    pub kind: String,
    #[serde(default)]
    pub tier: String,
    pub markets: Vec<Market>,
    pub locales: Vec<Locale>,
    pub profile: Profile,
    /// A PNG, relative to the file.
    #[serde(default)]
    pub logo: Option<String>,
}

pub async fn run(file: &Path, brand: Option<&str>, data: &Data, json: bool) -> Result<ExitCode> {
    let partner: PartnerFile = read_document(file)?;
    let logo = match &partner.logo {
        Some(name) => {
            let path = file.parent().unwrap_or_else(|| Path::new(".")).join(name);
            Some(std::fs::read(&path).with_context(|| format!("the logo {} cannot be read", path.display()))?)
        }
        None => None,
    };
    let folder = DataFolder::open(&data.data)?;
    let store = open_store(data, &folder).await?;
    let brand = the_brand(&store, brand).await?;
    let (partner, key) = add(&store, &brand, partner, logo.as_deref(), None, Actor::Cli)
        .await
        .with_context(|| file.display().to_string())?;
    if json {
        say::line(&serde_json::json!({"id": partner.id, "slug": partner.slug, "key": key.as_str()}).to_string());
    } else {
        say::line(&format!("added partner {} ({})", partner.slug, partner.id));
        say::line(&format!("API key, shown this once: {}", key.as_str()));
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

/// Adds the partner with its logo and a first key, `given` or made.
pub async fn add(
    store: &Store,
    brand: &Brand,
    file: PartnerFile,
    logo: Option<&[u8]>,
    given: Option<&str>,
    actor: Actor,
) -> Result<(Partner, Secret)> {
    let form = PartnerForm {
        brand: None,
        slug: file.slug,
        kind: file.kind,
        tier: file.tier,
        markets: file.markets.iter().map(ToString::to_string).collect(),
        locales: file.locales.iter().map(ToString::to_string).collect(),
        profile: ProfileForm::of(&file.profile),
    };
    let mut new = form.check(brand.id).map_err(|faults| anyhow::anyhow!("the partner is not valid:\n{faults}"))?;
    if let Some(bytes) = logo {
        let logo = logo::intake(bytes).context("logo")?;
        new.profile.logo = Some(store.blob_put("image/png", &logo.png).await?);
    }
    let partner = store.partner_create(new, actor).await?;
    let (key, written) = first_key(store, partner.id, given, actor).await;
    written?;
    Ok((partner, key))
}

/// A key for the partner, `given` or made; and whether it could be written.
pub async fn first_key(
    store: &Store,
    partner: PartnerId,
    given: Option<&str>,
    actor: Actor,
) -> (Secret, Result<PartnerKeyId, StoreError>) {
    let key = given.map_or_else(|| secret::new(secret::PARTNER_PREFIX), Secret::chosen);
    let shown = key.shown(secret::PARTNER_PREFIX);
    let written = store.partner_key_create(partner, "first key", &shown, &key.hash(), None, actor).await;
    (key, written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use countersign_domain::brand::BrandSheet;
    use countersign_domain::clock::SystemClock;
    use countersign_domain::id::RandomIds;

    #[tokio::test]
    async fn a_partner_from_a_file_is_checked_as_one_from_the_studio() {
        let dir = tempfile::tempdir().unwrap();
        let url = DataFolder::open(dir.path()).unwrap().sqlite_url();
        let store = Store::open(&url, Arc::new(SystemClock), Arc::new(RandomIds)).await.unwrap();
        let brand = store.brand_upsert("acme", BrandSheet::default(), Actor::Cli).await.unwrap();
        let file = PartnerFile {
            slug: "Nord Licht".into(),
            kind: "msp".into(),
            tier: "x".repeat(41),
            markets: Vec::new(),
            locales: vec!["de-DE".parse().unwrap()],
            profile: Profile {
                display_name: "Nordlicht".into(),
                site: "http://x.example".into(),
                ..Profile::default()
            },
            logo: None,
        };
        let said = add(&store, &brand, file, None, None, Actor::Cli).await.unwrap_err().to_string();
        for pointer in ["/slug", "/tier", "/markets", "/profile/site"] {
            assert!(said.contains(pointer), "{pointer} in {said}");
        }
        assert!(store.partners(None).await.unwrap().is_empty());
    }
}
