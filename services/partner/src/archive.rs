//! A campaign as one archive: the files of every released asset that the partner may pull, in its branding, and a
//! manifest that says of each what it is, of which release it is, and where its receipt is.
//!
//! The same releases and the same profile give the same bytes: files are sorted, and no clock is asked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use countersign_released::digest::{Digest, canonical_json};
use countersign_released::release::Release;
use countersign_render::{Format, Rendition, Wanted};
use countersign_store_released::PartnerIdentity;
use countersign_web::problem::Problem;
use serde::Serialize;
use serde_json::json;

use crate::face::State;
use crate::produce::{cannot_render, learn, produce};

/// The most assets that one archive holds.
pub(crate) const MAX_ASSETS: u32 = 200;
/// The most bytes of files that one archive holds.
const MAX_BYTES: usize = 64 << 20;
/// More archives than this are not remembered at once.
const MAX_KNOWN: usize = 4_096;

/// The digests of archives that were made, by what they were made of: whoever has the bytes already is told so without
/// making them again.
#[derive(Debug, Default)]
pub struct Known(Mutex<HashMap<Digest, Digest>>);

impl Known {
    pub(crate) fn get(&self, made_of: &Digest) -> Option<Digest> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(made_of).cloned()
    }

    fn put(&self, made_of: Digest, digest: Digest) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_KNOWN {
            known.clear();
        }
        known.insert(made_of, digest);
    }
}

#[derive(Debug)]
pub(crate) struct Archive {
    pub bytes: Vec<u8>,
    pub digest: Digest,
    /// Those whose files it holds.
    pub releases: Vec<Release>,
}

#[derive(Serialize)]
struct Manifest<'a> {
    campaign: &'a str,
    brand: &'a str,
    partner: &'a str,
    /// Of the profile that the files are made with.
    profile_digest: Digest,
    assets: Vec<Asset>,
    files: Vec<Entry>,
    /// What was released and cannot be rendered for this partner.
    left_out: Vec<LeftOut>,
}

#[derive(Serialize)]
struct Asset {
    asset: String,
    release: String,
    folder: String,
    asset_type: String,
    channel: String,
    market: String,
    locale: String,
    product: String,
    audience: String,
    /// What people signed.
    digest: Digest,
    receipt: String,
}

#[derive(Serialize)]
struct Entry {
    path: String,
    media_type: &'static str,
    bytes: usize,
    digest: Digest,
    asset: String,
    release: String,
    receipt: String,
}

#[derive(Serialize)]
struct LeftOut {
    asset: String,
    release: String,
    asset_type: String,
    market: String,
    locale: String,
    reason: String,
}

/// What an archive is made of: its bytes follow from this as long as this process runs.
pub(crate) fn made_of(partner: &PartnerIdentity, releases: &[Release]) -> Digest {
    let releases: Vec<String> = releases.iter().map(|release| release.id.to_string()).collect();
    Digest::of_json(&json!({"partner": partner.slug, "profile": partner.profile.digest(), "releases": releases}))
}

/// The files of `releases`, which are of one campaign.
pub(crate) async fn make(
    state: &State,
    partner: &PartnerIdentity,
    campaign: &str,
    mut releases: Vec<Release>,
) -> Result<Archive, Problem> {
    let _place = state.archives.place().await?;
    let made_of = made_of(partner, &releases);
    releases.sort_by_cached_key(|release| (release.context.asset_type.clone(), folder_locale(release), release.asset));
    let mut manifest = Manifest {
        campaign,
        brand: &partner.brand_slug,
        partner: &partner.slug,
        profile_digest: partner.profile.digest(),
        assets: Vec::new(),
        files: Vec::new(),
        left_out: Vec::new(),
    };
    let (mut files, mut held, mut bytes) = (Vec::new(), Vec::new(), 0);
    let folders = folders(&releases);
    for (release, folder) in releases.into_iter().zip(folders) {
        let made = match of_one(state, partner, &release).await {
            Ok(made) => made,
            Err(problem) if problem.status_code() == StatusCode::CONFLICT => {
                manifest.left_out.push(left_out(&release, problem.detail));
                continue;
            }
            Err(problem) => return Err(problem),
        };
        for (name, rendition) in made {
            bytes += rendition.bytes.len();
            if bytes > MAX_BYTES {
                return Err(too_large(&format!("more than {} MiB", MAX_BYTES >> 20)));
            }
            let path = format!("{folder}/{name}");
            manifest.files.push(entry(&release, path.clone(), &rendition));
            files.push((path, rendition));
        }
        manifest.assets.push(asset(&release, folder));
        held.push(release);
    }
    if held.is_empty() {
        let reasons: Vec<String> = manifest.left_out.iter().map(|left| left.reason.clone()).collect();
        return Err(cannot_render(format!("None of this campaign can be: {}", reasons.join("; "))));
    }
    let whole = manifest.left_out.is_empty();
    let manifest = canonical_json(&manifest).into_bytes();
    let (bytes, digest) = state.bench.run(move || zipped(manifest, files)).await??;
    // What was left out may be had by and by; the rest is settled.
    if whole {
        state.known.put(made_of, digest.clone());
    }
    Ok(Archive { bytes, digest, releases: held })
}

