//! `GET` and `PUT /api/v1/brands/{slug}`: a brand's sheet, conditional, because two people may mend the same brand.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_domain::brand::{Brand, BrandSheet};
use countersign_session::{SignedIn, fault};
use countersign_store::{Actor, StoreError};
use countersign_web::conditional::{etag, if_match, not_modified};
use countersign_web::json::Json;
use countersign_web::problem::Problem;
use utoipa::ToSchema;

use crate::faults::is_slug;
use crate::state::Studio;
use crate::{access, cobranding, sheet};

/// What a vendor says of its brand.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used; the body is read as the domain's BrandSheet")]
pub(super) struct Sheet {
    identity: Identity,
    /// How the brand speaks, in a sentence or two; given to models that read instructions.
    voice: Option<String>,
    products: Option<Vec<SheetProduct>>,
    /// Names that only references may write into a draft, besides the products'.
    protected_names: Option<Vec<String>>,
    competitors: Option<Vec<String>>,
    /// Words that no asset of the brand may hold.
    forbidden_terms: Option<Vec<String>>,
    /// How terms are written in other languages; given to models that read instructions. At most 500.
    glossary: Option<Vec<SheetTerm>>,
    /// How readers are addressed, `formal` or `informal`, by locale or language (`de` is for every de-*).
    #[schema(schema_with = super::schemas::formality)]
    formality: Option<serde_json::Value>,
    /// By locale, the locales whose wordings and passages may stand in for those that it lacks, in order. Only those of the
    /// same language are put into an asset, and marked; of another language it is only said that there is one. Legal text
    /// has no fallback.
    fallbacks: Option<std::collections::BTreeMap<String, Vec<String>>>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct SheetTerm {
    term: String,
    /// By locale or language.
    translations: Option<std::collections::BTreeMap<String, String>>,
    /// It stays as it is in every language; then it has no translations.
    do_not_translate: Option<bool>,
    /// What it means, or when it is used.
    note: Option<String>,
}

/// What of a brand shows in a rendition.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Identity {
    name: String,
    legal_name: Option<String>,
    /// https.
    site: Option<String>,
    /// Lines are parted by a line feed.
    address: Option<String>,
    /// `#rrggbb`, of buttons and rules.
    color: Option<String>,
    /// The digest of the logo on file; `countersign brand add FILE --logo PNG` brings one. Null shows none.
    logo: Option<String>,
    /// The same for dark grounds; `logo_dark` of `countersign brand add FILE` brings one.
    logo_dark: Option<String>,
    lockup: Option<Lockup>,
    /// The badge of each tier that has one. A partner of that tier shows it while it is certified.
    badges: Option<std::collections::BTreeMap<String, Badge>>,
    /// Legal notice by market (ISO 3166 code); there is no fallback from one market to another.
    legal: Option<std::collections::BTreeMap<String, String>>,
}

/// How the brand's logo and a partner's stand together; what is left out is as it is here.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Lockup {
    /// How large a partner's logo may be beside the brand's: `equal` (of the same area), `not_larger` (neither wider nor
    /// higher) or `two_thirds` (at most that of its height).
    #[schema(default = "not_larger")]
    relative: Option<String>,
    /// What stays free around each logo, in hundredths of the brand's logo's height; 0 to 300.
    #[schema(default = 50)]
    clear_space_percent: Option<u16>,
    /// How wide a logo is drawn at least, in CSS pixels; 16 to 400.
    #[schema(default = 48)]
    min_width_px: Option<u16>,
    /// The least contrast of a logo on its ground, in tenths: 30 is 3:1; 10 to 210. Uploads below it are refused.
    #[schema(default = 30)]
    contrast_tenths: Option<u16>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Badge {
    /// What it says, by BCP 47 tag: `de` serves every de-*. 40 characters at most.
    label: std::collections::BTreeMap<String, String>,
    /// The digest of the badge's image on file; without one it is its label.
    image: Option<String>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct SheetProduct {
    /// What briefs and the library call it: small letters, digits and `- _ .`
    key: String,
    name: String,
    summary: Option<String>,
}

fn tagged(status: StatusCode, brand: &Brand) -> Response {
    let mut response = (status, axum::Json(&brand.sheet)).into_response();
    response.headers_mut().insert(header::ETAG, etag(brand.digest().as_str()));
    response
}

/// A brand's sheet; its ETag is its digest.
#[utoipa::path(get, path = "/api/v1/brands/{slug}", tag = "brands",
    params(("slug" = String, Path, description = "The brand's slug")),
    responses((status = 200, body = inline(Sheet)), (status = 304, description = "It is what you have"),
        (status = 404, body = Problem)))]
