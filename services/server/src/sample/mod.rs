//! The sample vendor: loaded once into an empty place, through the same doors that everybody uses.

mod files;

use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail};
use countersign_domain::brief::BriefForm;
use countersign_domain::id::UserId;
use countersign_domain::people::Role;
use countersign_drafting::plan::plan;
use countersign_render::Templates;
use countersign_session::secret::Secret;
use countersign_session::{password, secret};
use countersign_store::{Actor, NewClaim, NewKit, NewUser, Partner, Store, StoreError};

use crate::commands::{
    BrandFile, BrandImages, LogoBytes, PartnerFile, add_partner, bring, first_key, library, parse_document,
};
use crate::say;
use files::ClaimFile;

/// The people of the sample, by what they do.
const PEOPLE: [(&str, &str, &[Role]); 4] = [
    ("marketer@sample.example", "Mara Keller", &[Role::Marketer]),
    ("reviewer@sample.example", "Ravi Lindqvist", &[Role::Reviewer]),
    ("second@sample.example", "Sofia Brandt", &[Role::Reviewer]),
    ("admin@sample.example", "Ada Novak", &[Role::Admin, Role::Marketer]),
];

/// What a newcomer must be told.
#[derive(Debug)]
pub struct Loaded {
    /// `None` when the sample was there already.
    password: Option<String>,
    keys: Vec<(String, String)>,
}

impl Loaded {
    pub fn tell(&self, address: SocketAddr) {
        let Some(password) = &self.password else {
            say::announce(
                "The sample was loaded before; its passwords and keys were printed then. `countersign user password",
            );
            say::announce("EMAIL` sets a new password, a partner's page makes a new key.");
            return;
        };
        say::announce("");
        say::announce(&format!("Sign in at http://{address} with the password {password} as"));
        for (email, _, roles) in PEOPLE {
            let roles: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
            say::announce(&format!("  {email:<26} {}", roles.join(", ")));
        }
        say::announce("Partner API keys:");
        for (slug, key) in &self.keys {
            say::announce(&format!("  {slug:<26} {key}"));
        }
        say::announce("The sample kit is being drafted; the reviewer finds it under Reviews.");
    }
}

/// What whoever starts the sample chose; what is left out is made up and printed.
#[derive(Debug, Default)]
pub struct Given {
    pub password: Option<String>,
    /// The first partner's.
    pub partner_key: Option<String>,
}

impl Given {
    /// `COUNTERSIGN_SAMPLE_PASSWORD` and `COUNTERSIGN_SAMPLE_PARTNER_KEY`.
    pub fn from_environment() -> Self {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        Self {
            password: variable("COUNTERSIGN_SAMPLE_PASSWORD"),
            partner_key: variable("COUNTERSIGN_SAMPLE_PARTNER_KEY"),
        }
    }
}

/// Loads what is missing. A sample that was loaded half (a killed process) is completed, nothing is loaded twice.
pub async fn load(store: &Store, templates: &Templates, given: Given) -> Result<Loaded> {
    let file: BrandFile = read("brand.yaml")?;
    let users = store.users().await?;
    let fresh = !users.iter().any(|user| user.email == PEOPLE[3].0);
    // The administrator is written last: while that account is missing, the sample is not complete.
    if !fresh {
        return Ok(Loaded { password: None, keys: Vec::new() });
    }
    let images = BrandImages::find(&file, |name| files::bytes(name).map(<[u8]>::to_vec))?;
    let mut sheet = file.sheet;
    bring(store, &mut sheet.identity, images).await.context("the sample's brand")?;
    let brand = store.brand_upsert(&file.slug, sheet, Actor::System).await?;
    let claims: Vec<ClaimFile> = read("claims.yaml")?;
    for claim in claims {
        store.claim_upsert(brand.id, NewClaim::from(claim), Actor::System).await?;
    }
    for (name, bytes) in files::library() {
        library::load(store, &brand, name, bytes, Actor::System)
            .await
            .with_context(|| format!("the sample's {name}"))?;
    }
    let mut keys = Vec::new();
    let Given { password, partner_key: mut given } = given;
    if given.as_ref().is_some_and(|key| !key.starts_with(secret::PARTNER_PREFIX) || key.len() < 24) {
        bail!(
            "COUNTERSIGN_SAMPLE_PARTNER_KEY must start with {} and have 24 characters or more",
            secret::PARTNER_PREFIX
        );
    }
    let partners: Vec<PartnerFile> = read("partners.yaml")?;
    for partner in partners {
        let slug = partner.slug.clone();
        // The key that was given is the first partner's, however often the loading was interrupted.
        let given = given.take();
        let key = match store.partner_by_slug(&slug).await? {
            Some(known) => key_for(store, &known, given.as_deref()).await?,
            None => {
                let light = partner.logo.as_deref().map(files::bytes).transpose()?;
                let dark = partner.logo_dark.as_deref().map(files::bytes).transpose()?;
                add_partner(store, &brand, partner, LogoBytes { light, dark }, given.as_deref(), Actor::System)
                    .await
                    .with_context(|| format!("the sample's partner {slug}"))?
                    .1
            }
        };
        keys.push((slug, key.as_str().to_owned()));
    }
    let password = password.unwrap_or_else(|| secret::new("").as_str().chars().take(20).collect());
    let password_hash = password::hash(&password).await.context("COUNTERSIGN_SAMPLE_PASSWORD")?;
    let mut marketer = None;
    for (email, name, roles) in PEOPLE {
        if let Some(known) = users.iter().find(|user| user.email == email) {
            marketer = marketer.or(Some(known.id));
            store.user_set_password(known.id, &password_hash, Actor::System).await?;
            continue;
        }
        if email == PEOPLE[3].0 {
            kit(store, templates, brand.id, marketer.context("the marketer comes first")?).await?;
        }
        let new = NewUser {
            email: email.to_owned(),
            name: name.to_owned(),
            roles: roles.to_vec(),
            password_hash: password_hash.clone(),
        };
        let user = store.users_create(new, Actor::System).await?;
        marketer = marketer.or(Some(user.id));
    }
    Ok(Loaded { password: Some(password), keys })
}

