//! `GET /api/v1/jobs/dead` and `POST /api/v1/jobs/{id}/restart`.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use countersign_domain::id::JobId;
use countersign_domain::job::Job;
use countersign_session::{SignedIn, fault};
use countersign_store::Actor;
use countersign_web::json::Json;
use countersign_web::problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access;
use crate::state::Studio;

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct JobJson {
    id: String,
    /// `draft_asset` or `release`, with what it is for.
    #[schema(value_type = Object)]
    work: serde_json::Value,
    attempts: u32,
    last_error: Option<String>,
    created_at: String,
}

impl JobJson {
    fn of(job: &Job) -> Self {
        Self {
            id: job.id.to_string(),
            work: serde_json::to_value(&job.work).unwrap_or_default(),
            attempts: job.attempts,
            last_error: job.last_error.clone(),
            created_at: job.created_at.rfc3339(),
        }
    }
}

/// Jobs that are out of attempts, each with its last error.
#[utoipa::path(get, path = "/api/v1/jobs/dead", tag = "admin",
    responses((status = 200, body = inline(Vec<JobJson>)), (status = 403, body = Problem)))]
pub(super) async fn dead(State(studio): State<Studio>, who: SignedIn) -> Result<Json<Vec<JobJson>>, Problem> {
    access::administer(&who.user)?;
    let jobs = studio.store.jobs_dead().await.map_err(fault::of)?;
    Ok(Json(jobs.iter().map(JobJson::of).collect()))
}

/// Queues a dead job again, with all its attempts.
#[utoipa::path(post, path = "/api/v1/jobs/{id}/restart", tag = "admin", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub(super) async fn restart(
    State(studio): State<Studio>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    access::administer(&who.user)?;
    again(&studio, access::id(&id)?, Actor::User(who.id())).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Restarts a job and wakes the runner.
pub(crate) async fn again(studio: &Studio, job: JobId, actor: Actor) -> Result<(), Problem> {
    studio.store.job_restart(job, actor).await.map_err(fault::of)?;
    studio.hub.wake();
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::testing::{World, brief};
    use serde_json::json;

    #[tokio::test]
    async fn a_dead_job_says_why_and_can_be_restarted_by_an_administrator() {
        let world = World::new().await;
        world.post("/api/v1/kits", "marketer", brief()).await;
        world.kill_jobs("the model is on holiday").await;
        assert_eq!(world.get("/api/v1/jobs/dead", "marketer").await.status, 403);
        let dead = world.get("/api/v1/jobs/dead", "admin").await.json();
        assert_eq!(dead.as_array().unwrap().len(), 2);
        assert_eq!(dead[0]["last_error"], "the model is on holiday");
        let path = format!("/api/v1/jobs/{}/restart", dead[0]["id"].as_str().unwrap());
        assert_eq!(world.post(&path, "admin", json!({})).await.status, 204);
        assert_eq!(world.get("/api/v1/jobs/dead", "admin").await.json().as_array().unwrap().len(), 1);
    }
}
