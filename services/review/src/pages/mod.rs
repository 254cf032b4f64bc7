//! The pages of the reviewers' face: the queue, one review, and the forms on them. Every form is a POST that answers
//! with 303; without JavaScript all of it works.

mod actions;
mod answers;
mod edit;
mod one;
mod queue;
mod statements;
mod toast;

#[cfg(test)]
mod tests;

use axum::Router;
use axum::routing::{get, post};
use countersign_session::ui::html_errors;

use crate::{Face, preview};

#[cfg(test)]
pub(crate) use queue::encoded;

/// All pages, with their errors as pages.
pub fn router(face: Face) -> Router {
    let framed = Router::new().route("/assets/{id}/revisions/{revision}/preview", get(preview::preview));
    Router::new()
        .route("/reviews", get(queue::page))
        .route(statements::ADDRESS, get(statements::page))
        .route("/reviews/partners/{id}", post(statements::decide))
        .route("/reviews/{id}", get(one::page))
        .route("/reviews/{id}/claim", post(actions::claim))
        .route("/reviews/{id}/decision", post(actions::decide))
        .route("/reviews/{id}/edit", post(edit::submit))
        .route("/decisions/{id}/undo", post(actions::undo))
        .merge(framed)
        .layer(axum::middleware::from_fn_with_state(face.sessions.clone(), html_errors))
        .with_state(face)
}
