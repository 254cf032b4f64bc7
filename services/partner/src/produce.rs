//! Renditions: made once for a release, a profile version and a format, then kept in a cache that is bounded in bytes.
//!
//! A text or a page takes less than a millisecond and is made where it is asked for. Pictures, documents and what holds
//! several of them take long enough to keep others waiting: they are made on threads of their own, as many at a time as
//! the machine has cores.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use countersign_released::digest::Digest;
use countersign_released::id::ReleaseId;
use countersign_released::release::Release;
use countersign_render::{
    Blobs, Format, Images, RenderError, Rendition, Subject, Templates, Tracking, Wanted, imprint, render,
};
use countersign_store_released::PartnerIdentity;
use countersign_web::problem::Problem;
use tokio::sync::Semaphore;

use crate::face::{PartnerFace, State, fault};

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

/// Permits to work a thread hard.
#[derive(Clone, Debug)]
pub(crate) struct Bench(Arc<Semaphore>);

impl Bench {
    /// One place for each core.
    pub(crate) fn of_this_machine() -> Self {
        Self::with_places(std::thread::available_parallelism().map_or(1, usize::from))
    }

    pub(crate) fn with_places(places: usize) -> Self {
        Self(Arc::new(Semaphore::new(places)))
    }

    /// Runs `work` on a thread of its own when a place is free. Work that has begun ends, and holds its place until
    /// then, also when whoever asked for it has gone.
    pub(crate) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let broken = |error: &dyn std::fmt::Display| {
            tracing::error!(%error, "rendering.broken");
            Problem::internal()
        };
        let place = Arc::clone(&self.0).acquire_owned().await.map_err(|error| broken(&error))?;
        let done = tokio::task::spawn_blocking(move || {
            let made = work();
            drop(place);
            made
        });
        done.await.map_err(|error| broken(&error))
    }

    /// A place for as long as the permit is held.
    pub(crate) async fn place(&self) -> Result<tokio::sync::SemaphorePermit<'_>, Problem> {
        self.0.acquire().await.map_err(|_| Problem::internal())
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
    let made = if takes_long(&state.face.templates, release, wanted) {
        let (state, partner, release) = (state.clone(), partner.clone(), release.clone());
        let (format, layout) = (wanted.format, wanted.layout.map(str::to_owned));
        let bench = state.bench.clone();
        let work = move || make(&state.face, &partner, &release, &logos, Wanted { format, layout: layout.as_deref() });
        bench.run(work).await?
    } else {
        make(&state.face, partner, release, &logos, wanted)
    };
    let rendition = Arc::new(made.map_err(failed)?);
    state.cache.put(key, Arc::clone(&rendition));
    Ok(rendition)
}

/// Whether pictures are drawn for it.
fn takes_long(templates: &Templates, release: &Release, wanted: Wanted<'_>) -> bool {
    let drawn = || {
        let template = templates.edition(&release.context.asset_type, &release.context.template);
        template.is_none_or(|template| template.formats().contains(&Format::Png) || template.layouts.len() > 1)
    };
    match (wanted.format, wanted.layout) {
        (Format::Png | Format::Pdf | Format::Zip, _) => true,
        (Format::Html, None) => drawn(),
        (Format::Html, Some(_)) | (Format::Text | Format::Json, _) => false,
    }
}

fn make(
    face: &PartnerFace,
    partner: &PartnerIdentity,
    release: &Release,
    logos: &Logos,
    wanted: Wanted<'_>,
) -> Result<Rendition, RenderError> {
    let asset = release.asset.to_string();
    let subject = Subject {
        context: &release.context,
        content: &release.content,
        profile: &partner.profile,
        links: Tracking { campaign: &release.campaign, asset: &asset, partner: &partner.slug },
        images: Images::Url(&face.public_url),
    };
    render(&face.templates, &subject, logos, wanted)
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

/// All renditions of a release: the whole in each format, and each layout where there are several.
pub(crate) fn every(templates: &Templates, release: &Release) -> Vec<(Format, Option<String>)> {
    let context = &release.context;
    let Some(template) = templates.edition(&context.asset_type, &context.template) else { return Vec::new() };
    let mut every: Vec<_> = template.formats().into_iter().map(|format| (format, None)).collect();
    if template.layouts.len() > 1 {
        for layout in &template.layouts {
            every.extend(layout.formats().into_iter().map(|format| (format, Some(layout.name.clone()))));
        }
    }
    every
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
    cannot_render(error)
}

/// The asset is at fault, not the house.
pub(crate) fn cannot_render(reason: impl ToString) -> Problem {
    Problem::new(StatusCode::CONFLICT, "cannot-render", "This asset cannot be rendered for you").detail(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_holds_its_place_to_its_end_also_when_nobody_waits_for_it() {
        let bench = Bench::with_places(1);
        let (began, begun) = tokio::sync::oneshot::channel();
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let working = bench.clone();
        let first = tokio::spawn(async move {
            let work = move || {
                began.send(()).unwrap();
                ended.recv()
            };
            working.run(work).await.map(drop)
        });
        begun.await.unwrap();
        first.abort();
        assert!(first.await.unwrap_err().is_cancelled());
        assert_eq!(bench.0.available_permits(), 0, "it is still at work");
        end.send(()).unwrap();
        assert_eq!(bench.run(|| 5).await.unwrap(), 5);
    }
}
