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
    /// Empty when it was no person of the house.
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
            author: view.author_name.unwrap_or_default(),
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

#[cfg(test)]
mod tests {
    use countersign_domain::profile::Profile;
    use countersign_store::Actor;

    use super::ADDRESS;
    use crate::testing::{HOSTILE, World};

    /// The marketer, who is a reviewer too, gives the partner a description.
    async fn said(world: &World, description: &str) -> String {
        let store = &world.face.store;
        let partner = store.partner_by_slug("nordlicht").await.unwrap().unwrap();
        let profile = Profile { description: description.into(), ..partner.profile };
        let author = Actor::User(world.marketer.id);
        store.partner_update_profile(partner.id, partner.profile_version, profile, author).await.unwrap();
        format!("{ADDRESS}/{}", partner.id)
    }

    #[tokio::test]
    async fn the_queue_leads_to_what_partners_say_and_forms_alone_decide() {
        let world = World::new().await;
        let rita = world.browser(&world.reviewer).await;
        assert!(!rita.get("/reviews").await.text.contains(ADDRESS), "nothing waits");
        let path = said(&world, "We look after small offices.").await;
        assert!(rita.get("/reviews").await.text.contains(ADDRESS));
        let page = rita.get(ADDRESS).await;
        assert!(page.text.contains("We look after small offices."), "{}", page.text);
        let digest = rita.field(&page.text, "digest");
        let refused = rita.form(&path, &[("decision", "reject"), ("digest", &digest), ("reason", " ")]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("A reason is required to reject."), "{}", refused.text);
        let form = [("decision", "approve"), ("digest", digest.as_str()), ("reason", "")];
        let done = rita.form(&path, &form).await;
        assert_eq!((done.status.as_u16(), done.location()), (303, ADDRESS));
        assert!(rita.get(ADDRESS).await.text.contains("Nothing here."));
        // Decided meanwhile: the page says so and shows what waits now.
        assert_eq!(rita.form(&path, &form).await.status, 303);
    }

    #[tokio::test]
    async fn whoever_wrote_it_reads_that_another_person_decides_and_markup_is_text() {
        let world = World::new().await;
        let path = said(&world, HOSTILE).await;
        let mara = world.browser(&world.marketer).await;
        let page = mara.get(ADDRESS).await;
        assert!(page.text.contains("You wrote this; another person decides about it."), "{}", page.text);
        assert!(!page.text.contains("name=\"decision\"") && !page.text.contains("<script>alert"));
        let rita = world.browser(&world.reviewer).await;
        let digest = rita.field(&rita.get(ADDRESS).await.text, "digest");
        let own = mara.form(&path, &[("decision", "approve"), ("digest", &digest)]).await;
        assert_eq!(own.status, 403, "{}", own.text);
        assert_eq!(rita.forged_form(&path, &[("decision", "approve"), ("digest", &digest)]).await.status, 403);
    }
}
