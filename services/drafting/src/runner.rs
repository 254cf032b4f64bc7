//! The job runner: leases queued work, keeps the lease alive while it is done, and writes the result under its fence.
//!
//! A process killed at any instant leaves its lease behind; when that has run out (or the same worker starts again) the
//! work is done afresh. What was written was written in one transaction with the end of the job, so nothing happens twice.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use countersign_domain::id::{AssetId, BrandId};
use countersign_domain::job::{Lease, Work};
use countersign_domain::library::Passage;
use countersign_domain::review::NewRevision;
use countersign_store::{Store, StoreError};
use tokio::sync::watch;

use crate::drafter::{Drafter, DraftingError, Task};
use crate::events::{Hub, KitEventKind};

/// How long a lease lives without a heartbeat, in seconds.
const LEASE_SECONDS: i64 = 15;
/// How long an idle worker sleeps when nobody wakes it.
const IDLE: Duration = Duration::from_millis(500);
/// How long a worker waits when the database is away.
const AWAY: Duration = Duration::from_secs(2);

/// Drafts and releases; clones share it.
#[derive(Clone, Debug)]
pub struct Runner {
    store: Store,
    drafter: Option<Drafter>,
    hub: Hub,
    worker: String,
    passages: Arc<Mutex<HashMap<BrandId, Shelf>>>,
}

/// A brand's live passages and their version.
type Shelf = (Arc<[Passage]>, i64);

/// How one job ended, besides well.
enum Fault {
    /// Again later, with backoff.
    Passing(String),
    /// Again would change nothing; the sentence is for people.
    Final(String),
    /// Another worker has the job by now; nothing may be written.
    Lost,
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::LeaseLost => Self::Lost,
            other => Self::Passing(other.to_string()),
        }
    }
}

impl Runner {
    /// `worker` is this process's own name: a worker that starts again takes its former leases back. Without a drafter
    /// only releases are run.
    #[must_use]
    pub fn new(store: Store, drafter: Option<Drafter>, hub: Hub, worker: String) -> Self {
        Self { store, drafter, hub, worker, passages: Arc::default() }
    }

