//! The forms of the review page: claim, decide, undo.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use countersign_domain::id::{DecisionId, ReviewId};
use countersign_session::cookies::Flash;
use countersign_session::ui::go;
use countersign_session::{OnPage, PageForm};
use countersign_web::languages::Languages;
use countersign_web::problem::Problem;
use serde::Deserialize;

use super::answers::Typed;
use super::{one, toast};
use crate::api::{Refused, Vote, cast};
use crate::{Face, faults, queue, view};

/// The cookie that keeps a claim for the page, so that it survives the redirect and a reload. Only the store can say
/// whether it still holds.
pub(super) const LEASE: &str = "cs_lease";

/// How long a claim by a form holds, in seconds: nothing renews it while the reviewer reads. A script that takes the
/// page over shortens it with its first renewal.
const LEASE_BY_FORM: i64 = 15 * 60;

/// `POST /reviews/{id}/claim`
pub(crate) async fn claim(
    State(face): State<Face>,
    Path(id): Path<String>,
    headers: HeaderMap,
    PageForm { who, form }: PageForm<BTreeMap<String, String>>,
) -> Result<Response, Problem> {
    faults::may_decide(&who.user)?;
    let id: ReviewId = faults::id(&id)?;
    let here = format!("/reviews/{id}");
    let Written { reason, typed, .. } = Written::of(form);
    let nothing = reason.is_empty() && typed.is_empty();
    let claimed = face.store.review_claim(id, who.user.id, LEASE_BY_FORM).await.map_err(faults::claim);
    let (mut response, lease) = match claimed {
        Ok(lease) if nothing => (go(&here, None), lease.token),
        Ok(lease) => {
            let mut shown = again(&face, &who, id, &headers, reason, typed).await?;
            "Yours to decide.".clone_into(&mut shown.claim_text);
            shown.lease.clone_from(&lease.token);
            (one::answer(&face, &who, StatusCode::OK, &shown), lease.token)
        }
        Err(problem) if problem.status == 409 && nothing => {
            return Ok(go(&here, Some(&Flash::bad(problem.detail))));
        }
        Err(problem) if problem.status == 409 => {
            let mut shown = again(&face, &who, id, &headers, reason, typed).await?;
            shown.problem = problem.detail.clone();
            return Ok(one::answer(&face, &who, problem.status_code(), &shown));
        }
        Err(problem) => return Err(problem),
    };
    response.headers_mut().append(header::SET_COOKIE, lease_cookie(&face, &here, &lease, LEASE_BY_FORM));
    Ok(response)
}

/// The page with what was typed.
async fn again(
    face: &Face,
    who: &OnPage,
    id: ReviewId,
    headers: &HeaderMap,
    reason: String,
    typed: Typed,
) -> Result<one::ReviewPage, Problem> {
    let loaded = view::load(face, &who.user, id, &Languages::of(headers)).await?;
    let mut shown = one::build(face, &who.user, loaded, headers, &one::Asked::default()).await?;
    typed.fill(&mut shown.answers);
    Ok(one::ReviewPage { reason, ..shown })
}

fn lease_cookie(face: &Face, path: &str, token: &str, seconds: i64) -> HeaderValue {
    let secure = if face.sessions.secure_cookies() { "; Secure" } else { "" };
    HeaderValue::from_str(&format!(
        "{LEASE}={token}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
    ))
    .unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// Everything that stands in the form around the decision: one form, so that nothing that was typed is lost.
#[derive(Debug)]
struct Written {
    decision: String,
    digest: String,
    lease: String,
    reason: String,
    typed: Typed,
}

impl Written {
    fn of(mut fields: BTreeMap<String, String>) -> Self {
        let mut take = |name: &str| fields.remove(name).unwrap_or_default();
        let (decision, digest, lease, reason) = (take("decision"), take("digest"), take("lease"), take("reason"));
        Self { decision, digest, lease, reason: reason.replace("\r\n", "\n"), typed: Typed::of(&fields) }
    }
}

/// `POST /reviews/{id}/decision`: decides, then goes to the next review that waits.
pub(crate) async fn decide(
    State(face): State<Face>,
    Path(id): Path<String>,
    headers: HeaderMap,
    PageForm { who, form }: PageForm<BTreeMap<String, String>>,
) -> Result<Response, Problem> {
    faults::may_decide(&who.user)?;
    let id: ReviewId = faults::id(&id)?;
    let form = Written::of(form);
    let review = face.store.review(id).await.map_err(faults::store)?.ok_or_else(Problem::not_found)?;
    let vote = Vote {
        verdict: &form.decision,
        digest: &form.digest,
        lease: form.lease.clone(),
        reason: form.reason.clone(),
        overrides: form.typed.overrides(&review.revision.findings),
    };
    match cast(&face, id, &who.user, vote).await {
        Ok(decision) => {
            let done = toast::mark(decision.asset, decision.id);
            let to = match queue::next(&face, who.user.id, id).await? {
                Some(next) => format!("/reviews/{next}?done={done}"),
                None => format!("/reviews?done={done}"),
            };
            let mut response = go(&to, None);
            let gone = lease_cookie(&face, &format!("/reviews/{id}"), "", 0);
            response.headers_mut().append(header::SET_COOKIE, gone);
            Ok(response)
        }
        Err(Refused::Problem(problem)) if problem.status == 404 || problem.status >= 500 => Err(problem),
        Err(refusal) => refused(&face, &who, id, &headers, form, refusal).await,
    }
}

/// The page again, with what was typed and why it was refused.
async fn refused(
    face: &Face,
    who: &OnPage,
    id: ReviewId,
    headers: &HeaderMap,
    form: Written,
    refusal: Refused,
) -> Result<Response, Problem> {
    let mut shown = again(face, who, id, headers, form.reason, form.typed.clone()).await?;
    if let Refused::Unanswered(unanswered) = &refusal {
        form.typed.refused(unanswered, &mut shown.answers);
    }
    let problem = refusal.problem(&Languages::of(headers), &who.user);
    // The claim that was sent is as good as the cookie: a script may have made it.
    let holds = shown.review.lease.as_ref().is_some_and(|lease| lease.mine);
    let lost = problem.kind.ends_with("lease-lost");
    shown.lease = if holds && !lost { form.lease } else { String::new() };
    if lost {
        "Your claim has lapsed or was taken over. Start the review again to decide.".clone_into(&mut shown.claim_text);
    }
    if problem.errors.iter().any(|fault| fault.pointer == "/reason") {
        shown.reason_error.clone_from(&problem.detail);
    } else {
        shown.problem = format!("{}. {}", problem.title, problem.detail);
    }
    Ok(one::answer(face, who, problem.status_code(), &shown))
}

#[derive(Debug, Deserialize)]
pub(crate) struct UndoForm {
    /// Where to go back to.
    review: String,
}

/// `POST /decisions/{id}/undo`
pub(crate) async fn undo(
    State(face): State<Face>,
    Path(id): Path<String>,
    PageForm { who, form }: PageForm<UndoForm>,
) -> Result<Response, Problem> {
    faults::may_decide(&who.user)?;
    let id: DecisionId = faults::id(&id)?;
    let review: ReviewId = faults::id(&form.review)?;
    let said = match face.store.undo(id, who.user.id).await.map_err(faults::undo) {
        Ok(()) => Flash::good("Taken back. The review is open again."),
        Err(problem) if problem.status == 409 => Flash::bad(problem.detail),
        Err(problem) => return Err(problem),
    };
    Ok(go(&format!("/reviews/{review}"), Some(&said)))
}
