//! One table from what the store and the gate refuse to the answers of the API and the pages; and who may do what.

use axum::http::StatusCode;
use axum::http::header::ETAG;
use countersign_domain::id::{AssetId, RevisionId, UserId};
use countersign_domain::overriding::{OpenError, Override, OverrideFault, Unanswered};
use countersign_domain::people::{Role, User};
use countersign_domain::review::Refusal;
use countersign_domain::statement::StatementRefusal;
use countersign_session::{fault, signed_in::require_any};
use countersign_store::{ClaimError, ClaimRefusal, DecideError, StatementError, StoreError, UndoError};
use countersign_web::conditional::etag;
use countersign_web::languages::{Languages, VARY};
use countersign_web::problem::Problem;
use serde::Serialize;

use crate::Face;
use crate::view::OverrideView;

/// Whoever has no role sees nothing: the same answer as for what does not exist.
pub(crate) fn may_see(user: &User) -> Result<(), Problem> {
    if user.roles.is_empty() { Err(Problem::not_found()) } else { Ok(()) }
}

/// Reviewers decide; no other role does, administrators included.
pub(crate) fn may_decide(user: &User) -> Result<(), Problem> {
    may_see(user)?;
    require_any(user, &[Role::Reviewer])
}

/// Reviewers and marketers edit.
pub(crate) fn may_edit(user: &User) -> Result<(), Problem> {
    may_see(user)?;
    require_any(user, &[Role::Reviewer, Role::Marketer])
}

/// An id in a path: what is no id does not exist.
pub(crate) fn id<T: std::str::FromStr>(text: &str) -> Result<T, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

pub(crate) fn store(error: StoreError) -> Problem {
    match error {
        StoreError::Moved { now } => crate::editing::moved(&now),
        StoreError::Missing { .. } => Problem::not_found(),
        StoreError::BadCursor => Problem::malformed(StoreError::BadCursor),
        StoreError::Refused(constraint) => {
            // The state machine should have said it first, so somebody wants to know.
            tracing::warn!(constraint, "gate.refused");
            Problem::conflict("The gate refused this; load the review again.")
        }
        other => fault::of(other),
    }
}

pub(crate) fn own_work(detail: impl ToString) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "own-work", "This is your own work").detail(detail)
}

fn lease_lost(detail: impl ToString) -> Problem {
    Problem::new(StatusCode::CONFLICT, "lease-lost", "Your claim has lapsed").detail(detail)
}

fn closed(detail: impl ToString) -> Problem {
    Problem::new(StatusCode::CONFLICT, "review-closed", "This review is closed").detail(detail)
}

pub(crate) fn claim(error: ClaimError) -> Problem {
    match error {
        ClaimError::NotFound => Problem::not_found(),
        ClaimError::Store(error) => store(error),
        ClaimError::Refused(refusal) => {
            let detail = sentence(&refusal);
            match refusal {
                ClaimRefusal::Held { .. } => {
                    Problem::new(StatusCode::CONFLICT, "review-held", "Somebody else is at it").detail(detail)
                }
                ClaimRefusal::Closed => closed(detail),
                ClaimRefusal::OwnWork => own_work(detail),
                ClaimRefusal::Lost => lease_lost(detail),
            }
        }
    }
}

pub(crate) fn decide(error: DecideError) -> Problem {
    match error {
        DecideError::NotFound => Problem::not_found(),
        DecideError::Store(error) => store(error),
        DecideError::Refusal(refusal) => refused(&refusal),
    }
}

fn refused(refusal: &Refusal) -> Problem {
    let detail = sentence(refusal);
    match refusal {
        Refusal::OwnWork => own_work(detail),
        Refusal::Moved { now, .. } => Problem::precondition_failed(detail).header(ETAG, etag(now.as_str())),
        Refusal::Closed => closed(detail),
        Refusal::LeaseLost => lease_lost(detail),
        Refusal::ReasonMissing | Refusal::ReasonTooLong(_) => Problem::invalid(&detail).fault("/reason", &detail),
        Refusal::Unanswered(open) => unanswered(open, &Languages::default(), &[]),
        Refusal::Blocked(_) | Refusal::Lapsed(_) => {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "blocked", "Findings stand against approval")
                .detail(&detail)
                .fault("/decision", &detail)
        }
    }
}

/// An error that nothing answers, as a program reads it.
#[derive(Debug, Serialize)]
struct OpenFinding<'a> {
    rule: &'a str,
    slot: &'a str,
    start: usize,
    end: usize,
    message: &'a str,
    language: &'a str,
    #[serde(rename = "override")]
    overriding: OverrideView,
}

