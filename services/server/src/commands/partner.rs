//! `partner add`: a partner from a file, with its logos and its first key.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use countersign_domain::brand::Brand;
use countersign_domain::id::{PartnerId, PartnerKeyId};
use countersign_domain::place::{Locale, Market};
use countersign_session::secret::{self, Secret};
use countersign_store::{Actor, Partner, Store, StoreError};
use countersign_studio::logos::{Ground, file as file_logo};
use countersign_studio::partner_forms::PartnerForm;
use countersign_studio::profiles::ProfileForm;
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
    /// The first instant at which it is not certified for its tier any more: RFC 3339 or a date. Left out: not
    /// certified, no badge.
    #[serde(default)]
    pub certified_until: Option<String>,
    pub markets: Vec<Market>,
    pub locales: Vec<Locale>,
    pub profile: ProfileForm,
    /// For light grounds: SVG, PNG or JPEG, relative to the file.
    #[serde(default)]
    pub logo: Option<String>,
    /// For dark grounds.
    #[serde(default)]
    pub logo_dark: Option<String>,
}

/// The bytes of a partner's logos, as they were found.
#[derive(Debug, Clone, Copy, Default)]
pub struct LogoBytes<'a> {
    pub light: Option<&'a [u8]>,
    pub dark: Option<&'a [u8]>,
}

pub async fn run(file: &Path, brand: Option<&str>, data: &Data, json: bool) -> Result<ExitCode> {
    let partner: PartnerFile = read_document(file)?;
    let light = beside(file, partner.logo.as_deref())?;
    let dark = beside(file, partner.logo_dark.as_deref())?;
    let folder = DataFolder::open(&data.data)?;
    let store = open_store(data, &folder).await?;
    let brand = the_brand(&store, brand).await?;
    let logos = LogoBytes { light: light.as_deref(), dark: dark.as_deref() };
    let (partner, key) =
        add(&store, &brand, partner, logos, None, Actor::Cli).await.with_context(|| file.display().to_string())?;
    if json {
        say::line(&serde_json::json!({"id": partner.id, "slug": partner.slug, "key": key.as_str()}).to_string());
    } else {
        say::line(&format!("added partner {} ({})", partner.slug, partner.id));
        say::line(&format!("API key, shown this once: {}", key.as_str()));
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

/// The bytes of an image that a file names, relative to the file.
pub fn beside(file: &Path, name: Option<&str>) -> Result<Option<Vec<u8>>> {
    let Some(name) = name else { return Ok(None) };
    let path = file.parent().unwrap_or_else(|| Path::new(".")).join(name);
    std::fs::read(&path).map(Some).with_context(|| format!("the image {} cannot be read", path.display()))
}

/// Adds the partner with its logos and a first key, `given` or made.
pub async fn add(
    store: &Store,
    brand: &Brand,
    file: PartnerFile,
    logos: LogoBytes<'_>,
    given: Option<&str>,
    actor: Actor,
) -> Result<(Partner, Secret)> {
    let form = PartnerForm {
        brand: None,
        slug: file.slug,
        kind: file.kind,
        tier: file.tier,
        certified_until: file.certified_until,
        markets: file.markets.iter().map(ToString::to_string).collect(),
        locales: file.locales.iter().map(ToString::to_string).collect(),
        profile: file.profile,
    };
    let mut new = form.check(brand.id).map_err(|faults| anyhow::anyhow!("the partner is not valid:\n{faults}"))?;
    let rules = &brand.sheet.identity.lockup;
    if let Some(bytes) = logos.light {
        let filed = file_logo(store, bytes.to_vec(), Ground::Light, rules).await.context("logo")?;
        new.profile.logo = Some(filed.png);
        new.profile.logo_vector = filed.vector;
    }
    if let Some(bytes) = logos.dark {
        let filed = file_logo(store, bytes.to_vec(), Ground::Dark, rules).await.context("logo_dark")?;
        new.profile.logo_dark = Some(filed.png);
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
            certified_until: Some("soon".into()),
            markets: Vec::new(),
            locales: vec!["de-DE".parse().unwrap()],
            profile: ProfileForm {
                display_name: "Nordlicht".into(),
                site: "http://x.example".into(),
                socials: [("x".to_owned(), "https://y.example/n".to_owned())].into(),
                ..ProfileForm::default()
            },
            logo: None,
            logo_dark: None,
        };
        let said = add(&store, &brand, file, LogoBytes::default(), None, Actor::Cli).await.unwrap_err().to_string();
        for pointer in ["/slug", "/tier", "/certified_until", "/markets", "/profile/site", "/profile/socials/x"] {
            assert!(said.contains(pointer), "{pointer} in {said}");
        }
        assert!(store.partners(None).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn logos_come_in_for_both_grounds_and_a_faint_one_is_refused_before_anything_is_written() {
        let dir = tempfile::tempdir().unwrap();
        let url = DataFolder::open(dir.path()).unwrap().sqlite_url();
        let store = Store::open(&url, Arc::new(SystemClock), Arc::new(RandomIds)).await.unwrap();
        let brand = store.brand_upsert("acme", BrandSheet::default(), Actor::Cli).await.unwrap();
        let partners: Vec<PartnerFile> =
            super::super::parse_document(include_str!("../../sample/partners.yaml")).unwrap();
        let file = partners.into_iter().next().unwrap();
        let light = include_bytes!("../../sample/logos/nordlicht.png").as_slice();
        let white = br##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><path fill="#fff" d="M2 2h36v6H2z"/></svg>"##;
        let faint = LogoBytes { light: Some(white), dark: None };
        let said = format!("{:#}", add(&store, &brand, file.clone(), faint, None, Actor::Cli).await.unwrap_err());
        assert!(said.contains("1.00:1 on white") && said.contains("for dark grounds"), "{said}");
        assert!(store.partners(None).await.unwrap().is_empty());
        let logos = LogoBytes { light: Some(light), dark: Some(white) };
        let (partner, _) = add(&store, &brand, file, logos, None, Actor::Cli).await.unwrap();
        let profile = store.partner(partner.id).await.unwrap().unwrap().profile;
        assert!(profile.logo.is_some() && profile.logo_dark.is_some() && profile.logo_vector.is_none());
    }
}
