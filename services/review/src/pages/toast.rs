//! What was just decided, on the page after it, with the way back while there is one.

use countersign_domain::id::{AssetId, DecisionId};
use countersign_domain::people::User;
use countersign_web::problem::Problem;
use serde::Serialize;

use crate::view::{title, verdict_text};
use crate::{Face, faults};

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Toast {
    text: String,
    decision: String,
    review: String,
    /// Milliseconds in which it can be taken back, by our clock; 0 when it is too late.
    left_ms: i64,
}

/// For `done`, as [`mark`] wrote it. What cannot be read, is not this person's, or was taken back says nothing.
pub(super) async fn toast(face: &Face, user: &User, done: &str) -> Result<Option<Toast>, Problem> {
    let Some((asset, decision)) = read(done) else { return Ok(None) };
    let decisions = face.store.decisions(asset).await.map_err(faults::store)?;
    let Some(view) = decisions
        .into_iter()
        .find(|view| view.decision.id == decision && view.decision.reviewer == user.id && view.undone_at.is_none())
    else {
        return Ok(None);
    };
    let Some(found) = face.store.asset(asset).await.map_err(faults::store)? else { return Ok(None) };
    let title = title(face.templates.get(&found.asset.asset_type), &found.asset.asset_type);
    let left = (view.decision.effective_at.micros() - face.now().micros()).max(0);
    Ok(Some(Toast {
        text: format!(
            "{}: {title}, {} {}.",
            verdict_text(view.decision.verdict),
            found.asset.locale,
            found.asset.market
        ),
        decision: view.decision.id.to_string(),
        review: view.decision.review.to_string(),
        left_ms: left / 1_000,
    }))
}

/// The value of `done` in an address.
pub(super) fn mark(asset: AssetId, decision: DecisionId) -> String {
    format!("{asset}.{decision}")
}

fn read(done: &str) -> Option<(AssetId, DecisionId)> {
    let (asset, decision) = done.split_once('.')?;
    Some((asset.parse().ok()?, decision.parse().ok()?))
}