/// A key for a partner that an interrupted loading left behind: nobody was told the one that it may have.
async fn key_for(store: &Store, partner: &Partner, given: Option<&str>) -> Result<Secret> {
    let (key, written) = first_key(store, partner.id, given, Actor::System).await;
    match written {
        // The one that was given was written before the interruption.
        Err(StoreError::Conflict(_)) if given.is_some() => Ok(key),
        written => Ok(written.map(|_| key)?),
    }
}

/// The sample brief, asked for by the sample's marketer.
async fn kit(
    store: &Store,
    templates: &Templates,
    brand: countersign_domain::id::BrandId,
    marketer: UserId,
) -> Result<()> {
    let filter = countersign_store::KitFilter { brand: Some(brand), ..Default::default() };
    if !store.kits(filter, countersign_store::PageRequest { cursor: None, limit: 1 }).await?.items.is_empty() {
        return Ok(());
    }
    let form: BriefForm = read("briefs/vault-autumn.yaml")?;
    let known: Vec<&str> = templates.iter().map(|template| template.name.as_str()).collect();
    let brief = form.check(&known).map_err(|faults| anyhow::anyhow!("the sample's brief: {faults:?}"))?;
    let assets = plan(&brief, templates)?;
    store.kit_create(NewKit { brand, brief, created_by: marketer, assets }, None).await?;
    Ok(())
}

fn read<T: serde::de::DeserializeOwned>(name: &str) -> Result<T> {
    let text = std::str::from_utf8(files::bytes(name)?).with_context(|| format!("the sample's {name}"))?;
    parse_document(text).map_err(|reason| anyhow::anyhow!("the sample's {name}: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use countersign_domain::clock::SystemClock;
    use countersign_domain::id::RandomIds;

    use crate::data_folder::DataFolder;

    #[tokio::test]
    async fn a_loading_that_was_interrupted_is_completed_with_a_key_for_each_partner() {
        let dir = tempfile::tempdir().unwrap();
        let url = DataFolder::open(dir.path()).unwrap().sqlite_url();
        let store = Store::open(&url, Arc::new(SystemClock), Arc::new(RandomIds)).await.unwrap();
        let templates = Templates::embedded().unwrap();
        let key = "cs_partner_given_0123456789";
        let given = || Given { password: Some("correct horse battery".into()), partner_key: Some(key.into()) };
        // Killed with two partners, of which the second has no key yet.
        let file: BrandFile = read("brand.yaml").unwrap();
        let brand = store.brand_upsert(&file.slug, file.sheet, Actor::System).await.unwrap();
        let mut partners = read::<Vec<PartnerFile>>("partners.yaml").unwrap().into_iter();
        add_partner(&store, &brand, partners.next().unwrap(), LogoBytes::default(), Some(key), Actor::System)
            .await
            .unwrap();
        let second = partners.next().unwrap().slug;
        let (partner, _) = add_partner(
            &store,
            &brand,
            read::<Vec<PartnerFile>>("partners.yaml").unwrap().remove(1),
            LogoBytes::default(),
            None,
            Actor::System,
        )
        .await
        .unwrap();
        let loaded = load(&store, &templates, given()).await.unwrap();
        assert_eq!((loaded.keys.len(), loaded.keys[0].1.as_str()), (6, key));
        assert_eq!(loaded.keys[1].0, second);
        assert_eq!(store.partner_keys(partner.id).await.unwrap().len(), 2, "one that somebody knows");
        assert_eq!(store.partners(None).await.unwrap().len(), 6);
        assert!(load(&store, &templates, given()).await.unwrap().password.is_none(), "once");
    }

    #[test]
    fn every_file_of_the_sample_reads() {
        read::<BrandFile>("brand.yaml").unwrap();
        assert!(read::<Vec<ClaimFile>>("claims.yaml").unwrap().len() >= 8);
        let partners = read::<Vec<PartnerFile>>("partners.yaml").unwrap();
        assert_eq!(partners.len(), 6);
        for partner in partners {
            let profile = partner.profile.check(None).unwrap_or_else(|wrong| panic!("{}: {wrong:?}", partner.slug));
            assert!(!profile.contact_role.is_empty() && !profile.socials.is_empty() && !profile.time_zone.is_empty());
            for logo in [partner.logo, partner.logo_dark].into_iter().flatten() {
                files::bytes(&logo).unwrap();
            }
        }
        for (name, bytes) in files::library() {
            assert!(!countersign_library::import::parse(name, bytes).unwrap().is_empty(), "{name}");
        }
        let templates = Templates::embedded().unwrap();
        let known: Vec<&str> = templates.iter().map(|template| template.name.as_str()).collect();
        for brief in ["briefs/vault-autumn.yaml", "briefs/pulse-energy.yaml"] {
            let brief = read::<BriefForm>(brief).unwrap().check(&known).unwrap();
            assert_eq!(plan(&brief, &templates).unwrap().len(), 6);
        }
    }
}