/// What the asset's own archive holds, each file by its name there. Its manifest is part of the archive's.
async fn of_one(
    state: &State,
    partner: &PartnerIdentity,
    release: &Release,
) -> Result<Vec<(String, Arc<Rendition>)>, Problem> {
    learn(state, release).await?;
    let mut made = vec![("data.json".to_owned(), produce(state, partner, release, Format::Json.into()).await?)];
    let context = &release.context;
    let edition = state.face.templates.edition(&context.asset_type, &context.template);
    for layout in edition.iter().flat_map(|template| &template.layouts) {
        // Where there is one layout it is the whole, which is pulled more often.
        let alone = edition.as_ref().is_some_and(|template| template.layouts.len() > 1);
        for format in layout.formats() {
            let wanted = Wanted { format, layout: alone.then_some(layout.name.as_str()) };
            let rendition = produce(state, partner, release, wanted).await?;
            made.push((format!("{}.{}", layout.name, format.extension()), rendition));
        }
    }
    Ok(made)
}

fn zipped(manifest: Vec<u8>, files: Vec<(String, Arc<Rendition>)>) -> Result<(Vec<u8>, Digest), Problem> {
    let files = files.into_iter().map(|(path, rendition)| (path, rendition.bytes.clone()));
    let first = ("manifest.json".to_owned(), manifest);
    let bytes = countersign_render::archive(std::iter::once(first).chain(files)).map_err(|reason| {
        tracing::error!(reason, "archive.failed");
        Problem::internal()
    })?;
    let digest = Digest::of_bytes(&bytes);
    Ok((bytes, digest))
}

fn folder_locale(release: &Release) -> String {
    release.context.locale.to_string()
}

/// `TYPE/LOCALE`; where several assets share that, say for two audiences, with the asset's id.
fn folders(releases: &[Release]) -> Vec<String> {
    let plain = |release: &Release| format!("{}/{}", release.context.asset_type, folder_locale(release));
    let mut count: HashMap<String, usize> = HashMap::new();
    for release in releases {
        *count.entry(plain(release)).or_default() += 1;
    }
    let folder = |release: &Release| match plain(release) {
        shared if count.get(&shared).is_some_and(|count| *count > 1) => format!("{shared}/{}", release.asset),
        own => own,
    };
    releases.iter().map(folder).collect()
}

fn receipt(release: &Release) -> String {
    format!("/partner/v1/assets/{}/receipt", release.asset)
}

fn asset(release: &Release, folder: String) -> Asset {
    let context = &release.context;
    Asset {
        asset: release.asset.to_string(),
        release: release.id.to_string(),
        folder,
        asset_type: context.asset_type.clone(),
        channel: context.channel.clone(),
        market: context.market.to_string(),
        locale: context.locale.to_string(),
        product: release.product.clone(),
        audience: release.audience.clone(),
        digest: release.digest.clone(),
        receipt: receipt(release),
    }
}

fn entry(release: &Release, path: String, rendition: &Rendition) -> Entry {
    Entry {
        path,
        media_type: rendition.media_type,
        bytes: rendition.bytes.len(),
        digest: rendition.digest.clone(),
        asset: release.asset.to_string(),
        release: release.id.to_string(),
        receipt: receipt(release),
    }
}

fn left_out(release: &Release, reason: String) -> LeftOut {
    LeftOut {
        asset: release.asset.to_string(),
        release: release.id.to_string(),
        asset_type: release.context.asset_type.clone(),
        market: release.context.market.to_string(),
        locale: release.context.locale.to_string(),
        reason,
    }
}

/// With what to do about it.
pub(crate) fn too_large(what: &str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "archive-too-large", "This is more than one archive holds").detail(
        format!(
            "What you may pull of this campaign is {what}; one archive holds {MAX_ASSETS} assets and {} MiB. Ask for a part \
             with ?locale= and ?market=, or go through GET /partner/v1/assets?campaign= and pull each asset's own zip.",
            MAX_BYTES >> 20
        ),
    )
}
