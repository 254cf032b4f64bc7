//! `POST /api/v1/kits` (a brief becomes a kit) and `GET /api/v1/kits`.

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use countersign_domain::brief::BriefForm;
use countersign_domain::id::AssetId;
use countersign_domain::kit::Kit;
use countersign_session::idempotent::{self, Key, Turn};
use countersign_session::{SignedIn, fault};
use countersign_store::{Actor, KitFilter, Reply};
use countersign_web::json::Json;
use countersign_web::problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;

use super::{PageJson, PageQuery};
use crate::access;

use crate::making::{make, planned};
use crate::state::Studio;
use crate::view::{KitLine, kit_url};

const ROUTE: &str = "POST /api/v1/kits";

/// The kit that was queued.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct Queued {
    id: String,
    /// Ids of the assets that are being drafted, in the order of the brief.
    assets: Vec<String>,
    status_url: String,
    events_url: String,
}

impl Queued {
    fn of(kit: &Kit, assets: Vec<String>) -> Self {
        let status_url = kit_url(kit);
        Self { id: kit.id.to_string(), assets, events_url: format!("{status_url}/events"), status_url }
    }
}

/// What a marketer asks for. A message is a string in the brief's `language`, or a map from BCP 47 tag to text; a claim
/// is the key of one in the library, a string, or such a wording with its source. Both may refer to the brief's values, which
/// are written as each locale's readers expect: `{{date.event}}`, `{{price.basic}}`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used; the body is read as the domain's BriefForm")]
pub(super) struct Brief {
    /// The brand's slug; may be left out where there is only one.
    brand: Option<String>,
    campaign: Option<String>,
    /// The language of plain strings in this brief; `en` when left out.
    language: Option<String>,
    product: String,
    audience: Option<String>,
    objective: Option<String>,
    tone: Option<String>,
    #[schema(schema_with = super::schemas::messages)]
    messages: Option<Vec<serde_json::Value>>,
    #[schema(schema_with = super::schemas::claims)]
    claims: Option<Vec<serde_json::Value>>,
    #[schema(schema_with = super::schemas::values)]
    values: Option<serde_json::Value>,
    /// BCP 47 tags, such as `en-US`.
    locales: Vec<String>,
    /// ISO 3166 codes, such as `US`; needed for locales without a region.
    markets: Option<Vec<String>>,
    asset_types: Vec<String>,
    /// 1 to 5; 1 when left out.
    variants: Option<u32>,
    /// The same seed gives the same drafts; 0 when left out.
    seed: Option<u64>,
}

/// Turns a brief into a kit: every asset is queued for drafting, and goes to review when it is drafted.
#[utoipa::path(post, path = "/api/v1/kits", tag = "kits", request_body = inline(Brief),
    responses(
        (status = 202, description = "Queued", body = inline(Queued)),
        (status = 403, description = "Neither marketer nor administrator", body = Problem),
        (status = 422, description = "Something in the brief is not valid; each fault has its pointer", body = Problem)))]
pub(super) async fn create(
    State(studio): State<Studio>,
    who: SignedIn,
    headers: HeaderMap,
    Json(form): Json<BriefForm>,
) -> Result<Response, Problem> {
    access::make(&who.user)?;
    let actor = Actor::User(who.id());
    let key = match idempotent::turn(&studio.store, actor, &headers, ROUTE, &form).await? {
        Turn::Again(response) => return Ok(*response),
        Turn::Work(key) => key,
    };
    match work(&studio, &who, form, key.clone()).await {
        Ok(kit) => queued(&studio, &kit).await,
        Err(problem) => {
            idempotent::abandon(&studio.store, key).await;
            Err(problem)
        }
    }
}

async fn work(studio: &Studio, who: &SignedIn, form: BriefForm, key: Option<Key>) -> Result<Kit, Problem> {
    let planned = planned(studio, form).await?;
    // The answer for a repeated request is written with the kit, so that a crash between the two cannot make two kits.
    let reply = key.map(|Key { actor, held }| Reply {
        actor,
        held,
        status: StatusCode::ACCEPTED.as_u16(),
        body: Box::new(|kit: &Kit, assets: &[AssetId]| {
            let assets = assets.iter().map(ToString::to_string).collect();
            serde_json::to_string(&Queued::of(kit, assets)).unwrap_or_default()
        }),
    });
    make(studio, planned, &who.user, reply).await
}

