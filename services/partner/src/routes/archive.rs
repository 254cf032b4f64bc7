//! `GET /partner/v1/campaigns/{campaign}/archive`: all of a campaign at once.

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State as Shared};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign_released::digest::Digest;
use countersign_released::release::Release;
use countersign_render::plain_name;
use countersign_store_released::{AssetFilter, NewPull, PageRequest};
use countersign_web::conditional::{etag, not_modified};
use countersign_web::problem::Problem;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use utoipa::IntoParams;

use super::{parsed, query};
use crate::archive::{Archive, MAX_ASSETS, made_of, make, too_large};
use crate::auth::Partner;
use crate::face::{State, fault};

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Part {
    /// A BCP 47 tag, such as `de-DE`; all that you may pull when left out.
    locale: Option<String>,
    /// An ISO 3166 code, such as `DE`; all that you may pull when left out.
    market: Option<String>,
}

/// Every released asset of a campaign, in this partner's branding, as one ZIP: `TYPE/LOCALE/…` holds the files of each
/// asset's own zip, `manifest.json` names each file with its digest, its release and its receipt. The same bytes every
/// time, until something is released or withdrawn or the profile changes. Each release counts as pulled, in the format
/// `archive`.
#[utoipa::path(get, path = "/partner/v1/campaigns/{campaign}/archive", tag = "partner",
    params(("campaign" = String, Path, description = "As the assets name it"), Part), security(("bearer" = [])),
    responses((status = 200, description = "A ZIP, with ETag and Repr-Digest", content_type = "application/zip"),
        (status = 304, description = "You have it already"), (status = 400, body = Problem, description = "A filter cannot be read"),
        (status = 404, body = Problem, description = "Nothing here for you"),
        (status = 409, body = Problem, description = "None of it can be rendered for you, or it changed while it was made"),
        (status = 422, body = Problem, description = "More than one archive holds: 200 assets, 64 MiB")))]
pub(super) async fn archive(
    Shared(state): Shared<State>,
    partner: Partner,
    campaign: Result<Path<String>, PathRejection>,
    part: Result<Query<Part>, QueryRejection>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let part = query(part)?;
    let (locale, market) = (parsed("locale", part.locale)?, parsed("market", part.market)?);
    // No campaign has such a name, and no database needs to be asked for it.
    let Path(campaign) = campaign.map_err(|_| Problem::not_found())?;
    if campaign.contains('\0') {
        return Err(Problem::not_found());
    }
    // If something ends while the archive is made, what is live then is taken, once.
    for _ in 0..2 {
        let filter = AssetFilter {
            locale: locale.clone(),
            market,
            campaign: Some(campaign.clone()),
            page: PageRequest { cursor: None, limit: MAX_ASSETS },
            ..AssetFilter::default()
        };
        let live = state.face.store.assets(&partner.identity, filter).await.map_err(fault)?;
        if live.items.is_empty() {
            return Err(Problem::not_found());
        }
        if live.next.is_some() {
            return Err(too_large(&format!("more than {MAX_ASSETS} assets")));
        }
        let made_before = state.known.get(&made_of(&partner.identity, &live.items));
        if let Some(digest) = made_before.filter(|digest| not_modified(&headers, digest.as_str())) {
            return Ok(unchanged(&digest));
        }
        let archive = make(&state, &partner.identity, &campaign, live.items).await?;
        if not_modified(&headers, archive.digest.as_str()) {
            return Ok(unchanged(&archive.digest));
        }
        // Whoever asks for no bytes gets no copy.
        if method == Method::HEAD || recorded(&state, &partner, &archive).await? {
            return Ok(answer(archive, &campaign, &partner.identity.slug));
        }
    }
    Err(Problem::conflict("What you may pull of this campaign changed while the archive was made. Ask again."))
}

/// Written before the bytes go out, of all releases or of none: a recall knows of every copy.
async fn recorded(state: &State, partner: &Partner, archive: &Archive) -> Result<bool, Problem> {
    let pull = |release: &Release| NewPull {
        release: release.id,
        format: "archive".to_owned(),
        rendition_digest: archive.digest.clone(),
        profile_version: partner.identity.profile_version,
    };
    let pulls = archive.releases.iter().map(pull).collect();
    state.face.store.record_pulls(&partner.identity, pulls).await.map_err(fault)
}

fn unchanged(digest: &Digest) -> Response {
    let mut response = StatusCode::NOT_MODIFIED.into_response();
    keep(response.headers_mut(), digest);
    response
}

fn answer(archive: Archive, campaign: &str, slug: &str) -> Response {
    let sum = STANDARD.encode(Sha256::digest(&archive.bytes));
    let name = format!("attachment; filename=\"{}-{}.zip\"", plain_name(campaign), plain_name(slug));
    let mut response = archive.bytes.into_response();
    let out = response.headers_mut();
    let mut set = |header: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            out.insert(header, value);
        }
    };
    set(header::CONTENT_TYPE, "application/zip");
    set(header::CONTENT_DISPOSITION, &name);
    set(HeaderName::from_static("repr-digest"), &format!("sha-256=:{sum}:"));
    keep(out, &archive.digest);
    response
}

fn keep(out: &mut HeaderMap, digest: &Digest) {
    out.insert(header::ETAG, etag(digest.as_str()));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=60"));
    out.insert(header::VARY, HeaderValue::from_static("authorization"));
}
