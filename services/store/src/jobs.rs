//! The job queue: leases with heartbeat and fence, attempts with backoff, dead letters that a person can restart.
//!
//! Whatever a worker writes in a job's name is written in a transaction that first [`hold`]s the job: a lease that was
//! lost writes nothing.

use countersign_domain::clock::Timestamp;
use countersign_domain::id::{IdSource, JobId};
use countersign_domain::job::{Job, JobState, Lease, Work, backoff_seconds};
use countersign_domain::kit::AssetState;
use countersign_store_released::StoreError;
use countersign_store_released::db::Tx;
use countersign_store_released::dialect::Dialect;
use countersign_store_released::row::Reader;
use countersign_store_released::sql::Sql;
use serde_json::json;
use sqlx::any::AnyRow;

use crate::assets::{lock_asset, set_state};
use crate::audit::{Act, append};
use crate::{Actor, Store};

/// Attempts before a draft is a dead letter: what fails so often fails for a reason of its own.
pub const MAX_ATTEMPTS: u32 = 5;
/// A release asks nothing but the database: it is tried for a day, with the longest pause of the backoff between.
pub const MAX_RELEASE_ATTEMPTS: u32 = 300;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JobCounts {
    pub queued: u64,
    pub leased: u64,
    pub done: u64,
    pub dead: u64,
}

const OUT_OF_ATTEMPTS: &str = "its workers vanished without a word, as often as it may be tried";

impl Store {
    /// The next job of one of `kinds` that is due, or whose worker has vanished; `None` when there is none. Cheap when
    /// there is none: it may be polled.
    pub async fn jobs_lease(
        &self,
        worker: &str,
        kinds: &[&str],
        ttl_seconds: i64,
    ) -> Result<Option<Lease>, StoreError> {
        loop {
            let now = self.now();
            // Without a lock first, so that idle polling never takes SQLite's only writer.
            if due(kinds, now, "").fetch_optional(self.db.reader()).await?.is_none() {
                return Ok(None);
            }
            let mut tx = self.db.begin().await?;
            let skip = self.db.dialect.for_update_skip_locked();
            let Some(row) = due(kinds, now, skip).fetch_optional(&mut *tx).await? else { return Ok(None) };
            let read = Reader::new(&row, "jobs", "id");
            let lease = Lease {
                job: read.parse("id")?,
                work: read.json("work")?,
                attempt: read.count::<u32>("attempts")? + 1,
                fence: read.number("fence")? + 1,
                expires_at: now.plus_seconds(ttl_seconds),
            };
            if lease.attempt > read.count("max_attempts")? {
                // It takes its workers down with it: no more of them.
                let last = Lease { attempt: lease.attempt - 1, fence: lease.fence - 1, ..lease };
                bury(&mut tx, self.db.dialect, &last, OUT_OF_ATTEMPTS, now).await?;
                tx.commit().await?;
                continue;
            }
            sqlx::query(
                "UPDATE jobs SET state = 'leased', attempts = $2, fence = $3, lease_worker = $4, lease_expires_at = $5
                 WHERE id = $1",
            )
            .bind(lease.job.to_string())
            .bind(i64::from(lease.attempt))
            .bind(lease.fence)
            .bind(worker)
            .bind(lease.expires_at.micros())
            .execute(&mut *tx)
            .await?;
            tx.commit().await?;
            return Ok(Some(lease));
        }
    }

    /// At a worker's start: puts back what a former process under the same name had leased when it was killed. Only
    /// for names that no two live processes share, such as that of a locked data folder.
    pub async fn jobs_take_back(&self, worker: &str) -> Result<u64, StoreError> {
        let rows = sqlx::query(
            "UPDATE jobs SET state = 'queued', run_at = $2, lease_worker = NULL, lease_expires_at = NULL
             WHERE state = 'leased' AND lease_worker = $1",
        )
        .bind(worker)
        .bind(self.now().micros())
        .execute(self.db.writer())
        .await?;
        Ok(rows.rows_affected())
    }

    /// Puts work back that a clean stop interrupted: due at once, and the attempt does not count. One that is killed
    /// counts, or a job that takes its workers down with it would do so for ever.
    pub async fn job_give_back(&self, lease: &Lease) -> Result<(), StoreError> {
        let rows = sqlx::query(
            "UPDATE jobs SET state = 'queued', run_at = $3, attempts = attempts - 1, lease_worker = NULL,
                 lease_expires_at = NULL
             WHERE id = $1 AND fence = $2 AND state = 'leased'",
        )
        .bind(lease.job.to_string())
        .bind(lease.fence)
        .bind(self.now().micros())
        .execute(self.db.writer())
        .await?
        .rows_affected();
        if rows == 1 { Ok(()) } else { Err(StoreError::LeaseLost) }
    }

