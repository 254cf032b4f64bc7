//! `GET /partner/v1/assets` and `GET /partner/v1/assets/{id}`: what this partner may pull.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State as Shared};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_released::clock::Timestamp;
use countersign_released::release::Release;
use countersign_render::{Format, Templates};
use countersign_store_released::{AssetFilter, PageRequest};
use countersign_web::conditional::{etag, not_modified};
use countersign_web::json::Json;
use countersign_web::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{live, parsed, query};
use crate::auth::Partner;
use crate::face::{State, fault};
use crate::produce::{every, learn};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Filter {
    /// A BCP 47 tag, such as `de-DE`.
    locale: Option<String>,
    /// An ISO 3166 code, such as `DE`.
    market: Option<String>,
    /// `email`, `linkedin`, `x` and so on.
    channel: Option<String>,
    campaign: Option<String>,
    /// RFC 3339: released at or after.
    updated_since: Option<String>,
    cursor: Option<String>,
    /// 1 to 100, 50 when left out.
    limit: Option<u32>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Assets {
    items: Vec<AssetView>,
    /// The next page's cursor, where there is one.
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct AssetView {
    id: String,
    release: String,
    asset_type: String,
    channel: String,
    market: String,
    locale: String,
    campaign: String,
    product: String,
    audience: String,
    /// What people signed.
    digest: String,
    released_at: String,
    renditions: Vec<RenditionLink>,
    receipt: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct RenditionLink {
    format: String,
    /// One of several that the asset is made of, such as a banner's size; the whole when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    layout: Option<String>,
    media_type: String,
    href: String,
}

impl AssetView {
    fn of(release: &Release, templates: &Templates) -> Self {
        let base = format!("/partner/v1/assets/{}", release.asset);
        Self {
            id: release.asset.to_string(),
            release: release.id.to_string(),
            asset_type: release.context.asset_type.clone(),
            channel: release.context.channel.clone(),
            market: release.context.market.to_string(),
            locale: release.context.locale.to_string(),
            campaign: release.campaign.clone(),
            product: release.product.clone(),
            audience: release.audience.clone(),
            digest: release.digest.to_string(),
            released_at: release.released_at.rfc3339(),
            renditions: renditions(release, templates, &base),
            receipt: format!("{base}/receipt"),
        }
    }
}

/// Every format of the whole, and then those of each layout where there are several.
fn renditions(release: &Release, templates: &Templates, base: &str) -> Vec<RenditionLink> {
    let link = |format: Format, layout: Option<&str>| RenditionLink {
        format: format.to_string(),
        layout: layout.map(str::to_owned),
        media_type: format.media_type().to_owned(),
        href: format!("{base}/renditions/{format}{}", layout.map(|name| format!("?layout={name}")).unwrap_or_default()),
    };
    every(templates, release).iter().map(|(format, layout)| link(*format, layout.as_deref())).collect()
}

/// Released assets for this partner's markets and locales, oldest release first.
#[utoipa::path(get, path = "/partner/v1/assets", tag = "partner", params(Filter), security(("bearer" = [])),
    responses((status = 200, body = Assets), (status = 400, body = Problem, description = "A filter or the cursor cannot be read"),
        (status = 401, body = Problem, description = "No key in force"), (status = 429, body = Problem, description = "Too many requests")))]
pub(super) async fn list(
    Shared(state): Shared<State>,
    partner: Partner,
    filter: Result<Query<Filter>, QueryRejection>,
) -> Result<Response, Problem> {
    let filter = query(filter)?;
    let limit = filter.limit.unwrap_or(50);
    if !(1..=100).contains(&limit) {
        return Err(Problem::malformed(format!("limit is {limit}; 1 to 100 can be had")));
    }
    let again = Again::of(&filter, limit);
    let page = state.face.store.assets(&partner.identity, read(filter, limit)?).await.map_err(fault)?;
    let mut items = Vec::with_capacity(page.items.len());
    for release in &page.items {
        learn(&state, release).await?;
        items.push(AssetView::of(release, &state.face.templates));
    }
    let mut response = Json(Assets { items, next: page.next.clone() }).into_response();
    if let Some(next) = page.next
        && let Ok(link) = HeaderValue::from_str(&again.link(&next))
    {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

fn read(filter: Filter, limit: u32) -> Result<AssetFilter, Problem> {
    Ok(AssetFilter {
        locale: parsed("locale", filter.locale)?,
        market: parsed("market", filter.market)?,
        channel: filter.channel,
        campaign: filter.campaign,
        updated_since: filter
            .updated_since
            .map(|text| Timestamp::parse(&text).map_err(|error| Problem::malformed(format!("updated_since: {error}"))))
            .transpose()?,
        page: PageRequest { cursor: filter.cursor, limit },
    })
}

/// The query of the next page: the same filters.
struct Again(String);

impl Again {
    fn of(filter: &Filter, limit: u32) -> Self {
        let mut pairs = format!("limit={limit}");
        for (name, value) in [
            ("locale", &filter.locale),
            ("market", &filter.market),
            ("channel", &filter.channel),
            ("campaign", &filter.campaign),
            ("updated_since", &filter.updated_since),
        ] {
            if let Some(value) = value {
                pairs.push_str(&format!("&{name}={}", percent(value)));
            }
        }
        Self(pairs)
    }

    fn link(&self, cursor: &str) -> String {
        format!("</partner/v1/assets?{}&cursor={}>; rel=\"next\"", self.0, percent(cursor))
    }
}

fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

/// One released asset.
#[utoipa::path(get, path = "/partner/v1/assets/{id}", tag = "partner", params(("id" = String, Path)), security(("bearer" = [])),
    responses((status = 200, body = AssetView), (status = 304, description = "You have it already"),
        (status = 404, body = Problem, description = "Nothing here for you"), (status = 410, body = Problem, description = "Withdrawn")))]
pub(super) async fn one(
    Shared(state): Shared<State>,
    partner: Partner,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let release = live(&state, &partner.identity, &id).await?;
    let tag = format!("{}.{}", release.digest, release.id);
    let mut response = if not_modified(&headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        learn(&state, &release).await?;
        Json(AssetView::of(&release, &state.face.templates)).into_response()
    };
    response.headers_mut().insert(header::ETAG, etag(&tag));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(response)
}
