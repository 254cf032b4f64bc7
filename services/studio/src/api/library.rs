//! `POST /api/v1/library/import` and `GET /api/v1/library/passages`.

use axum::extract::{Query, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_domain::clock::Timestamp;
use countersign_session::form::{MAX_PARTS, read_parts};
use countersign_session::{SignedIn, fault};
use countersign_store::Actor;
use countersign_web::json::Json;
use countersign_web::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::brands::{NoBrand, choose};
use crate::state::Studio;
use crate::{access, shelf};

#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct ImportQuery {
    /// The brand's slug; may be left out where there is only one.
    brand: Option<String>,
    /// The file's name, for a raw body: `.md` or `.jsonl`. Importing the same name again replaces what it brought.
    file: Option<String>,
}

/// Files with their names.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used; every part that is a file is read, whatever its field")]
pub(super) struct Upload {
    #[schema(value_type = Vec<String>, format = Binary)]
    file: Vec<u8>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Imported {
    file: String,
    added: usize,
    kept: usize,
    withdrawn: usize,
}

pub(super) async fn brand(studio: &Studio, slug: Option<&str>) -> Result<countersign_domain::brand::Brand, Problem> {
    choose(&studio.store, slug).await.map_err(|error| match error {
        NoBrand::Store(error) => fault::of(error),
        other => Problem::invalid("The brand is not known.").fault("/brand", other),
    })
}

/// Imports approved content: one file as the raw body with `?file=NAME`, or several as `multipart/form-data`.
#[utoipa::path(post, path = "/api/v1/library/import", tag = "library", params(ImportQuery),
    request_body(content((String = "application/octet-stream"), (Upload = "multipart/form-data"))), responses(
    (status = 200, body = inline(Vec<Imported>)),
    (status = 422, description = "A file cannot be imported; its line is named, and nothing of it is kept", body = Problem)))]
pub(super) async fn import(
    State(studio): State<Studio>,
    who: SignedIn,
    Query(query): Query<ImportQuery>,
    request: Request,
) -> Result<Response, Problem> {
    access::make(&who.user)?;
    let brand = brand(&studio, query.brand.as_deref()).await?;
    let media = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let files = if media.starts_with("multipart/form-data") {
        let parts = read_parts(request).await?;
        parts.into_iter().filter_map(|part| Some((part.file_name?, part.bytes))).collect()
    } else {
        let name =
            query.file.ok_or_else(|| Problem::malformed("Name the file with ?file=NAME.md or ?file=NAME.jsonl."))?;
        let bytes = axum::body::to_bytes(request.into_body(), MAX_PARTS).await.map_err(|_| {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The file is too large").detail(format!(
                "A file has {MAX_PARTS} bytes at most here; split it, or import it on the command line."
            ))
        })?;
        vec![(name, bytes)]
    };
    if files.is_empty() {
        return Err(Problem::malformed("The form holds no file."));
    }
    shelf::refuse_same_names(files.iter().map(|(name, _)| name.as_str()))?;
    let mut done = Vec::new();
    for (name, bytes) in files {
        let counts = shelf::import(&studio, &brand, &name, bytes, Actor::User(who.id())).await?;
        done.push(Imported { file: name, added: counts.added, kept: counts.kept, withdrawn: counts.withdrawn });
    }
    Ok(axum::Json(done).into_response())
}

#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct BrandQuery {
    /// The brand's slug; may be left out where there is only one.
    pub(super) brand: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PassageJson {
    id: String,
    product: String,
    locale: String,
    market: Option<String>,
    text: String,
    source: String,
    valid_from: Option<String>,
    valid_until: Option<String>,
}

/// The passages of a brand that drafts may draw on.
#[utoipa::path(get, path = "/api/v1/library/passages", tag = "library", params(BrandQuery),
    responses((status = 200, body = inline(Vec<PassageJson>))))]
pub(super) async fn passages(
    State(studio): State<Studio>,
    who: SignedIn,
    Query(query): Query<BrandQuery>,
) -> Result<Json<Vec<PassageJson>>, Problem> {
    access::see(&who.user)?;
    let brand = brand(&studio, query.brand.as_deref()).await?;
    let passages = studio.store.passages(brand.id).await.map_err(fault::of)?;
    let show = |passage: countersign_domain::library::Passage| PassageJson {
        id: passage.id.to_string(),
        product: passage.product,
        locale: passage.locale.to_string(),
        market: passage.market.map(|market| market.to_string()),
        text: passage.text,
        source: passage.source,
        valid_from: passage.valid_from.map(Timestamp::rfc3339),
        valid_until: passage.valid_until.map(Timestamp::rfc3339),
    };
    Ok(Json(passages.into_iter().map(show).collect()))
}

#[cfg(test)]
mod tests {
    use crate::testing::World;
    use serde_json::json;

    const FILE: &str = "---\nlocale: en\n---\n# Uptime\n\nFjord keeps working when the line does not.\n";

    #[tokio::test]
    async fn a_file_is_imported_and_importing_it_again_replaces_it() {
        let world = World::new().await;
        let path = "/api/v1/library/import?file=approved.md";
        let first = world.post_raw(path, "marketer", FILE).await;
        assert_eq!(first.status, 200, "{}", first.body);
        assert_eq!(first.json()[0]["added"], 1);
        assert_eq!(world.post_raw(path, "marketer", FILE).await.json()[0]["kept"], 1);
        let passages = world.get("/api/v1/library/passages", "reviewer").await.json();
        assert_eq!(passages[0]["source"], "approved.md#Uptime");
    }

    #[tokio::test]
    async fn a_refused_file_says_where_and_why() {
        let world = World::new().await;
        let path = "/api/v1/library/import?file=approved.md";
        let refused = world.post_raw(path, "marketer", "---\nlocale: xx-no-such\n---\n").await;
        assert_eq!(refused.status, 422);
        assert!(refused.json()["errors"][0]["detail"].as_str().unwrap().starts_with("approved.md:"));
        assert_eq!(world.post_raw("/api/v1/library/import", "marketer", FILE).await.status, 400);
        assert_eq!(world.post_raw(path, "reviewer", FILE).await.status, 403);
        assert_eq!(world.get("/api/v1/library/passages", "marketer").await.json(), json!([]));
    }
}
