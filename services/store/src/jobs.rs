//! S
use countersign_domain::id::JobId;
use countersign_domain::job::{Job, Lease};
use countersign_store_released::StoreError;
use crate::{Actor, Store};
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JobCounts { pub queued: u64, pub leased: u64, pub done: u64, pub dead: u64 }
impl Store {
    pub async fn jobs_lease(&self, worker: &str, kinds: &[&str], ttl_seconds: i64) -> Result<Option<Lease>, StoreError> { todo!() }
    pub async fn jobs_take_back(&self, worker: &str) -> Result<u64, StoreError> { todo!() }
    pub async fn job_heartbeat(&self, lease: &Lease, ttl_seconds: i64) -> Result<Lease, StoreError> { todo!() }
    pub async fn job_done(&self, lease: &Lease) -> Result<(), StoreError> { todo!() }
    pub async fn job_failed(&self, lease: &Lease, error: &str, retry: bool) -> Result<(), StoreError> { todo!() }
    pub async fn jobs_dead(&self) -> Result<Vec<Job>, StoreError> { todo!() }
    pub async fn job_restart(&self, job: JobId, actor: Actor) -> Result<(), StoreError> { todo!() }
    pub async fn job_counts(&self) -> Result<JobCounts, StoreError> { todo!() }
}