/// What is missing for an approval: each open error with who may let it stand, and each override that answers none.
pub(crate) fn unanswered(unanswered: &Unanswered, languages: &Languages, roles: &[Role]) -> Problem {
    let start = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "open-errors", "Errors stand against approval")
        .detail(sentence(unanswered))
        .header(VARY.0, VARY.1);
    let problem = unanswered.faults.iter().fold(start, |problem, (place, fault)| {
        let field = match fault {
            OverrideFault::ReasonMissing | OverrideFault::ReasonTooLong(_) => "/reason",
            _ => "",
        };
        problem.fault(format!("/overrides/{place}{field}"), sentence(fault))
    });
    let problem = unanswered.open.iter().fold(problem, |problem, open| {
        let finding = &open.finding;
        let span =
            if finding.start < finding.end { format!(" {}..{}", finding.start, finding.end) } else { String::new() };
        let (_, message) = finding.told_in(languages.iter());
        let detail = format!("{} in {}{span}: {message} {}", finding.rule, finding.slot, who_may(&open.conditions));
        problem.fault("/overrides", detail)
    });
    let open = unanswered.open.iter().map(|OpenError { finding, conditions, .. }| {
        let (language, message) = finding.told_in(languages.iter());
        OpenFinding {
            rule: &finding.rule,
            slot: &finding.slot,
            start: finding.start,
            end: finding.end,
            message,
            language,
            overriding: OverrideView::of(conditions, roles),
        }
    });
    problem.member("open_findings", open.collect::<Vec<_>>())
}

fn who_may(conditions: &Override) -> String {
    match (conditions.allowed, conditions.reason_required) {
        (false, _) => "(It may not be overridden: edit the text or send it back.)".to_owned(),
        (true, true) => format!("(A {} may let it stand, with a reason.)", conditions.roles_text()),
        (true, false) => format!("(A {} may let it stand.)", conditions.roles_text()),
    }
}

pub(crate) fn statement(error: StatementError) -> Problem {
    let detail = sentence(&error);
    match error {
        StatementError::NotFound => Problem::not_found(),
        StatementError::Store(error) => store(error),
        StatementError::Refusal(refusal) => match refusal {
            StatementRefusal::OwnWork => own_work(detail),
            StatementRefusal::Decided => closed(detail),
            StatementRefusal::Moved => Problem::precondition_failed(detail),
            StatementRefusal::ReasonMissing | StatementRefusal::ReasonTooLong(_) => {
                Problem::invalid(&detail).fault("/reason", &detail)
            }
        },
    }
}

pub(crate) fn undo(error: UndoError) -> Problem {
    let detail = sentence(&error);
    match error {
        UndoError::NotFound => Problem::not_found(),
        UndoError::NotYours => Problem::forbidden(detail),
        UndoError::TooLate => {
            Problem::new(StatusCode::CONFLICT, "undo-too-late", "It is too late to take this back").detail(detail)
        }
        UndoError::Already => Problem::conflict(detail),
        UndoError::Store(error) => store(error),
    }
}

/// Notes what this person looked at. What came before it is done and stays done: a failure here only makes the next
/// difference start earlier, so it is logged and not told.
pub(crate) async fn seen(face: &Face, user: UserId, asset: AssetId, revision: RevisionId) {
    if let Err(error) = face.store.mark_seen(user, asset, revision).await {
        tracing::warn!(error = %error, asset.id = %asset, "review.seen.failed");
    }
}

/// Errors are clauses; answers to people are sentences.
pub(crate) fn sentence(error: &impl ToString) -> String {
    let text = error.to_string();
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), chars.as_str().trim_end_matches('.')),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_domain::clock::Timestamp;
    use countersign_domain::digest::Digest;

    #[test]
    fn each_refusal_has_its_status() {
        let moved = Refusal::Moved { seen: Digest::of_bytes(b"a"), now: Digest::of_bytes(b"b") };
        for (refusal, status) in [
            (Refusal::OwnWork, 403),
            (moved, 412),
            (Refusal::Closed, 409),
            (Refusal::LeaseLost, 409),
            (Refusal::ReasonMissing, 422),
            (Refusal::ReasonTooLong(3000), 422),
            (Refusal::Blocked(2), 422),
            (Refusal::Lapsed("the claim is gone".into()), 422),
            (Refusal::Unanswered(Unanswered::default()), 422),
        ] {
            assert_eq!(decide(DecideError::Refusal(refusal)).status, status);
        }
    }

    #[test]
    fn a_held_review_names_who_holds_it_and_until_when() {
        let refusal = ClaimRefusal::Held { by: "Rita".into(), until: Timestamp::from_micros(0) };
        let problem = claim(refusal.into());
        assert_eq!(problem.status, 409);
        assert!(
            problem.detail.contains("Rita") && problem.detail.contains("1970-01-01T00:00:00Z"),
            "{}",
            problem.detail
        );
    }

    #[test]
    fn whoever_has_no_role_gets_the_answer_of_what_does_not_exist() {
        let user = User {
            id: id("01939d5c-6f2e-7c3a-9b1e-0a1b2c3d4e5f").unwrap(),
            email: String::new(),
            name: String::new(),
            roles: Vec::new(),
            created_at: Timestamp::from_micros(0),
            disabled_at: None,
        };
        let there_is_none = serde_json::to_string(&Problem::not_found()).unwrap();
        for refused in [may_see(&user), may_decide(&user), may_edit(&user)] {
            assert_eq!(serde_json::to_string(&refused.unwrap_err()).unwrap(), there_is_none);
        }
    }
}
