//! `GET /api/v1/audit`.

use axum::extract::{Query, State};
use countersign_domain::clock::Timestamp;
use countersign_session::{SignedIn, fault};
use countersign_store::{AuditFilter, AuditRow};
use countersign_web::json::Json;
use countersign_web::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{PageJson, PageQuery};
use crate::access;
use crate::state::Studio;

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuditJson {
    seq: i64,
    at: String,
    /// `user:ID`, `partner:ID`, `cli` or `system`.
    actor: String,
    action: String,
    subject: String,
    #[schema(value_type = Object)]
    detail: serde_json::Value,
    /// Of this row and the one before: a chain.
    hash: String,
}

impl AuditJson {
    fn of(row: AuditRow) -> Self {
        let AuditRow { seq, at, actor, action, subject, detail, prev_hash: _, hash } = row;
        Self { seq, at: at.rfc3339(), actor, action, subject, detail, hash }
    }
}

#[derive(Debug, Default, Deserialize, IntoParams)]
pub(super) struct Wanted {
    actor: Option<String>,
    action: Option<String>,
    subject: Option<String>,
    /// RFC 3339 or a date.
    since: Option<String>,
    until: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
}

fn time(name: &str, text: Option<&str>) -> Result<Option<Timestamp>, Problem> {
    let text = text.filter(|text| !text.is_empty());
    text.map(Timestamp::parse).transpose().map_err(|error| Problem::malformed(format!("{name}: {error}")))
}

/// Who did what and when.
#[utoipa::path(get, path = "/api/v1/audit", tag = "admin", params(Wanted),
    responses((status = 200, body = inline(PageJson<AuditJson>)), (status = 403, body = Problem)))]
pub(super) async fn list(
    State(studio): State<Studio>,
    who: SignedIn,
    Query(wanted): Query<Wanted>,
) -> Result<Json<PageJson<AuditJson>>, Problem> {
    access::administer(&who.user)?;
    let some = |text: Option<String>| text.filter(|text| !text.is_empty());
    let filter = AuditFilter {
        actor: some(wanted.actor),
        action: some(wanted.action),
        subject: some(wanted.subject),
        since: time("since", wanted.since.as_deref())?,
        until: time("until", wanted.until.as_deref())?,
    };
    let page = PageQuery { cursor: wanted.cursor, limit: wanted.limit };
    let page = studio.store.audit(filter, page.request()).await.map_err(fault::of)?;
    Ok(Json(PageJson::of(page, AuditJson::of)))
}

#[cfg(test)]
mod tests {
    use crate::testing::{World, partner};

    #[tokio::test]
    async fn what_was_done_is_read_by_administrators_only() {
        let world = World::new().await;
        world.post("/api/v1/partners", "marketer", partner("nordlicht")).await;
        assert_eq!(world.get("/api/v1/audit", "reviewer").await.status, 403);
        let rows = world.get("/api/v1/audit?limit=200", "admin").await.json();
        let actions: Vec<_> = rows["items"].as_array().unwrap().iter().map(|row| row["action"].to_string()).collect();
        assert!(actions.iter().any(|action| action.contains("partner")), "{actions:?}");
        assert_eq!(world.get("/api/v1/audit?since=yesterday", "admin").await.status, 400);
    }
}
