//! `partner add`: a partner from a file, with its logo and its first key.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use countersign_domain::brand::Brand;
use countersign_domain::place::{Locale, Market};
use countersign_domain::profile::Profile;
use countersign_render::logo;
use countersign_session::secret::{self, Secret};
use countersign_store::{Actor, NewPartner, Partner, PartnerKind, Store};
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
    let kind: PartnerKind = file.kind.parse().map_err(|error| anyhow::anyhow!("kind: {error}"))?;
    let mut profile = file.profile;
    if let Err(faults) = profile.validate() {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        bail!("profile: {}", faults.join("; "));
    }
    if let Some(bytes) = logo {
        let logo = logo::intake(bytes).context("logo")?;
        profile.logo = Some(store.blob_put("image/png", &logo.png).await?);
    }
    let new = NewPartner {
        brand: brand.id,
        slug: file.slug,
        kind,
        tier: file.tier,
        markets: file.markets,
        locales: file.locales,
        profile,
    };
    let partner = store.partner_create(new, actor).await?;
    let key = match given {
        Some(given) => Secret::chosen(given),
        None => secret::new(secret::PARTNER_PREFIX),
    };
    store
        .partner_key_create(partner.id, "first key", &key.shown(secret::PARTNER_PREFIX), &key.hash(), None, actor)
        .await?;
    Ok((partner, key))
}
