//! A file of translations, brought in from a kit's page. What is wrong with it is told on that page.

use axum::extract::{Path, State};
use axum::response::Response;
use countersign_session::PageParts;
use countersign_session::cookies::Flash;
use countersign_session::ui::go;
use countersign_web::problem::Problem;

use super::kit;
use crate::access;
use crate::state::Studio;
use crate::xliff::{self, Fate, Ground};

pub(super) async fn import(
    State(studio): State<Studio>,
    Path(id): Path<String>,
    form: PageParts,
) -> Result<Response, Problem> {
    let who = &form.who;
    access::edit(&who.user)?;
    let ground = Ground::of(&studio, access::id(&id)?).await?;
    let refused = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    let Some(file) = form.file("file") else {
        return kit::page(&studio, who, &id, &kit::Look::default(), refused, vec!["Choose a file first.".into()]).await;
    };
    match xliff::import(&studio, &ground, &file.bytes, who.user.id).await {
        Ok(fates) => Ok(go(&format!("/kits/{id}"), Some(&Flash::good(said(&fates))))),
        Err(problem) if matches!(problem.status, 409 | 412 | 422) => {
            let mut faults = vec![problem.detail.clone()];
            faults.extend(problem.errors.iter().map(|fault| format!("{} ({})", fault.detail, fault.pointer)));
            kit::page(&studio, who, &id, &kit::Look::default(), problem.status_code(), faults).await
        }
        Err(problem) => Err(problem),
    }
}

fn said(fates: &[Fate]) -> String {
    let imported = fates.iter().filter(|fate| matches!(fate, Fate::Imported { .. })).count();
    let moved = fates.iter().filter(|fate| matches!(fate, Fate::Imported { source_moved: true, .. })).count();
    let mut said = format!("{imported} texts imported, {} as they were.", fates.len() - imported);
    if imported > 0 {
        said.push_str(" Another person decides on what you imported.");
    }
    if moved > 0 {
        said.push_str(&format!(" Of {moved} the source has changed since the export."));
    }
    said
}
