//! `GET /api/v1/me`, `GET` and `POST /api/v1/users`, `POST /api/v1/users/{id}/disable` and `…/enable`.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use countersign_domain::id::UserId;
use countersign_domain::people::User;
use countersign_session::{SignedIn, fault};
use countersign_store::Actor;
use countersign_web::json::Json;
use countersign_web::problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;

use crate::people::{NewPerson, NoPerson};
use crate::state::Studio;
use crate::{access, people};

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UserJson {
    id: String,
    email: String,
    name: String,
    roles: Vec<String>,
    created_at: String,
    disabled_at: Option<String>,
}

impl UserJson {
    fn of(user: &User) -> Self {
        Self {
            id: user.id.to_string(),
            email: user.email.clone(),
            name: user.name.clone(),
            roles: user.roles.iter().map(|role| role.as_str().to_owned()).collect(),
            created_at: user.created_at.rfc3339(),
            disabled_at: user.disabled_at.map(|at| at.rfc3339()),
        }
    }
}

/// Who is asking.
#[utoipa::path(get, path = "/api/v1/me", tag = "session", responses((status = 200, body = inline(UserJson))))]
pub(super) async fn me(who: SignedIn) -> Json<UserJson> {
    Json(UserJson::of(&who.user))
}

/// Everyone who may sign in.
#[utoipa::path(get, path = "/api/v1/users", tag = "admin",
    responses((status = 200, body = inline(Vec<UserJson>)), (status = 403, body = Problem)))]
pub(super) async fn list(State(studio): State<Studio>, who: SignedIn) -> Result<Json<Vec<UserJson>>, Problem> {
    access::administer(&who.user)?;
    let users = studio.store.users().await.map_err(fault::of)?;
    Ok(Json(users.iter().map(UserJson::of).collect()))
}

/// Checks a new person and writes them. One way for the API and for the page.
pub(crate) async fn create(studio: &Studio, new: &NewPerson, actor: Actor) -> Result<User, Problem> {
    let user = new.check().await.map_err(|error| match error {
        NoPerson::Faults(faults) => faults.into_problem("The person's data is not valid."),
        NoPerson::Password(error) => people::unchecked(error),
    })?;
    studio.store.users_create(user, actor).await.map_err(fault::of)
}

/// Makes a user. (An Idempotency-Key is not needed: the email address can be taken once.)
#[utoipa::path(post, path = "/api/v1/users", tag = "admin", request_body = inline(NewPerson), responses(
    (status = 201, body = inline(UserJson)),
    (status = 409, description = "The email address is taken", body = Problem),
    (status = 422, body = Problem)))]
pub(super) async fn create_route(
    State(studio): State<Studio>,
    who: SignedIn,
    Json(new): Json<NewPerson>,
) -> Result<Response, Problem> {
    access::administer(&who.user)?;
    let user = create(&studio, &new, Actor::User(who.id())).await?;
    Ok((StatusCode::CREATED, HeaderMap::new(), axum::Json(UserJson::of(&user))).into_response())
}

/// Shuts a user out: their sessions and tokens end at once. What they did stays in the audit trail.
#[utoipa::path(post, path = "/api/v1/users/{id}/disable", tag = "admin", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn disable(
    State(studio): State<Studio>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    access::administer(&who.user)?;
    shut_out(&studio, access::id(&id)?, who.id()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets a user sign in again who was shut out, with the password that they had. The tokens that ended stay ended.
#[utoipa::path(post, path = "/api/v1/users/{id}/enable", tag = "admin", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub(super) async fn enable(
    State(studio): State<Studio>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    access::administer(&who.user)?;
    let_in(&studio, access::id(&id)?, who.id()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a disabling back.
pub(crate) async fn let_in(studio: &Studio, user: UserId, by: UserId) -> Result<(), Problem> {
    studio.store.user(user).await.map_err(fault::of)?.ok_or_else(Problem::not_found)?;
    studio.store.user_enable(user, Actor::User(by)).await.map_err(fault::of)
}

/// Disables a user; nobody disables themselves, so that an administrator is always left.
pub(crate) async fn shut_out(studio: &Studio, user: UserId, by: UserId) -> Result<(), Problem> {
    if user == by {
        return Err(Problem::conflict("You cannot disable yourself; ask another administrator."));
    }
    studio.store.user(user).await.map_err(fault::of)?.ok_or_else(Problem::not_found)?;
    studio.store.user_disable(user, Actor::User(by)).await.map_err(fault::of)
}

#[cfg(test)]
mod tests {
    use crate::testing::World;
    use serde_json::json;

    #[tokio::test]
    async fn an_administrator_makes_and_shuts_out_users_and_nobody_else_does() {
        let world = World::new().await;
        let new =
            json!({"email": "new@x.example", "name": "New", "roles": ["reviewer"], "password": "long enough, this"});
        assert_eq!(world.post("/api/v1/users", "marketer", new.clone()).await.status, 403);
        assert_eq!(world.get("/api/v1/users", "reviewer").await.status, 403);
        let made = world.post("/api/v1/users", "admin", new.clone()).await;
        assert_eq!(made.status, 201, "{}", made.body);
        assert!(!made.body.contains("password"));
        assert_eq!(world.post("/api/v1/users", "admin", new).await.status, 409);
        let path = format!("/api/v1/users/{}/disable", made.json()["id"].as_str().unwrap());
        assert_eq!(world.post(&path, "admin", json!({})).await.status, 204);
        let path = path.replace("/disable", "/enable");
        assert_eq!(world.post(&path, "marketer", json!({})).await.status, 403);
        assert_eq!(world.post(&path, "admin", json!({})).await.status, 204);
        let users = world.get("/api/v1/users", "admin").await.json();
        assert!(users.as_array().unwrap().iter().all(|user| user["disabled_at"].is_null()), "{users}");
    }

    #[tokio::test]
    async fn every_fault_of_a_new_user_is_named() {
        let world = World::new().await;
        let bad = json!({"email": "x", "name": "", "roles": ["robot"], "password": "short"});
        let answer = world.post("/api/v1/users", "admin", bad).await.json();
        let pointers: Vec<_> = answer["errors"].as_array().unwrap().iter().map(|e| e["pointer"].clone()).collect();
        assert_eq!(pointers, ["/email", "/name", "/roles/0", "/password"]);
    }

    #[tokio::test]
    async fn nobody_shuts_themselves_out() {
        let world = World::new().await;
        let me = world.get("/api/v1/me", "admin").await.json()["id"].as_str().unwrap().to_owned();
        assert_eq!(world.post(&format!("/api/v1/users/{me}/disable"), "admin", json!({})).await.status, 409);
    }
}