pub(super) async fn show(
    State(studio): State<Studio>,
    who: SignedIn,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    access::see(&who.user)?;
    let brand = studio.store.brand_by_slug(&slug).await.map_err(fault::of)?.ok_or_else(Problem::not_found)?;
    if not_modified(&headers, brand.digest().as_str()) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    Ok(tagged(StatusCode::OK, &brand))
}

/// Makes a brand, or replaces its sheet. What was approved keeps the identity that it was approved with.
///
/// A brand that exists is replaced by whoever names the version that they read (If-Match). A new brand needs no header;
/// If-None-Match: * makes sure that it is new.
#[utoipa::path(put, path = "/api/v1/brands/{slug}", tag = "brands",
    params(("slug" = String, Path, description = "Short name: small letters, digits and hyphens"),
        ("If-Match" = Option<String>, Header, description = "The ETag that you read; needed where the brand exists"),
        ("If-None-Match" = Option<String>, Header, description = "`*`: only where there is no such brand yet")),
    request_body = inline(Sheet), responses(
    (status = 200, description = "Replaced", body = inline(Sheet)),
    (status = 201, description = "Made", body = inline(Sheet)),
    (status = 403, description = "Not an administrator", body = Problem),
    (status = 412, description = "It is not what you read, or there is none, or there is one already", body = Problem),
    (status = 422, description = "Something in the sheet is not valid; each fault has its pointer", body = Problem),
    (status = 428, description = "The brand exists, and If-Match is missing", body = Problem)))]
pub(super) async fn replace(
    State(studio): State<Studio>,
    who: SignedIn,
    Path(slug): Path<String>,
    headers: HeaderMap,
    Json(sheet): Json<BrandSheet>,
) -> Result<Response, Problem> {
    access::administer(&who.user)?;
    if !is_slug(&slug) {
        return Err(Problem::invalid("The slug in the address needs 1 to 60 small letters, digits and hyphens."));
    }
    let before = studio.store.brand_by_slug(&slug).await.map_err(fault::of)?;
    let seen = match &before {
        Some(brand) => {
            let now = brand.digest();
            let new_only = headers.get(header::IF_NONE_MATCH).is_some() && not_modified(&headers, now.as_str());
            if new_only || if_match(&headers)? != now.as_str() {
                return Err(moved(Some(brand)));
            }
            Some(now)
        }
        None if headers.contains_key(header::IF_MATCH) => return Err(moved(None)),
        None => None,
    };
    let mut wrong = sheet::check(&sheet).err().unwrap_or_default();
    cobranding::on_file(&sheet.identity, before.as_ref().map(|brand| &brand.sheet.identity), &mut wrong);
    if !wrong.0.is_empty() {
        return Err(wrong.into_problem("The brand's sheet is not valid."));
    }
    match studio.store.brand_write(&slug, sheet, seen.as_ref(), Actor::User(who.id())).await {
        Ok(brand) if before.is_none() => {
            let mut response = tagged(StatusCode::CREATED, &brand);
            if let Ok(place) = HeaderValue::from_str(&format!("/api/v1/brands/{slug}")) {
                response.headers_mut().insert(header::LOCATION, place);
            }
            Ok(response)
        }
        Ok(brand) => Ok(tagged(StatusCode::OK, &brand)),
        // Somebody was quicker: what is there now is theirs to read, not ours to guess.
        Err(StoreError::Conflict(_)) => {
            Err(Problem::precondition_failed("The brand has just been written by somebody else; read it again."))
        }
        Err(error) => Err(fault::of(error)),
    }
}

