//! A partner's API keys: shown once when made, kept as a hash.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use countersign_domain::clock::Timestamp;
use countersign_domain::id::{PartnerId, PartnerKeyId};
use countersign_session::secret::{self, Secret};
use countersign_session::{SignedIn, fault};
use countersign_store::{Actor, PartnerKey};
use countersign_web::json::Json;
use countersign_web::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::partners::found;
use crate::access;
use crate::state::Studio;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyForm {
    /// What it is for, such as `web shop`.
    #[serde(default)]
    name: String,
    /// RFC 3339; a key without an end works until it is revoked.
    #[serde(default)]
    expires_at: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NewKeyJson {
    id: String,
    name: String,
    /// The key itself. It is never shown again.
    key: String,
    url: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct KeyJson {
    id: String,
    name: String,
    /// How the key starts.
    prefix: String,
    created_at: String,
    expires_at: Option<String>,
    revoked_at: Option<String>,
}

impl KeyJson {
    fn of(key: &PartnerKey) -> Self {
        Self {
            id: key.id.to_string(),
            name: key.name.clone(),
            prefix: key.prefix.clone(),
            created_at: key.created_at.rfc3339(),
            expires_at: key.expires_at.map(Timestamp::rfc3339),
            revoked_at: key.revoked_at.map(Timestamp::rfc3339),
        }
    }
}

/// Makes a key and writes its hash. One way for the API and for the page.
pub(crate) async fn new_key(
    studio: &Studio,
    partner: PartnerId,
    name: &str,
    expires_at: Option<Timestamp>,
    actor: Actor,
) -> Result<(PartnerKeyId, Secret), Problem> {
    let name = name.trim();
    if name.chars().count() > 60 || name.chars().any(char::is_control) {
        return Err(
            Problem::invalid("The key's name is not valid.").fault("/name", "has 60 characters at most, on one line")
        );
    }
    let key = secret::new(secret::PARTNER_PREFIX);
    let shown = key.shown(secret::PARTNER_PREFIX);
    let id = studio
        .store
        .partner_key_create(partner, name, &shown, &key.hash(), expires_at, actor)
        .await
        .map_err(fault::of)?;
    Ok((id, key))
}

/// The partner's keys, without the keys themselves.
#[utoipa::path(get, path = "/api/v1/partners/{id}/keys", tag = "partners", params(("id" = String, Path)),
    responses((status = 200, body = inline(Vec<KeyJson>)),
        (status = 403, description = "Neither marketer nor administrator", body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn list(
    State(studio): State<Studio>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Json<Vec<KeyJson>>, Problem> {
    access::make(&who.user)?;
    let partner = found(&studio, &id).await?;
    let keys = studio.store.partner_keys(partner.id).await.map_err(fault::of)?;
    Ok(Json(keys.iter().map(KeyJson::of).collect()))
}

/// Makes a key. It is in this answer and nowhere else; so an Idempotency-Key is of no use here: revoke what is too much.
#[utoipa::path(post, path = "/api/v1/partners/{id}/keys", tag = "partners", params(("id" = String, Path)),
    request_body = inline(KeyForm),
    responses((status = 201, body = inline(NewKeyJson)), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn create(
    State(studio): State<Studio>,
    who: SignedIn,
    Path(id): Path<String>,
    Json(form): Json<KeyForm>,
) -> Result<Response, Problem> {
    access::make(&who.user)?;
    let partner = found(&studio, &id).await?;
    let expires_at = form
        .expires_at
        .as_deref()
        .map(Timestamp::parse)
        .transpose()
        .map_err(|error| Problem::invalid("The key's end is not valid.").fault("/expires_at", error))?;
    let (key_id, key) = new_key(&studio, partner.id, &form.name, expires_at, Actor::User(who.id())).await?;
    let body = NewKeyJson {
        id: key_id.to_string(),
        name: form.name.trim().to_owned(),
        key: key.as_str().to_owned(),
        url: format!("/api/v1/partners/{}/keys/{key_id}", partner.id),
    };
    Ok((StatusCode::CREATED, axum::Json(body)).into_response())
}

/// Revokes a key: it opens nothing from now on.
#[utoipa::path(delete, path = "/api/v1/partners/{id}/keys/{key}", tag = "partners",
    params(("id" = String, Path), ("key" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub(super) async fn revoke(
    State(studio): State<Studio>,
    who: SignedIn,
    Path((id, key)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    access::make(&who.user)?;
    let partner = found(&studio, &id).await?;
    revoke_key(&studio, partner.id, &key, Actor::User(who.id())).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Revokes a key of this partner; a key of another one is not found. Pages and the API do this alike.
pub(crate) async fn revoke_key(studio: &Studio, partner: PartnerId, key: &str, actor: Actor) -> Result<(), Problem> {
    let key: PartnerKeyId = access::id(key)?;
    let keys = studio.store.partner_keys(partner).await.map_err(fault::of)?;
    if !keys.iter().any(|known| known.id == key) {
        return Err(Problem::not_found());
    }
    studio.store.partner_key_revoke(key, actor).await.map_err(fault::of)
}

#[cfg(test)]
mod tests {
    use crate::testing::{World, partner};
    use serde_json::json;

    #[tokio::test]
    async fn a_key_is_shown_once_and_can_be_revoked() {
        let world = World::new().await;
        let url = world.post("/api/v1/partners", "marketer", partner("nordlicht")).await.header("location");
        let keys = format!("{url}/keys");
        let made = world.post(&keys, "admin", json!({"name": "web shop"})).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let key = made.json()["key"].as_str().unwrap().to_owned();
        assert!(key.starts_with("cs_partner_"));
        let listed = world.get(&keys, "admin").await;
        assert!(!listed.body.contains(&key));
        assert!(key.starts_with(listed.json()[0]["prefix"].as_str().unwrap()));
        let one = made.json()["url"].as_str().unwrap().to_owned();
        assert_eq!(world.delete(&one, "admin").await.status, 204);
        assert!(world.get(&keys, "admin").await.json()[0]["revoked_at"].is_string());
    }

    #[tokio::test]
    async fn a_key_of_another_partner_is_not_found() {
        let world = World::new().await;
        let one = world.post("/api/v1/partners", "marketer", partner("one")).await.header("location");
        let two = world.post("/api/v1/partners", "marketer", partner("two")).await.header("location");
        let key =
            world.post(&format!("{one}/keys"), "admin", json!({})).await.json()["id"].as_str().unwrap().to_owned();
        assert_eq!(world.delete(&format!("{two}/keys/{key}"), "admin").await.status, 404);
    }
}
