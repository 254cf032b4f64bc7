//! `POST /reviews/{id}/edit`: an edit from the review page. Nothing that was typed is lost when it is refused.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use countersign_domain::digest::Digest;
use countersign_domain::id::ReviewId;
use countersign_session::PageForm;
use countersign_session::cookies::Flash;
use countersign_session::ui::go;
use countersign_web::languages::Languages;
use countersign_web::problem::Problem;

use super::one::{self, EditForm, EditSlot};
use crate::editing::{self, Bench, EditRefusal};
use crate::view::{self, ReviewView};
use crate::{Face, faults};

/// The form for the revision as it stands.
pub(super) fn form(view: &ReviewView) -> EditForm {
    let slots = view.revision.slots.iter().map(|slot| EditSlot {
        name: slot.name.clone(),
        title: slot.title.clone(),
        rows: rows(&slot.text, slot.multiline),
        text: slot.text.clone(),
        error: String::new(),
    });
    EditForm { open: false, slots: slots.collect() }
}

/// Lines that the text takes at some eighty characters a line.
fn rows(text: &str, multiline: bool) -> usize {
    let lines: usize = text.lines().map(|line| 1 + line.chars().count() / 80).sum();
    if multiline { (lines + 1).clamp(4, 24) } else { lines.clamp(1, 4) }
}

pub(crate) async fn submit(
    State(face): State<Face>,
    Path(id): Path<String>,
    headers: HeaderMap,
    PageForm { who, form }: PageForm<BTreeMap<String, String>>,
) -> Result<Response, Problem> {
    faults::may_edit(&who.user)?;
    let id: ReviewId = faults::id(&id)?;
    let loaded = view::load(&face, &who.user, id, &Languages::of(&headers)).await?;
    let base: Digest = form.get("base_digest").map_or("", String::as_str).parse().map_err(Problem::malformed)?;
    let slots: BTreeMap<String, String> = form
        .iter()
        .filter_map(|(name, text)| Some((name.strip_prefix("slot.")?.to_owned(), text.replace("\r\n", "\n"))))
        .collect();
    let bench = Bench::of(&face, loaded.asset.clone()).await?;
    match editing::edit(&face, &bench, who.user.id, &base, &slots).await {
        Ok(made) => {
            let said = Flash::good("Saved as a new revision. Another person decides on your edit.");
            Ok(go(&format!("/reviews/{}", made.review), Some(&said)))
        }
        Err(EditRefusal::Problem(problem)) if problem.status == 404 || problem.status >= 500 => Err(problem),
        Err(refusal) => {
            let mut shown = one::build(&face, &who.user, loaded, &headers, &one::Asked::default()).await?;
            let mut edit = EditForm { open: true, ..self::form(&shown.review) };
            for slot in &mut edit.slots {
                if let Some(typed) = slots.get(&slot.name) {
                    slot.text.clone_from(typed);
                }
            }
            let status = match refusal {
                EditRefusal::Slots(faults) => {
                    for slot in &mut edit.slots {
                        if let Some(fault) = faults.iter().find(|fault| fault.slot == slot.name) {
                            slot.error.clone_from(&fault.detail);
                        }
                    }
                    "The edit was not saved: see the slots below.".clone_into(&mut shown.problem);
                    StatusCode::UNPROCESSABLE_ENTITY
                }
                EditRefusal::Problem(problem) => {
                    shown.problem = format!("The edit was not saved. {}", problem.detail);
                    problem.status_code()
                }
            };
            shown.edit = Some(edit);
            Ok(one::answer(&face, &who, status, &shown))
        }
    }
}
