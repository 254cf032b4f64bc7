//! `GET /api/v1/releases`, `GET /api/v1/releases/{id}` and `POST /api/v1/releases/{id}/recall`.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use countersign_domain::clock::Timestamp;
use countersign_domain::overriding::Overridden;
use countersign_session::{SignedIn, fault};
use countersign_store::{RecallStatus, ReleaseFilter, ReleaseRow, standing};
use countersign_web::json::Json;
use countersign_web::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{PageJson, PageQuery};
use crate::access;
use crate::state::Studio;

/// The most characters of a recall's reason.
pub(crate) const MAX_REASON: usize = 1000;

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReleaseJson {
    id: String,
    asset: String,
    kit: String,
    digest: String,
    decision: String,
    asset_type: String,
    channel: String,
    market: String,
    locale: String,
    campaign: String,
    product: String,
    audience: String,
    released_at: String,
    approver: String,
    /// `live`, `replaced`, `recalled` or `expired`.
    state: String,
    ended_at: Option<String>,
    /// How often it was pulled, and by how many partners.
    pulls: u64,
    partners: u64,
    recall: Option<RecallJson>,
    /// Of a live release: what of its text may not be said any more, one sentence each. It waits to be recalled.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lapsed: Vec<String>,
    /// The errors that its approval let stand; only with a single release. Partners never see them.
    #[serde(skip_serializing_if = "Option::is_none")]
    overrides: Option<Vec<OverrideJson>>,
}

/// An error that stands with an approval.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OverrideJson {
    rule: String,
    /// The rule's pack with its version; empty for a rule that is code.
    pack: String,
    slot: String,
    /// Bytes of the slot's text, half open.
    start: usize,
    end: usize,
    message: String,
    /// Why it stands; empty where the rule asks for no reason.
    reason: String,
}

impl OverrideJson {
    fn of(overridden: Overridden) -> Self {
        let Overridden { rule, pack, slot, start, end, message, reason, .. } = overridden;
        Self { rule, pack, slot, start, end, message, reason }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecallJson {
    id: String,
    reason: String,
    by: String,
    at: String,
    /// Who had pulled it, and who has acknowledged; only with a single release.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    partners: Vec<RecalledFrom>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecalledFrom {
    partner: String,
    slug: String,
    pulls: u64,
    last_pulled_at: Option<String>,
    acknowledged_at: Option<String>,
}

pub(crate) fn state(row: &ReleaseRow) -> &'static str {
    match (&row.recall, row.ended) {
        (Some(_), _) => "recalled",
        (None, Some(ended)) => ended.kind.as_str(),
        (None, None) => "live",
    }
}

impl ReleaseJson {
    fn of(row: &ReleaseRow, status: Option<RecallStatus>) -> Self {
        Self {
            id: row.id.to_string(),
            asset: row.asset.to_string(),
            kit: row.kit.to_string(),
            digest: row.digest.to_string(),
            decision: row.decision.to_string(),
            asset_type: row.asset_type.clone(),
            channel: row.channel.clone(),
            market: row.market.to_string(),
            locale: row.locale.to_string(),
            campaign: row.campaign.clone(),
            product: row.product.clone(),
            audience: row.audience.clone(),
            released_at: row.released_at.rfc3339(),
            approver: row.approver.to_string(),
            state: state(row).to_owned(),
            ended_at: row.ended.map(|ended| ended.at.rfc3339()),
            pulls: row.pulls,
            partners: row.partners,
            recall: row.recall.as_ref().map(|note| RecallJson {
                id: note.id.to_string(),
                reason: note.reason.clone(),
                by: note.by.to_string(),
                at: note.at.rfc3339(),
                partners: status.map(partners).unwrap_or_default(),
            }),
            lapsed: row.lapsed.iter().map(|clause| standing::finding(clause).message).collect(),
            overrides: None,
        }
    }
}

fn partners(status: RecallStatus) -> Vec<RecalledFrom> {
    status
        .partners
        .into_iter()
        .map(|pulled| RecalledFrom {
            partner: pulled.partner.to_string(),
            slug: pulled.slug,
            pulls: pulled.pulls,
            last_pulled_at: pulled.last_pulled_at.map(Timestamp::rfc3339),
            acknowledged_at: pulled.acked_at.map(Timestamp::rfc3339),
        })
        .collect()
}

#[derive(Debug, Default, Deserialize, IntoParams)]
pub(super) struct Wanted {
    /// Only live releases (`true`), or only those that have ended (`false`).
    live: Option<bool>,
    /// `true`: only live releases that cite what may not be said any more, such as a claim whose evidence has expired.
    #[serde(default)]
    lapsed: bool,
    market: Option<String>,
    locale: Option<String>,
    asset_type: Option<String>,
    campaign: Option<String>,
    kit: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
}

fn parsed<T: std::str::FromStr>(name: &str, text: Option<&str>) -> Result<Option<T>, Problem>
where
    T::Err: std::fmt::Display,
{
    let text = text.filter(|text| !text.is_empty());
    text.map(str::parse).transpose().map_err(|error| Problem::malformed(format!("{name}: {error}")))
}

/// Releases, newest first.
#[utoipa::path(get, path = "/api/v1/releases", tag = "releases", params(Wanted),
    responses((status = 200, body = inline(PageJson<ReleaseJson>)), (status = 400, body = Problem)))]
