//! The partners' routes, under `/partner/v1`. One endpoint, or a few that belong together, a file.

mod archive;
mod assets;
mod changes;
mod feedback;
mod key;
mod logos;
mod me;
mod recalls;
mod rendition;

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use countersign_released::id::AssetId;
use countersign_released::release::Release;
use countersign_store_released::PartnerIdentity;
use countersign_web::problem::Problem;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::face::{State, fault};

/// The routes' description, without a state.
#[must_use]
pub fn description() -> utoipa::openapi::OpenApi {
    all().to_openapi()
}

pub(crate) fn router(state: State) -> OpenApiRouter {
    all().layer(axum::middleware::from_fn(crate::limits::told)).with_state(state)
}

fn all() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(me::me))
        .routes(routes!(assets::list))
        .routes(routes!(assets::one))
        .routes(routes!(archive::archive))
        .routes(routes!(rendition::rendition))
        .routes(routes!(rendition::receipt))
        .routes(routes!(changes::changes))
        .routes(routes!(feedback::give))
        .routes(routes!(recalls::open))
        .routes(routes!(recalls::ack))
        .routes(routes!(key::receipt_key))
        .routes(routes!(logos::logo))
}

/// A query string whose faults are problem documents.
fn query<T>(read: Result<Query<T>, QueryRejection>) -> Result<T, Problem> {
    read.map(|Query(query)| query).map_err(|rejection| Problem::malformed(rejection.body_text()))
}

/// A value of a query, where there is one.
fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(
    name: &str,
    text: Option<String>,
) -> Result<Option<T>, Problem> {
    text.map(|text| text.parse().map_err(|error| Problem::malformed(format!("{name}: {error}")))).transpose()
}

/// The live release of an asset. One that was withdrawn is gone (410) for whoever could have had it; everything else is
/// not there (404), by the same queries whether it exists or not.
async fn live(state: &State, partner: &PartnerIdentity, id: &str) -> Result<Release, Problem> {
    // A malformed id is asked for like any other: no answer is quicker than another's.
    let asset = id.parse().unwrap_or_else(|_| AssetId::from_uuid(Default::default()));
    let release = state.face.store.asset(partner, asset).await.map_err(fault)?;
    let gone = state.face.store.gone(partner, asset).await.map_err(fault)?;
    match (release, gone) {
        (Some(release), _) => Ok(release),
        (None, Some(_)) => Err(recalled()),
        (None, None) => Err(Problem::not_found()),
    }
}

fn recalled() -> Problem {
    Problem::new(axum::http::StatusCode::GONE, "recalled", "This was withdrawn")
        .detail("Take it down where you published it. If you have pulled it, GET /partner/v1/recalls names the recall to acknowledge.")
}