    /// Runs until `stop` says true. Work in hand is finished first, except drafting, which another run takes up.
    pub async fn run(self, stop: watch::Receiver<bool>) {
        match self.store.jobs_take_back(&self.worker).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(jobs.count = count, "jobs.taken_back"),
            Err(error) => tracing::warn!(error = %error, "jobs.take_back.failed"),
        }
        let releases = tokio::spawn(self.clone().serve(&["release"], stop.clone()));
        // Two at a time: while one writes, the other gathers, examines and stores.
        let drafts: Vec<_> = (0..if self.drafter.is_some() { 2 } else { 0 })
            .map(|_| tokio::spawn(self.clone().serve(&["draft_asset"], stop.clone())))
            .collect();
        for task in drafts.into_iter().chain([releases]) {
            if let Err(error) = task.await {
                tracing::error!(error = %error, "worker.ended");
            }
        }
    }

    async fn serve(self, kinds: &'static [&'static str], mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            match self.store.jobs_lease(&self.worker, kinds, LEASE_SECONDS).await {
                Ok(Some(lease)) => self.work(lease, &mut stop).await,
                Ok(None) => {
                    tokio::select! {
                        () = self.hub.woken() => {}
                        () = tokio::time::sleep(IDLE) => {}
                        _ = stop.changed() => {}
                    }
                }
                Err(error) => {
                    tracing::warn!(error = %error, "jobs.lease.failed");
                    tokio::select! {
                        () = tokio::time::sleep(AWAY) => {}
                        _ = stop.changed() => {}
                    }
                }
            }
        }
    }

    async fn work(&self, lease: Lease, stop: &mut watch::Receiver<bool>) {
        let job = lease.job;
        let kind = lease.work.kind();
        let done = tokio::select! {
            done = self.perform(&lease) => done,
            () = self.keep_alive(lease.clone()) => Err(Fault::Lost),
            _ = stopped(stop), if matches!(lease.work, Work::DraftAsset { .. }) => {
                // Another worker can take it at once. When this fails, the lease runs out by itself.
                if let Err(error) = self.store.job_give_back(&lease).await {
                    tracing::warn!(job.id = %job, error = %error, "job.give_back.failed");
                }
                return;
            }
        };
        let written = match done {
            Ok(()) => {
                metrics::counter!("countersign_jobs_total", "kind" => kind, "outcome" => "done").increment(1);
                Ok(())
            }
            Err(Fault::Lost) => {
                tracing::warn!(job.id = %job, "job.lease.lost");
                Ok(())
            }
            Err(Fault::Passing(reason)) => {
                tracing::warn!(job.id = %job, job.attempt = lease.attempt, reason, "job.failed");
                self.store.job_failed(&lease, &reason, true).await
            }
            Err(Fault::Final(reason)) => match lease.work {
                Work::DraftAsset { asset } => self.asset_failed(&lease, asset, &reason).await,
                Work::Release { .. } => self.store.job_failed(&lease, &reason, false).await,
            },
        };
        if let Err(error) = written {
            tracing::warn!(job.id = %job, error = %error, "job.outcome.not_written");
        }
    }

    /// Ends only when the lease is lost.
    async fn keep_alive(&self, mut lease: Lease) {
        loop {
            tokio::time::sleep(Duration::from_secs(LEASE_SECONDS.unsigned_abs() / 3)).await;
            match self.store.job_heartbeat(&lease, LEASE_SECONDS).await {
                Ok(renewed) => lease = renewed,
                Err(StoreError::LeaseLost) => return,
                // The database may be back before the lease runs out; whatever is written then is fenced.
                Err(error) => tracing::warn!(job.id = %lease.job, error = %error, "job.heartbeat.failed"),
            }
        }
    }

    async fn perform(&self, lease: &Lease) -> Result<(), Fault> {
        match &lease.work {
            Work::Release { decision } => {
                self.store.release_now(lease, *decision).await?;
                Ok(())
            }
            Work::DraftAsset { asset } => self.draft(lease, *asset).await,
        }
    }

    async fn draft(&self, lease: &Lease, id: AssetId) -> Result<(), Fault> {
        let drafter = self.drafter.as_ref().ok_or_else(|| Fault::Passing("this process has no model".into()))?;
        let view = self.store.asset(id).await?.ok_or_else(|| gone("asset"))?;
        let kit = self.store.kit(view.asset.kit).await?.ok_or_else(|| gone("kit"))?;
        let brand = self.store.brand(kit.brand).await?.ok_or_else(|| gone("brand"))?;
        let claims = self.store.claims(brand.id).await?;
        let passages = self.passages(brand.id).await?;
        // What came from outside is no draft of ours, but it is said all the same.
        let earlier = self.store.drafts_before(id).await?.into_iter().map(|revision| revision.content).collect();
        // Validity is judged at the kit's time, so that the same job gives the same draft however often it is run.
        let task = Task::for_asset(&view.asset, brand, kit.brief, claims, passages, earlier, kit.created_at);
        self.hub.send(kit.id, id, KitEventKind::Started);
        let watch = |text: String| self.hub.send(kit.id, id, KitEventKind::Text { text });
        let draft = drafter.draft(&task, kit.created_by, watch).await.map_err(|error| fault(&error))?;
        let revision = NewRevision::drafted(draft, id, self.store.ids(), self.store.clock().now());
        self.store.draft_done(lease, revision).await?;
        self.hub.send(kit.id, id, KitEventKind::Done);
        Ok(())
    }

    async fn asset_failed(&self, lease: &Lease, id: AssetId, reason: &str) -> Result<(), StoreError> {
        self.store.asset_failed(lease, id, reason).await?;
        if let Some(view) = self.store.asset(id).await? {
            self.hub.send(view.asset.kit, id, KitEventKind::Failed);
        }
        Ok(())
    }

    /// The brand's live passages, read again only when they have changed.
    async fn passages(&self, brand: BrandId) -> Result<Shelf, StoreError> {
        let version = self.store.passages_version(brand).await?;
        let known = self.passages.lock().unwrap_or_else(PoisonError::into_inner).get(&brand).cloned();
        if let Some(known) = known.filter(|(_, known)| *known == version) {
            return Ok(known);
        }
        let read = (Arc::from(self.store.passages(brand).await?), version);
        self.passages.lock().unwrap_or_else(PoisonError::into_inner).insert(brand, read.clone());
        Ok(read)
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // A sender that is gone means the same as a stop.
    let _ = stop.wait_for(|stop| *stop).await;
}

fn gone(what: &str) -> Fault {
    Fault::Final(format!("its {what} is not there any more"))
}

fn fault(error: &DraftingError) -> Fault {
    if error.is_passing() { Fault::Passing(error.to_string()) } else { Fault::Final(error.to_string()) }
}
