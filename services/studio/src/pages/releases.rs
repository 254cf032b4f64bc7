//! `/releases` and `/releases/{id}`: what is out, who pulled it, and how to take it back.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use countersign_domain::overriding::Overridden;
use countersign_preview::{Asked, Stage, StageOf, Whom, fitting};
use countersign_session::cookies::Flash;
use countersign_session::ui::go;
use countersign_session::{OnPage, PageForm, fault};
use countersign_store::{Feedback, RecallStatus, ReleaseFilter, ReleaseRow, standing};
use countersign_web::problem::Problem;
use serde::{Deserialize, Serialize};

use super::kits::label;
use crate::access;
use crate::api::{PageQuery, reason_fault, release_state};
use crate::state::Studio;
use crate::when::When;

#[derive(Serialize)]
pub(super) struct Releases {
    pub releases: Vec<Row>,
    /// `live`, `lapsed` or `all`.
    pub show: &'static str,
    /// How many live ones wait to be recalled.
    pub lapsed: u64,
    pub next: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Row {
    pub id: String,
    pub title: String,
    pub kind: String,
    pub locale: String,
    pub market: String,
    pub state: &'static str,
    pub state_label: &'static str,
    pub at: When,
    pub approver: String,
    pub pulls: u64,
    pub partners: u64,
    /// What of its text may not be said any more, as sentences.
    pub lapsed: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct Said {
    pub partner: String,
    pub kind: &'static str,
    pub comment: String,
    pub at: When,
}

#[derive(Serialize)]
pub(super) struct Stood {
    pub rule: String,
    pub slot: String,
    pub message: String,
    pub reason: String,
}

#[derive(Serialize)]
pub(super) struct ReleasePage {
    pub row: Row,
    pub kit: String,
    pub digest: String,
    pub product: String,
    pub audience: String,
    pub channel: String,
    pub ended: Option<When>,
    pub recall: Option<Recall>,
    /// The errors that its approval let stand.
    pub overrides: Vec<Stood>,
    /// What partners said of it.
    pub feedback: Vec<Said>,
    pub reason: String,
    pub fault: Option<String>,
    pub stage: Stage,
}

/// What was typed into the recall's form, when it comes back.
#[derive(Default)]
struct Typed {
    reason: String,
    fault: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Recall {
    pub reason: String,
    pub at: When,
    pub by: String,
    pub partners: Vec<Pulled>,
}

#[derive(Serialize)]
pub(super) struct Pulled {
    pub name: String,
    pub slug: String,
    pub pulls: u64,
    pub last: Option<When>,
    pub acknowledged: Option<When>,
}

fn row(studio: &Studio, release: &ReleaseRow) -> Row {
    let state = release_state(release);
    Row {
        id: release.id.to_string(),
        title: if release.campaign.is_empty() { release.product.clone() } else { release.campaign.clone() },
        kind: studio.type_title(&release.asset_type),
        locale: release.locale.to_string(),
        market: release.market.to_string(),
        state,
        state_label: label(state),
        at: When::of(release.released_at),
        approver: release.approver_name.clone(),
        pulls: release.pulls,
        partners: release.partners,
        lapsed: release.lapsed.iter().map(|clause| standing::finding(clause).message).collect(),
    }
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    show: String,
    cursor: Option<String>,
}

pub(super) async fn list(
    State(studio): State<Studio>,
    who: OnPage,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    access::see(&who.user)?;
    let (show, live, lapsed) = match wanted.show.as_str() {
        "all" => ("all", None, false),
        "lapsed" => ("lapsed", Some(true), true),
        _ => ("live", Some(true), false),
    };
    let filter = ReleaseFilter { live, lapsed, ..ReleaseFilter::default() };
    let page = PageQuery { cursor: wanted.cursor, limit: None };
    let page = studio.store.releases(filter, page.request()).await.map_err(fault::of)?;
    let view = Releases {
        releases: page.items.iter().map(|release| row(&studio, release)).collect(),
        show,
        lapsed: studio.store.releases_lapsed().await.map_err(fault::of)?,
        next: page.next,
    };
    Ok(studio.ui.page(&who, "Releases", "releases.html", &view))
}

pub(super) async fn show(
    State(studio): State<Studio>,
    who: OnPage,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    access::see(&who.user)?;
    one(&studio, &who, &id, &asked, StatusCode::OK, Typed::default()).await
}

async fn one(
    studio: &Studio,
    who: &OnPage,
    id: &str,
    asked: &Asked,
    status: StatusCode,
    typed: Typed,
) -> Result<Response, Problem> {
    let release = studio.store.release(access::id(id)?).await.map_err(fault::of)?.ok_or_else(Problem::not_found)?;
    let recalled = studio.store.recall_status(release.id).await.map_err(fault::of)?;
    let recall = match recalled {
        None => None,
        Some(RecallStatus { recall, partners }) => {
            let by = studio.store.user(recall.by).await.map_err(fault::of)?;
            Some(Recall {
                reason: recall.reason,
                at: When::of(recall.at),
                by: by.map_or_else(|| "somebody".to_owned(), |user| user.name),
                partners: partners
                    .into_iter()
                    .map(|pulled| Pulled {
                        name: pulled.display_name,
                        slug: pulled.slug,
                        pulls: pulled.pulls,
                        last: pulled.last_pulled_at.map(When::of),
                        acknowledged: pulled.acked_at.map(When::of),
                    })
                    .collect(),
            })
        }
    };
    let page = ReleasePage {
        row: row(studio, &release),
        kit: release.kit.to_string(),
        digest: release.digest.to_string(),
        product: release.product.clone(),
        audience: release.audience.clone(),
        channel: release.channel.clone(),
        ended: release.ended.map(|ended| When::of(ended.at)),
        recall,
        overrides: studio.store.overrides(release.decision).await.map_err(fault::of)?.into_iter().map(stood).collect(),
        feedback: studio.store.feedback(release.id).await.map_err(fault::of)?.into_iter().map(said).collect(),
        reason: typed.reason,
        fault: typed.fault,
        stage: stage(studio, &release, asked).await?,
    };
    Ok(studio.ui.page_with(status, who, &page.row.title, "release.html", &page))
}

/// The release as whoever is asked for gets it, with the very edition that it was approved in.
async fn stage(studio: &Studio, release: &ReleaseRow, asked: &Asked) -> Result<Stage, Problem> {
    let revision = studio.store.revision(release.revision).await.map_err(fault::of)?.ok_or_else(Problem::not_found)?;
    let whom = Whom::find(&studio.store, Some(release.brand), asked).await?;
    Stage::of(&StageOf {
        page: &format!("/releases/{}", release.id),
        preview: &format!("/releases/{}/preview", release.id),
        more: &[],
        template: studio.templates.edition(&release.asset_type, &revision.context.template).as_deref(),
        whom: &whom,
        partners: &fitting(&studio.store, Some(release.brand), Some((release.market, &release.locale))).await?,
        asked,
    })
}

fn stood(overridden: Overridden) -> Stood {
    let Overridden { rule, slot, message, reason, .. } = overridden;
    Stood { rule, slot, message, reason }
}

fn said(feedback: Feedback) -> Said {
    Said {
        partner: feedback.partner_name,
        kind: match feedback.kind.as_str() {
            "useful" => "Useful",
            "not_useful" => "Not useful",
            _ => "A problem",
        },
        comment: feedback.comment,
        at: When::of(feedback.given_at),
    }
}

#[derive(Deserialize)]
pub(super) struct RecallPost {
    #[serde(default)]
    reason: String,
}

pub(super) async fn recall(
    State(studio): State<Studio>,
    Path(id): Path<String>,
    PageForm { who, form }: PageForm<RecallPost>,
) -> Result<Response, Problem> {
    access::recall(&who.user)?;
    if let Some(said) = reason_fault(&form.reason) {
        let typed = Typed { reason: form.reason, fault: Some(said) };
        return one(&studio, &who, &id, &Asked::default(), StatusCode::UNPROCESSABLE_ENTITY, typed).await;
    }
    let recalled = studio.store.recall(access::id(&id)?, form.reason.trim(), who.user.id).await.map_err(fault::of)?;
    recalled.ok_or_else(Problem::not_found)?;
    Ok(go(
        &format!("/releases/{id}"),
        Some(&Flash::good("The release is recalled. Partners find it in their change feed.")),
    ))
}

#[cfg(test)]
mod tests {
    use crate::testing::World;

    #[tokio::test]
    async fn a_release_is_recalled_from_its_page_with_a_reason() {
        let world = World::new().await;
        let path = format!("/releases/{}", world.released().await);
        assert!(world.page("/releases", "marketer").await.body.contains(&path));
        let worst = world.page(&format!("{path}?for=worst%3Dlongest&format=text"), "reviewer").await;
        let src = format!("src=\"{path}/preview?for=worst%3Dlongest&amp;format=text\"");
        assert!(worst.body.replace("&#x2f;", "/").contains(&src), "{}", worst.body);
        assert_eq!(world.page(&format!("{path}?worst=shortest"), "reviewer").await.status, 404);
        let empty = world.submit(&format!("{path}/recall"), "marketer", "reason=").await;
        assert_eq!(empty.status, 422);
        assert!(empty.body.contains("id=\"fault-reason\""));
        let hostile = "reason=%3Cscript%3Ealert(1)%3C%2Fscript%3E%7B%7B7*7%7D%7D";
        assert_eq!(world.submit(&format!("{path}/recall"), "marketer", hostile).await.status, 303);
        let page = world.page(&path, "reviewer").await.body;
        assert!(
            page.contains("Recalled") && page.contains("&lt;script&gt;alert(1)&lt;&#x2f;script&gt;{{7*7}}"),
            "{page}"
        );
        assert!(!world.page("/releases", "marketer").await.body.contains(&path));
        assert!(world.page("/releases?show=all", "marketer").await.body.contains(&path));
    }
}