pub(super) async fn list(
    State(studio): State<Studio>,
    who: SignedIn,
    Query(wanted): Query<Wanted>,
) -> Result<Json<PageJson<ReleaseJson>>, Problem> {
    access::see(&who.user)?;
    let filter = ReleaseFilter {
        brand: None,
        kit: parsed("kit", wanted.kit.as_deref())?,
        live: wanted.live,
        lapsed: wanted.lapsed,
        market: parsed("market", wanted.market.as_deref())?,
        locale: parsed("locale", wanted.locale.as_deref())?,
        asset_type: wanted.asset_type,
        campaign: wanted.campaign,
    };
    let page = PageQuery { cursor: wanted.cursor, limit: wanted.limit };
    let page = studio.store.releases(filter, page.request()).await.map_err(fault::of)?;
    Ok(Json(PageJson::of(page, |row| ReleaseJson::of(&row, None))))
}

/// One release with the errors that its approval let stand; when it was recalled, with who had pulled it and who has acknowledged.
#[utoipa::path(get, path = "/api/v1/releases/{id}", tag = "releases", params(("id" = String, Path)),
    responses((status = 200, body = inline(ReleaseJson)), (status = 404, body = Problem)))]
pub(super) async fn show(
    State(studio): State<Studio>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Json<ReleaseJson>, Problem> {
    access::see(&who.user)?;
    let row = studio.store.release(access::id(&id)?).await.map_err(fault::of)?.ok_or_else(Problem::not_found)?;
    let status = studio.store.recall_status(row.id).await.map_err(fault::of)?;
    let stood = studio.store.overrides(row.decision).await.map_err(fault::of)?;
    let overrides = Some(stood.into_iter().map(OverrideJson::of).collect());
    Ok(Json(ReleaseJson { overrides, ..ReleaseJson::of(&row, status) }))
}

/// What a partner said of a release.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FeedbackJson {
    id: String,
    /// The partner's slug.
    partner: String,
    /// `useful`, `not_useful` or `problem`.
    kind: String,
    comment: String,
    given_at: String,
}

/// What partners said of a release, the latest first; 500 at most.
#[utoipa::path(get, path = "/api/v1/releases/{id}/feedback", tag = "releases", params(("id" = String, Path)),
    responses((status = 200, body = inline(Vec<FeedbackJson>)), (status = 404, body = Problem)))]