async fn queued(studio: &Studio, kit: &Kit) -> Result<Response, Problem> {
    let assets = studio.store.assets(kit.id).await.map_err(fault::of)?;
    let body = Queued::of(kit, assets.iter().map(|view| view.asset.id.to_string()).collect());
    let body = serde_json::to_string(&body).map_err(|_| Problem::internal())?;
    Ok(idempotent::answer(StatusCode::ACCEPTED, body, false))
}

/// Kits, newest first.
#[utoipa::path(get, path = "/api/v1/kits", tag = "kits", params(PageQuery),
    responses((status = 200, body = inline(PageJson<KitLine>))))]
pub(super) async fn list(
    State(studio): State<Studio>,
    who: SignedIn,
    Query(query): Query<PageQuery>,
) -> Result<Json<PageJson<KitLine>>, Problem> {
    access::see(&who.user)?;
    let page = studio.store.kits(KitFilter::default(), query.request()).await.map_err(fault::of)?;
    Ok(Json(PageJson::of(page, |summary| KitLine::of(&summary))))
}

#[cfg(test)]
mod tests {
    use crate::testing::{World, brief};
    use serde_json::json;

    #[tokio::test]
    async fn a_brief_becomes_a_kit_whose_assets_are_being_drafted() {
        let world = World::new().await;
        let answer = world.post("/api/v1/kits", "marketer", brief()).await;
        assert_eq!(answer.status, 202, "{}", answer.body);
        let json = answer.json();
        assert_eq!(json["assets"].as_array().unwrap().len(), 2);
        assert_eq!(answer.header("location"), json["status_url"].as_str().unwrap());
        let kit = world.get(json["status_url"].as_str().unwrap(), "marketer").await.json();
        assert_eq!(kit["state"], "drafting");
        assert_eq!(kit["progress"], json!({"done": 0, "total": 2}));
        let listed = world.get("/api/v1/kits", "reviewer").await.json();
        assert_eq!(listed["items"][0]["id"], json["id"]);
    }

    #[tokio::test]
    async fn the_same_key_makes_one_kit() {
        let world = World::new().await;
        let first = world.post_keyed("/api/v1/kits", "marketer", "k1", brief()).await;
        let again = world.post_keyed("/api/v1/kits", "marketer", "k1", brief()).await;
        assert_eq!((first.status, again.status), (202, 202));
        assert_eq!(first.json(), again.json());
        assert_eq!(first.header("location"), again.header("location"));
        let mut other = brief();
        other["product"] = json!("Another");
        let refused = world.post_keyed("/api/v1/kits", "marketer", "k1", other).await;
        assert_eq!((refused.status, &refused.json()["type"]), (422, &json!("/docs/errors#idempotency-mismatch")));
        assert_eq!(world.get("/api/v1/kits", "marketer").await.json()["items"].as_array().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn a_refused_brief_frees_its_key() {
        let world = World::new().await;
        let mut bad = brief();
        bad["locales"] = json!(["xx-nowhere-at-all"]);
        let refused = world.post_keyed("/api/v1/kits", "marketer", "k2", bad.clone()).await;
        assert_eq!(refused.status, 422);
        assert_eq!(refused.json()["errors"][0]["pointer"], "/locales/0");
        assert_eq!(world.post_keyed("/api/v1/kits", "marketer", "k2", bad).await.status, 422);
    }

    #[tokio::test]
    async fn unknown_fields_types_and_brands_are_named() {
        let world = World::new().await;
        let mut odd = brief();
        odd["asset_types"] = json!(["fax"]);
        assert_eq!(world.post("/api/v1/kits", "marketer", odd).await.json()["errors"][0]["pointer"], "/asset_types/0");
        let mut odd = brief();
        odd["brand"] = json!("nobody");
        assert_eq!(world.post("/api/v1/kits", "marketer", odd).await.json()["errors"][0]["pointer"], "/brand");
        let mut odd = brief();
        odd["budget"] = json!(3);
        assert_eq!(world.post("/api/v1/kits", "marketer", odd).await.status, 422);
    }

    #[tokio::test]
    async fn only_marketers_and_administrators_brief() {
        let world = World::new().await;
        assert_eq!(world.post("/api/v1/kits", "reviewer", brief()).await.status, 403);
        assert_eq!(world.post("/api/v1/kits", "admin", brief()).await.status, 202);
        assert_eq!(world.post("/api/v1/kits", "", brief()).await.status, 401);
    }
}