fn moved(brand: Option<&Brand>) -> Problem {
    match brand {
        Some(brand) => Problem::precondition_failed("The brand is not as you read it; read it again.")
            .header(header::ETAG, etag(brand.digest().as_str())),
        None => Problem::precondition_failed("There is no such brand; leave If-Match out to make it."),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{World, brief};
    use serde_json::json;

    fn sheet() -> serde_json::Value {
        json!({
            "identity": {"name": "Acme", "site": "https://acme.example", "color": "#0b5c6b", "legal": {"DE": "Marken."}},
            "products": [{"key": "anvil", "name": "Acme Anvil"}], "forbidden_terms": ["bulletproof"]
        })
    }

    #[tokio::test]
    async fn an_administrator_makes_a_brand_and_whoever_saw_the_latest_replaces_it() {
        let world = World::new().await;
        let url = "/api/v1/brands/acme";
        assert_eq!(world.get(url, "admin").await.status, 404);
        let made = world.put(url, "admin", None, sheet()).await;
        assert_eq!((made.status, made.header("location").as_str()), (201, url), "{}", made.body);
        let read = world.get(url, "reviewer").await;
        assert_eq!((read.json(), read.header("etag")), (made.json(), made.header("etag")));
        let mut other = read.json();
        other["voice"] = json!("Calm.");
        assert_eq!(world.put(url, "admin", None, other.clone()).await.status, 428);
        assert_eq!(world.put(url, "admin", Some("\"sha256:old\""), other.clone()).await.status, 412);
        let done = world.put(url, "admin", Some(&read.header("etag")), other.clone()).await;
        assert_eq!((done.status, done.json()["voice"].clone()), (200, json!("Calm.")), "{}", done.body);
        assert_eq!(world.put(url, "admin", Some(&read.header("etag")), other).await.status, 412);
        let mut brief = brief();
        brief["brand"] = json!("acme");
        assert_eq!(world.post("/api/v1/kits", "marketer", brief).await.status, 202);
    }

    #[tokio::test]
    async fn rules_and_badges_are_written_and_read_back_and_are_not_there_where_nobody_set_them() {
        let world = World::new().await;
        let url = "/api/v1/brands/acme";
        let plain = world.put(url, "admin", None, sheet()).await;
        assert!(plain.json()["identity"].get("lockup").is_none() && plain.json()["identity"].get("badges").is_none());
        let mut with = sheet();
        with["identity"]["lockup"] = json!({"relative": "two_thirds", "clear_space_percent": 100});
        with["identity"]["badges"] = json!({"gold": {"label": {"en": "Gold partner", "de": "Gold-Partner"}}});
        let done = world.put(url, "admin", Some(&plain.header("etag")), with).await;
        assert_eq!(done.status, 200, "{}", done.body);
        let identity = world.get(url, "reviewer").await.json()["identity"].clone();
        let wanted = json!({"relative": "two_thirds", "clear_space_percent": 100, "min_width_px": 48,
            "contrast_tenths": 30});
        assert_eq!(identity["lockup"], wanted);
        assert_eq!(identity["badges"]["gold"]["label"]["de"], "Gold-Partner");
    }

    #[tokio::test]
    async fn a_brand_that_must_be_new_or_must_be_there_is_refused_where_it_is_not() {
        let world = World::new().await;
        assert_eq!(world.put("/api/v1/brands/acme", "admin", Some("\"sha256:old\""), sheet()).await.status, 412);
        let new_only = ("if-none-match", "*");
        assert_eq!(world.put_with("/api/v1/brands/nordwind", "admin", new_only, sheet()).await.status, 412);
        assert_eq!(world.put_with("/api/v1/brands/acme", "admin", new_only, sheet()).await.status, 201);
    }

    #[tokio::test]
    async fn a_bad_sheet_names_its_fields_and_a_brand_is_an_administrators_to_write() {
        let world = World::new().await;
        let mut bad = sheet();
        bad["identity"]["color"] = json!("teal");
        bad["identity"]["logo"] = json!(format!("sha256:{}", "0".repeat(64)));
        let refused = world.put("/api/v1/brands/acme", "admin", None, bad).await.json();
        let pointers: Vec<_> = refused["errors"].as_array().unwrap().iter().map(|e| e["pointer"].clone()).collect();
        assert_eq!(pointers, ["/identity/color", "/identity/logo"]);
        let mut bad = sheet();
        bad["identity"]["lockup"] = json!({"relative": "not_larger", "contrast_tenths": 0});
        bad["identity"]["badges"] = json!({"gold": {"label": {"english": "Gold"}}});
        let refused = world.put("/api/v1/brands/acme", "admin", None, bad).await.json();
        let pointers: Vec<_> = refused["errors"].as_array().unwrap().iter().map(|e| e["pointer"].clone()).collect();
        assert_eq!(pointers, ["/identity/lockup/contrast_tenths", "/identity/badges/gold/label/english"]);
        let mut odd = sheet();
        odd["identity"]["lockup"] = json!({"relative": "huge"});
        assert_eq!(world.put("/api/v1/brands/acme", "admin", None, odd).await.status, 422);
        let mut odd = sheet();
        odd["fallbacks"] = json!({"de-AT": ["de-DE"], "de-DE": ["de-AT"]});
        odd["glossary"] = json!([{"term": "vault", "do_not_translate": true, "translations": {"de": "Tresor"}}]);
        let refused = world.put("/api/v1/brands/acme", "admin", None, odd).await.json();
        let pointers: Vec<_> = refused["errors"].as_array().unwrap().iter().map(|e| e["pointer"].clone()).collect();
        assert_eq!(pointers, ["/glossary/0/translations", "/fallbacks/de-AT"]);
        let mut odd = sheet();
        odd["colour"] = json!("teal");
        assert_eq!(world.put("/api/v1/brands/acme", "admin", None, odd).await.status, 422);
        assert_eq!(world.put("/api/v1/brands/No%20Slug", "admin", None, sheet()).await.status, 422);
        assert_eq!(world.put("/api/v1/brands/acme", "marketer", None, sheet()).await.status, 403);
        assert_eq!(world.get("/api/v1/brands/acme", "admin").await.status, 404);
    }
}