pub(super) async fn feedback(
    State(studio): State<Studio>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Json<Vec<FeedbackJson>>, Problem> {
    access::see(&who.user)?;
    let row = studio.store.release(access::id(&id)?).await.map_err(fault::of)?.ok_or_else(Problem::not_found)?;
    let heard = studio.store.feedback(row.id).await.map_err(fault::of)?;
    let said = heard.into_iter().map(|feedback| FeedbackJson {
        id: feedback.id.to_string(),
        partner: feedback.partner_slug,
        kind: feedback.kind,
        comment: feedback.comment,
        given_at: feedback.given_at.rfc3339(),
    });
    Ok(Json(said.collect()))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RecallForm {
    /// Partners read it: say what is wrong and what to do with copies.
    reason: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Recalled {
    id: String,
    release: String,
    url: String,
}

/// What is wrong with a reason, if anything.
pub(crate) fn reason_fault(reason: &str) -> Option<String> {
    let length = reason.trim().chars().count();
    if length == 0 {
        Some("is required: partners read it".to_owned())
    } else if length > MAX_REASON {
        Some(format!("has {length} characters; {MAX_REASON} at most"))
    } else {
        None
    }
}

/// Withdraws a release at once: partners can no longer pull it and find the recall in their change feed.
#[utoipa::path(post, path = "/api/v1/releases/{id}/recall", tag = "releases", params(("id" = String, Path)),
    request_body = inline(RecallForm), responses(
    (status = 201, body = inline(Recalled)),
    (status = 404, body = Problem),
    (status = 409, description = "It is no longer live", body = Problem),
    (status = 422, description = "The reason is missing", body = Problem)))]
pub(super) async fn recall(
    State(studio): State<Studio>,
    who: SignedIn,
    Path(id): Path<String>,
    Json(form): Json<RecallForm>,
) -> Result<Response, Problem> {
    access::recall(&who.user)?;
    let release = access::id(&id)?;
    if let Some(detail) = reason_fault(&form.reason) {
        return Err(Problem::invalid("A recall needs a reason.").fault("/reason", detail));
    }
    let recalled = studio.store.recall(release, form.reason.trim(), who.id()).await.map_err(fault::of)?;
    let recall = recalled.ok_or_else(Problem::not_found)?;
    let body =
        Recalled { id: recall.to_string(), release: release.to_string(), url: format!("/api/v1/releases/{release}") };
    Ok((StatusCode::CREATED, axum::Json(body)).into_response())
}

#[cfg(test)]
mod tests {
    use countersign_domain::content::{Bound, Segment, SlotText};
    use countersign_domain::finding::{Finding, Severity};
    use countersign_domain::overriding::Overriding;
    use countersign_domain::review::Draft;
    use countersign_domain::wording::Wording;
    use countersign_store::{Actor, NewClaim};
    use serde_json::json;

    use crate::testing::World;

    #[tokio::test]
    async fn a_release_is_recalled_with_a_reason_and_only_once() {
        let world = World::new().await;
        let release = world.released().await;
        let url = format!("/api/v1/releases/{release}");
        assert_eq!(world.get(&url, "marketer").await.json()["state"], "live");
        let recall = format!("{url}/recall");
        assert_eq!(world.post(&recall, "marketer", json!({"reason": " "})).await.status, 422);
        let done = world.post(&recall, "marketer", json!({"reason": "A wrong figure"})).await;
        assert_eq!(done.status, 201, "{}", done.body);
        let shown = world.get(&url, "reviewer").await.json();
        assert_eq!((&shown["state"], &shown["recall"]["reason"]), (&json!("recalled"), &json!("A wrong figure")));
        assert_eq!(world.post(&recall, "marketer", json!({"reason": "again"})).await.status, 409);
        let live = world.get("/api/v1/releases?live=true", "marketer").await.json();
        assert_eq!(live["items"].as_array().unwrap().len(), 0);
    }

    #[tokio::test]
    async fn a_release_whose_evidence_has_lapsed_waits_to_be_recalled() {
        let world = World::new().await;
        let store = &world.studio.store;
        let brand = store.brand_by_slug("nordwind").await.unwrap().unwrap().id;
        let claim = |expires_at| NewClaim {
            key: "uptime".into(),
            product: String::new(),
            text: Wording::One("It is there.".into()),
            evidence: "audit".into(),
            markets: Vec::new(),
            expires_at,
        };
        store.claim_upsert(brand, claim(None), Actor::Cli).await.unwrap();
        world.released().await;
        let cite = |draft: &mut Draft| {
            let bound =
                Bound { reference: "claim.1".into(), source: "claim:uptime".into(), text: "It is there.".into() };
            let segments = vec![Segment::Bound(bound)];
            draft.content.slots.insert("headline".into(), SlotText { segments });
        };
        let release = world.released_with(&cite, Vec::new()).await;
        let lapsed = "/api/v1/releases?lapsed=true";
        assert_eq!(world.get(lapsed, "marketer").await.json()["items"], json!([]));
        assert!(!world.page("/", "marketer").await.body.contains("to be recalled"));
        store.claim_upsert(brand, claim(Some(store.clock().now())), Actor::Cli).await.unwrap();
        let rows = world.get(lapsed, "marketer").await.json()["items"].clone();
        assert_eq!((rows.as_array().unwrap().len(), &rows[0]["id"]), (1, &json!(release)), "{rows}");
        assert!(rows[0]["lapsed"][0].as_str().unwrap().contains("expired on"), "{rows}");
        assert!(world.page("/", "reviewer").await.body.contains("1 release waits"));
        let page = world.page("/releases?show=lapsed", "marketer").await.body;
        assert!(page.contains(&format!("/releases/{release}#recall-title")) && page.contains("expired on"), "{page}");
        let page = world.page(&format!("/releases/{release}"), "marketer").await.body;
        assert!(page.contains("waits to be recalled"), "{page}");
        world.post(&format!("/api/v1/releases/{release}/recall"), "marketer", json!({"reason": "Lapsed."})).await;
        assert_eq!(world.get(lapsed, "marketer").await.json()["items"], json!([]));
    }

    #[tokio::test]
    async fn a_release_shows_the_errors_that_its_approval_let_stand() {
        let world = World::new().await;
        let err = |draft: &mut Draft| {
            draft.findings.push(Finding {
                rule: "test.figure".into(),
                severity: Severity::Error,
                slot: "subject".into(),
                start: 0,
                end: 1,
                message: "<b>No</b>.".into(),
                messages: Default::default(),
                fix: None,
            });
        };
        let stands = Overriding {
            rule: "test.figure".into(),
            slot: "subject".into(),
            start: 0,
            end: 1,
            reason: "It is a <i>quotation</i>.".into(),
        };
        let release = world.released_with(&err, vec![stands]).await;
        let shown = world.get(&format!("/api/v1/releases/{release}"), "marketer").await.json();
        let kept = &shown["overrides"][0];
        assert_eq!((&kept["rule"], &kept["pack"]), (&json!("test.figure"), &json!("test@1")), "{shown}");
        let page = world.page(&format!("/releases/{release}"), "marketer").await.body;
        assert!(page.contains("&lt;b&gt;No") && page.contains("a &lt;i&gt;quotation"), "{page}");
    }

    #[tokio::test]
    async fn an_unknown_release_cannot_be_recalled() {
        let world = World::new().await;
        let path = "/api/v1/releases/01939d5c-6f2e-7c3a-9b1e-0a1b2c3d4e5f/recall";
        assert_eq!(world.post(path, "marketer", json!({"reason": "x"})).await.status, 404);
    }
}
