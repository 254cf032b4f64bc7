//! `GET /reviews/partners`: what partners say of themselves, each with its decision beside it.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use countersign_domain::id::PartnerId;
use countersign_domain::people::Role;
use countersign_session::cookies::Flash;
use countersign_session::ui::go;
use countersign_session::{OnPage, PageForm};
use countersign_web::problem::Problem;
use serde::{Deserialize, Serialize};

use crate::api::decide_statement;
use crate::{Face, faults};

pub(crate) const ADDRESS: &str = "/reviews/partners";

#[derive(Debug, Serialize)]
pub(crate) struct StatementsPage {
    pub rows: Vec<Row>,
    pub may_decide: bool,
}

#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub partner: String,
    pub name: String,
    pub slug: String,
    pub text: String,
    pub digest: String,
    pub author: String,
    /// RFC 3339.
    pub at: String,
    /// Whether whoever looks wrote it.
    pub own: bool,
    /// What was typed, in a form that came back.
    pub reason: String,
    pub fault: String,
}

pub(crate) async fn page(State(face): State<Face>, who: OnPage) -> Result<Response, Problem> {
    who.require_any(&Role::ALL)?;
    answer(&face, &who, StatusCode::OK, None).await
}

/// A form that came back: whose it was, what was typed, what is wrong.
struct Back {
    partner: PartnerId,
    reason: String,
    fault: String,
}

async fn answer(face: &Face, who: &OnPage, status: StatusCode, back: Option<Back>) -> Result<Response, Problem> {
    let waiting = face.store.statements_waiting().await.map_err(faults::store)?;
    let row = |view: countersign_store::StatementView| {
        let typed = back.as_ref().filter(|back| back.partner == view.statement.partner);
        Row {
            partner: view.statement.partner.to_string(),
            name: view.display_name,
            slug: view.slug,
            text: view.statement.text,
            digest: view.statement.digest.to_string(),
            author: view.author_name.unwrap_or_else(|| "the command line".to_owned()),
            at: view.statement.written_at.rfc3339(),
            own: view.statement.author == Some(who.user.id),
            reason: typed.map(|back| back.reason.clone()).unwrap_or_default(),
            fault: typed.map(|back| back.fault.clone()).unwrap_or_default(),
        }
    };
    let shown = StatementsPage {
        rows: waiting.into_iter().map(row).collect(),
        may_decide: faults::may_decide(&who.user).is_ok(),
    };
    Ok(face.ui.page_with(status, who, "What partners say of themselves", "review_partners.html", &shown))
}

#[derive(Debug, Deserialize)]
pub(crate) struct Form {
    decision: String,
    digest: String,
    #[serde(default)]
    reason: String,
}

/// `POST /reviews/partners/{id}`
pub(crate) async fn decide(
    State(face): State<Face>,
    Path(id): Path<String>,
    PageForm { who, form }: PageForm<Form>,
) -> Result<Response, Problem> {
    faults::may_decide(&who.user)?;
    let partner: PartnerId = faults::id(&id)?;
    let reason = form.reason.replace("\r\n", "\n");
    match decide_statement(&face, partner, who.user.id, &form.decision, &form.digest, &reason).await {
        Ok(view) => {
            let said = if form.decision == "approve" {
                format!("Approved. What {} pulls from now on may hold it.", view.display_name)
            } else {
                format!("Rejected. {} keeps the description that it had.", view.display_name)
            };
            Ok(go(ADDRESS, Some(&Flash::good(said))))
        }
        // It is no longer what waits here: the page shows what does.
        Err(problem) if problem.status == 409 || problem.status == 412 => {
            Ok(go(ADDRESS, Some(&Flash::bad(problem.detail))))
        }
        Err(problem) if problem.status == 422 => {
            let status = problem.status_code();
            answer(&face, &who, status, Some(Back { partner, reason, fault: problem.detail })).await
        }
        Err(problem) => Err(problem),
    }
}
