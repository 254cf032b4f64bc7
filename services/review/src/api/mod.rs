//! The JSON API of the reviewers' face, under `/api/v1`. One endpoint, or a few that belong together, a file.

mod check;
mod claim;
mod decision;
mod list;
mod one;
mod revisions;
mod statements;

#[cfg(test)]
mod tests;

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use countersign_web::problem::Problem;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Face;

pub(crate) use decision::{Refused, Vote, cast};
pub(crate) use statements::cast as decide_statement;

/// All routes, with their documentation.
#[must_use]
pub fn router(face: Face) -> OpenApiRouter {
    all().with_state(face)
}

/// The routes' description, without a state.
#[must_use]
pub fn description() -> utoipa::openapi::OpenApi {
    all().to_openapi()
}

fn all() -> OpenApiRouter<Face> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(one::one))
        .routes(routes!(claim::claim, claim::give_back))
        .routes(routes!(claim::renew))
        .routes(routes!(decision::decide))
        .routes(routes!(decision::undo))
        .routes(routes!(revisions::create, revisions::list))
        .routes(routes!(check::check))
        .routes(routes!(statements::list))
        .routes(routes!(statements::decide))
}

/// A query string whose faults are problem documents.
pub(crate) fn query<T>(read: Result<Query<T>, QueryRejection>) -> Result<T, Problem> {
    read.map(|Query(query)| query).map_err(|rejection| Problem::malformed(rejection.body_text()))
}
