//! Renditions: made once for a release, a profile version and a format, then kept in a cache that is bounded in bytes.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use countersign_released::digest::Digest;
use countersign_released::id::ReleaseId;
use countersign_released::release::Release;
use countersign_render::{Blobs, Format, Images, RenderError, Rendition, Subject, Tracking, Wanted, imprint, render};
use countersign_store_released::PartnerIdentity;
use countersign_web::problem::Problem;

use crate::face::{State, fault};

/// The most bytes that the cache keeps.
const CACHE_BYTES: usize = 64 << 20;

/// A release, what of the profile shows, for whom, and in which form.
type Key = (ReleaseId, Digest, String, Format, Option<String>);

/// The latest renditions. Whether a release is still live is asked of the database before, every time.
#[derive(Debug, Default)]
pub struct Cache(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    by_key: HashMap<Key, Arc<Rendition>>,
    order: VecDeque<Key>,
    bytes: usize,
}

impl Cache {
    fn get(&self, key: &Key) -> Option<Arc<Rendition>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).by_key.get(key).cloned()
    }

    fn put(&self, key: Key, rendition: Arc<Rendition>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let size = rendition.bytes.len();
        if kept.by_key.insert(key.clone(), rendition).is_none() {
            kept.bytes += size;
            kept.order.push_back(key);
        }
        while kept.bytes > CACHE_BYTES {
            let Some(oldest) = kept.order.pop_front() else { break };
            if let Some(gone) = kept.by_key.remove(&oldest) {
                kept.bytes -= gone.bytes.len();
            }
        }
    }
}

/// The release in the partner's branding.
pub(crate) async fn produce(
    state: &State,
    partner: &PartnerIdentity,
    release: &Release,
    wanted: Wanted<'_>,
) -> Result<Arc<Rendition>, Problem> {
    learn(state, release).await?;
    let (context, content, profile) = (&release.context, &release.content, &partner.profile);
    let failed = |error: RenderError| cannot(release, &error);
    let imprint = imprint(&state.face.templates, context, content, profile, wanted).map_err(failed)?;
    let key = (release.id, imprint, partner.slug.clone(), wanted.format, wanted.layout.map(str::to_owned));
    if let Some(rendition) = state.cache.get(&key) {
        return Ok(rendition);
    }
    let logos = logos(state, partner, release).await?;
    let asset = release.asset.to_string();
    let subject = Subject {
        context,
        content,
        profile,
        links: Tracking { campaign: &release.campaign, asset: &asset, partner: &partner.slug },
        images: Images::Url(&state.face.public_url),
    };
    let rendition = Arc::new(render(&state.face.templates, &subject, &logos, wanted).map_err(failed)?);
    state.cache.put(key, Arc::clone(&rendition));
    Ok(rendition)
}

/// Makes sure that the edition that the release was approved in is known. One that a newer process made, or that an
/// older program made, is learned from the files that were kept of it.
pub(crate) async fn learn(state: &State, release: &Release) -> Result<(), Problem> {
    let context = &release.context;
    if state.face.templates.edition(&context.asset_type, &context.template).is_some() {
        return Ok(());
    }
    let Some(kept) = state.face.store.edition(&context.template).await.map_err(fault)? else { return Ok(()) };
    state.face.templates.learn(&kept.asset_type, &kept.tag, kept.files).map_err(|error| {
        tracing::error!(template = kept.tag, error = %error, "edition.broken");
        Problem::internal()
    })
}

struct Logos(HashMap<Digest, Arc<[u8]>>);

impl Blobs for Logos {
    fn png(&self, digest: &Digest) -> Option<Arc<[u8]>> {
        self.0.get(digest).cloned()
    }
}

async fn logos(state: &State, partner: &PartnerIdentity, release: &Release) -> Result<Logos, Problem> {
    let mut logos = HashMap::new();
    for digest in partner.profile.images(&release.context.brand) {
        if let Some(blob) = state.face.store.logo(digest).await.map_err(fault)? {
            logos.insert(digest.clone(), Arc::from(blob.bytes));
        }
    }
    Ok(Logos(logos))
}

fn cannot(release: &Release, error: &RenderError) -> Problem {
    if matches!(error, RenderError::NoLayout { .. } | RenderError::NoFormat { .. }) {
        return Problem::not_found().detail(error);
    }
    tracing::warn!(release.id = %release.id, error = %error, "rendition.failed");
    Problem::new(StatusCode::CONFLICT, "cannot-render", "This asset cannot be rendered for you").detail(error)
}