    /// Keeps the lease; [`StoreError::LeaseLost`] means: stop, another has the job.
    pub async fn job_heartbeat(&self, lease: &Lease, ttl_seconds: i64) -> Result<Lease, StoreError> {
        let expires_at = self.now().plus_seconds(ttl_seconds);
        let rows =
            sqlx::query("UPDATE jobs SET lease_expires_at = $3 WHERE id = $1 AND fence = $2 AND state = 'leased'")
                .bind(lease.job.to_string())
                .bind(lease.fence)
                .bind(expires_at.micros())
                .execute(self.db.writer())
                .await?
                .rows_affected();
        if rows == 1 { Ok(Lease { expires_at, ..lease.clone() }) } else { Err(StoreError::LeaseLost) }
    }

    pub async fn job_done(&self, lease: &Lease) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        finish(&mut tx, lease, self.now()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Back into the queue after a pause, or, when `retry` is false or attempts are used up, to the dead letters; the
    /// asset of a draft that is dead says `error` to its marketer.
    pub async fn job_failed(&self, lease: &Lease, error: &str, retry: bool) -> Result<(), StoreError> {
        let now = self.now();
        let mut tx = self.db.begin().await?;
        let max_attempts = hold(&mut tx, self.db.dialect, lease).await?;
        if retry && lease.attempt < max_attempts {
            sqlx::query(
                "UPDATE jobs SET state = 'queued', run_at = $2, last_error = $3, lease_worker = NULL,
                     lease_expires_at = NULL WHERE id = $1",
            )
            .bind(lease.job.to_string())
            .bind(now.plus_seconds(backoff_seconds(lease.attempt)).micros())
            .bind(error)
            .execute(&mut *tx)
            .await?;
        } else {
            bury(&mut tx, self.db.dialect, lease, error, now).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The dead letters, newest first; 500 at most.
    pub async fn jobs_dead(&self) -> Result<Vec<Job>, StoreError> {
        let rows = Sql::new(
            "SELECT id, work, state, attempts, max_attempts, run_at, last_error, created_at FROM jobs
             WHERE state = 'dead' ORDER BY id DESC LIMIT 500",
        )
        .fetch_all(self.db.reader())
        .await?;
        rows.iter().map(read_job).collect()
    }

    /// Queues a dead job anew, with all its attempts. [`StoreError::Conflict`] when it is not dead.
    pub async fn job_restart(&self, job: JobId, actor: Actor) -> Result<(), StoreError> {
        let now = self.now();
        let mut tx = self.db.begin().await?;
        let row = Sql::new("SELECT id, work, state FROM jobs WHERE id = ")
            .bind(job.to_string())
            .push(self.db.dialect.for_update())
            .fetch_optional(&mut *tx)
            .await?
            .ok_or_else(|| StoreError::missing("job", job))?;
        let read = Reader::new(&row, "jobs", "id");
        if read_state(&read)? != JobState::Dead {
            // At once: a transaction that is only dropped keeps the row's lock until its connection is used again, and who
            // leases meanwhile passes the job over.
            tx.rollback().await?;
            return Err(StoreError::conflict("this job is not dead; only dead jobs are restarted"));
        }
        sqlx::query("UPDATE jobs SET state = 'queued', attempts = 0, run_at = $2, finished_at = NULL WHERE id = $1")
            .bind(job.to_string())
            .bind(now.micros())
            .execute(&mut *tx)
            .await?;
        if let Work::DraftAsset { asset } = read.json("work")? {
            let asset = lock_asset(&mut tx, self.db.dialect, asset)
                .await?
                .ok_or_else(|| StoreError::missing("asset", asset))?;
            set_state(&mut tx, asset.id, AssetState::Failed, AssetState::Drafting, None).await?;
        }
        let act = Act { actor, action: "job.restarted", subject: format!("job:{job}"), detail: json!({}) };
        append(&mut tx, now, act).await?;
        tx.commit().await?;
        Ok(())
    }

    pub async fn job_counts(&self) -> Result<JobCounts, StoreError> {
        let rows = Sql::new("SELECT state, COUNT(*) AS n FROM jobs GROUP BY state").fetch_all(self.db.reader()).await?;
        let mut counts = JobCounts::default();
        for row in &rows {
            let read = Reader::new(row, "jobs", "state");
            let n = read.count("n")?;
            match read_state(&read)? {
                JobState::Queued => counts.queued = n,
                JobState::Leased => counts.leased = n,
                JobState::Done => counts.done = n,
                JobState::Dead => counts.dead = n,
            }
        }
        Ok(counts)
    }
}

fn due(kinds: &[&str], now: Timestamp, lock: &'static str) -> Sql {
    Sql::new("SELECT id, work, attempts, max_attempts, fence FROM jobs WHERE kind IN (")
        .list(kinds)
        .push(") AND ((state = 'queued' AND run_at <= ")
        .bind(now.micros())
        .push(") OR (state = 'leased' AND lease_expires_at <= ")
        .bind(now.micros())
        .push(
            ")) AND (lane IS NULL OR NOT EXISTS (
                 SELECT 1 FROM jobs e WHERE e.lane = jobs.lane AND e.id < jobs.id AND e.state IN ('queued', 'leased')))
             ORDER BY run_at, id LIMIT 1",
        )
        .push(lock)
}

/// Queues `work`, in a `lane` behind what was queued there before; queueing what is queued or being done already changes
/// nothing.
pub(crate) async fn enqueue(
    tx: &mut Tx,
    ids: &dyn IdSource,
    now: Timestamp,
    work: &Work,
    run_at: Timestamp,
    lane: Option<&str>,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO jobs (id, kind, work, dedupe_key, state, attempts, max_attempts, run_at, fence, created_at, lane)
         VALUES ($1, $2, $3, $4, 'queued', 0, $5, $6, 0, $7, $8)
         ON CONFLICT (dedupe_key) WHERE state IN ('queued', 'leased') DO NOTHING",
    )
    .bind(JobId::new(ids, now).to_string())
    .bind(work.kind())
    .bind(json!(work).to_string())
    .bind(work.dedupe_key())
    .bind(i64::from(match work {
        Work::DraftAsset { .. } => MAX_ATTEMPTS,
        Work::Release { .. } => MAX_RELEASE_ATTEMPTS,
    }))
    .bind(run_at.micros())
    .bind(now.micros())
    .bind(lane)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes the job's lock and makes sure that the lease is the latest; how often it may be tried.
pub(crate) async fn hold(tx: &mut Tx, dialect: Dialect, lease: &Lease) -> Result<u32, StoreError> {
    let row = Sql::new("SELECT id, state, fence, max_attempts FROM jobs WHERE id = ")
        .bind(lease.job.to_string())
        .push(dialect.for_update())
        .fetch_optional(&mut **tx)
        .await?
        .ok_or(StoreError::LeaseLost)?;
    let read = Reader::new(&row, "jobs", "id");
    if read_state(&read)? == JobState::Leased && read.number("fence")? == lease.fence {
        read.count("max_attempts")
    } else {
        Err(StoreError::LeaseLost)
    }
}

pub(crate) async fn finish(tx: &mut Tx, lease: &Lease, now: Timestamp) -> Result<(), StoreError> {
    let rows = sqlx::query(
        "UPDATE jobs SET state = 'done', finished_at = $3, lease_worker = NULL, lease_expires_at = NULL
         WHERE id = $1 AND fence = $2 AND state = 'leased'",
    )
    .bind(lease.job.to_string())
    .bind(lease.fence)
    .bind(now.micros())
    .execute(&mut **tx)
    .await?
    .rows_affected();
    if rows == 1 { Ok(()) } else { Err(StoreError::LeaseLost) }
}

/// To the dead letters, under the job's lock. Call it last in a transaction, as [`append`].
pub(crate) async fn bury(
    tx: &mut Tx,
    dialect: Dialect,
    lease: &Lease,
    reason: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let rows = sqlx::query(
        "UPDATE jobs SET state = 'dead', last_error = $3, finished_at = $4, lease_worker = NULL,
             lease_expires_at = NULL WHERE id = $1 AND fence = $2",
    )
    .bind(lease.job.to_string())
    .bind(lease.fence)
    .bind(reason)
    .bind(now.micros())
    .execute(&mut **tx)
    .await?
    .rows_affected();
    if rows != 1 {
        return Err(StoreError::LeaseLost);
    }
    if let Work::DraftAsset { asset } = lease.work
        && let Some(asset) = lock_asset(tx, dialect, asset).await?
        && asset.state == AssetState::Drafting
    {
        set_state(tx, asset.id, AssetState::Drafting, AssetState::Failed, Some(reason)).await?;
    }
    let detail = json!({ "kind": lease.work.kind(), "attempts": lease.attempt });
    append(tx, now, Act { actor: Actor::System, action: "job.died", subject: format!("job:{}", lease.job), detail })
        .await
}

fn read_state(read: &Reader<'_>) -> Result<JobState, StoreError> {
    match read.text("state")?.as_str() {
        "queued" => Ok(JobState::Queued),
        "leased" => Ok(JobState::Leased),
        "done" => Ok(JobState::Done),
        "dead" => Ok(JobState::Dead),
        _ => Err(read.broken("state is none that there is")),
    }
}

fn read_job(row: &AnyRow) -> Result<Job, StoreError> {
    let read = Reader::new(row, "jobs", "id");
    Ok(Job {
        id: read.parse("id")?,
        work: read.json("work")?,
        state: read_state(&read)?,
        attempts: read.count("attempts")?,
        max_attempts: read.count("max_attempts")?,
        run_at: read.time("run_at")?,
        last_error: read.text_opt("last_error")?,
        created_at: read.time("created_at")?,
    })
}
