//! The JSON API of the studio, under `/api/v1`. One endpoint a file, or a few small ones of one thing.

mod asset;
mod audit;
mod brand;
mod brands;
mod claims;
mod events;
mod jobs;
mod kit;
mod kits;
mod library;
mod partner_keys;
mod partners;
mod profile;
mod releases;
mod schemas;
mod tokens;
mod users;
mod xliff;

use countersign_store::{Page, PageRequest};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::Studio;

pub(crate) use jobs::again as restart_job;
pub(crate) use partner_keys::{new_key, revoke_key};
pub(crate) use releases::{reason_fault, state as release_state};
pub(crate) use tokens::{DEFAULT_DAYS, MAX_DAYS, new_token};
pub(crate) use users::{create as create_user, let_in, shut_out};

/// All routes of this face's API.
pub fn router(studio: Studio) -> OpenApiRouter {
    all().with_state(studio)
}

/// The routes' description, without a state.
#[must_use]
pub fn description() -> utoipa::openapi::OpenApi {
    all().to_openapi()
}

fn all() -> OpenApiRouter<Studio> {
    OpenApiRouter::new()
        .routes(routes!(kits::create, kits::list))
        .routes(routes!(kit::show))
        .routes(routes!(events::watch))
        .routes(routes!(xliff::export, xliff::import))
        .routes(routes!(asset::show))
        .routes(routes!(brands::list))
        .routes(routes!(brand::show, brand::replace))
        .routes(routes!(partners::list, partners::create))
        .routes(routes!(partners::show, partners::update))
        .routes(routes!(profile::show, profile::replace))
        .routes(routes!(partner_keys::list, partner_keys::create))
        .routes(routes!(partner_keys::revoke))
        .routes(routes!(releases::list))
        .routes(routes!(releases::show))
        .routes(routes!(releases::feedback))
        .routes(routes!(releases::recall))
        .routes(routes!(users::list, users::create_route))
        .routes(routes!(users::disable))
        .routes(routes!(users::enable))
        .routes(routes!(users::me))
        .routes(routes!(tokens::create))
        .routes(routes!(library::import))
        .routes(routes!(library::passages))
        .routes(routes!(claims::list, claims::put))
        .routes(routes!(jobs::dead))
        .routes(routes!(jobs::restart))
        .routes(routes!(audit::list))
}

/// Where in a long list, and how much of it.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
pub(crate) struct PageQuery {
    /// The `next` of the page before.
    pub cursor: Option<String>,
    /// 1 to 200; 50 when left out.
    pub limit: Option<u32>,
}

impl PageQuery {
    pub fn request(&self) -> PageRequest {
        let limit = self.limit.unwrap_or(PageRequest::default().limit);
        PageRequest { cursor: self.cursor.clone().filter(|cursor| !cursor.is_empty()), limit }
    }
}

/// One page of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct PageJson<T> {
    pub items: Vec<T>,
    /// The cursor of the next page; null at the end.
    pub next: Option<String>,
}

impl<T> PageJson<T> {
    pub fn of<S>(page: Page<S>, f: impl FnMut(S) -> T) -> Self {
        let Page { items, next } = page.map(f);
        Self { items, next }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_route_is_described_with_its_tag_and_answers() {
        let json = serde_json::to_value(super::description()).unwrap();
        let paths = json["paths"].as_object().unwrap();
        assert!(paths.contains_key("/api/v1/kits") && paths.contains_key("/api/v1/releases/{id}/recall"));
        for (path, methods) in paths {
            for (method, operation) in methods.as_object().unwrap() {
                assert!(operation["tags"][0].is_string(), "{method} {path} has no tag");
                assert!(operation["responses"].as_object().is_some_and(|r| !r.is_empty()), "{method} {path}");
                assert!(operation["summary"].is_string(), "{method} {path} says nothing of itself");
            }
        }
    }
}
