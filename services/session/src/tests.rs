//! Sessions from outside: a small face on a fresh database, and requests as browsers and programs send them.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::FromRef;
use axum::http::{Request, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use countersign_domain::clock::{FixedClock, Timestamp};
use countersign_domain::id::CountingIds;
use countersign_domain::people::Role;
use countersign_store::{Actor, NewUser, Store};
use countersign_web::problem::Problem;
use tower::ServiceExt as _;

use crate::ui::html_errors;
use crate::{OnPage, PageForm, Sessions, Shell, SignedIn, Ui, password, secret, sign_in};

const PASSWORD: &str = "open sesame please";

#[derive(Clone)]
struct Face(Sessions);

impl FromRef<Face> for Sessions {
    fn from_ref(face: &Face) -> Self {
        face.0.clone()
    }
}

struct World {
    router: Router,
    store: Store,
    clock: Arc<FixedClock>,
    user: countersign_domain::id::UserId,
    _folder: tempfile::TempDir,
}

struct Answer {
    status: u16,
    headers: axum::http::HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The session's token, as the cookie sets it.
    fn token(&self) -> String {
        let set = self.headers.get_all(header::SET_COOKIE).iter().map(|v| v.to_str().unwrap());
        let set = set.into_iter().find_map(|line| line.strip_prefix("cs_session=")).unwrap();
        set.split(';').next().unwrap().to_owned()
    }
}

#[derive(serde::Deserialize)]
struct Name {
    name: String,
}

fn face(sessions: Sessions) -> Router {
    async fn who(who: SignedIn) -> String {
        who.user.email
    }
    async fn admin(who: SignedIn) -> Result<String, Problem> {
        who.require(Role::Admin)?;
        Ok(who.user.email)
    }
    async fn page(who: OnPage) -> String {
        format!("{} at {} with {}", who.user.name, who.path, who.csrf)
    }
    async fn named(form: PageForm<Name>) -> String {
        format!("{} says {}", form.who.user.name, form.form.name)
    }
    async fn broken(_: OnPage) -> Response {
        Problem::invalid("<script>alert(1)</script>{{7*7}}").fault("/x", "<b>").into_response()
    }
    let pages = Router::new()
        .route("/page", get(page).post(named))
        .route("/broken", get(broken))
        .layer(axum::middleware::from_fn_with_state(sessions.clone(), html_errors));
    let (api, _) = sign_in::api(sessions.clone()).split_for_parts();
    Router::new()
        .route("/api/who", get(who).post(who))
        .route("/api/admin", post(admin))
        .merge(pages)
        .with_state(Face(sessions.clone()))
        .merge(sign_in::pages(sessions))
        .merge(api)
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(FixedClock::at(Timestamp::parse("2026-11-22T09:00:00Z").unwrap()));
        let url = format!("sqlite:{}?mode=rwc", folder.path().join("session.db").display());
        let store = Store::open(&url, clock.clone(), Arc::new(CountingIds::default())).await.unwrap();
        let new = NewUser {
            email: "mia@x.example".into(),
            name: "<script>alert(1)</script>{{7*7}}".into(),
            roles: vec![Role::Marketer],
            password_hash: password::hash(PASSWORD).await.unwrap(),
        };
        let user = store.users_create(new, Actor::Cli).await.unwrap().id;
        let router = face(Sessions::new(store.clone(), Ui::new().unwrap(), false));
        Self { router, store, clock, user, _folder: folder }
    }

    async fn send(&self, request: axum::http::request::Builder, body: &str) -> Answer {
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let (head, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        Answer { status: head.status.as_u16(), headers: head.headers, body: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    async fn sign_in(&self, email: &str, password: &str) -> Answer {
        let body = serde_json::json!({"email": email, "password": password}).to_string();
        self.send(Request::post("/api/v1/session").header(header::CONTENT_TYPE, "application/json"), &body).await
    }
}

fn cookie(token: &str) -> String {
    format!("cs_session={token}")
}

const FORM: (header::HeaderName, &str) = (header::CONTENT_TYPE, "application/x-www-form-urlencoded");

#[tokio::test]
async fn signing_in_gives_a_cookie_that_works_until_signing_out() {
    let world = World::new().await;
    let answer = world.sign_in("Mia@x.example", PASSWORD).await;
    assert_eq!(answer.status, 204, "{}", answer.body);
    let token = answer.token();
    let request = || Request::get("/api/who").header(header::COOKIE, cookie(&token));
    assert_eq!(world.send(request(), "").await.body, "mia@x.example");
    let out = Request::delete("/api/v1/session")
        .header(header::COOKIE, cookie(&token))
        .header("sec-fetch-site", "same-origin");
    assert_eq!(world.send(out, "").await.status, 204);
    assert_eq!(world.send(request(), "").await.status, 401);
}

#[tokio::test]
async fn a_session_ends_by_itself() {
    let world = World::new().await;
    let token = world.sign_in("mia@x.example", PASSWORD).await.token();
    world.clock.advance_seconds(crate::sessions::SESSION_SECONDS + 1);
    assert_eq!(world.send(Request::get("/api/who").header(header::COOKIE, cookie(&token)), "").await.status, 401);
}

#[tokio::test]
async fn an_unknown_address_and_a_wrong_password_get_the_same_answer() {
    let world = World::new().await;
    let wrong = world.sign_in("mia@x.example", "something else").await;
    let unknown = world.sign_in("nobody@x.example", "something else").await;
    assert_eq!((wrong.status, &wrong.body), (401, &unknown.body));
}

#[tokio::test]
async fn whoever_guesses_ten_times_waits() {
    let world = World::new().await;
    for _ in 0..10 {
        assert_eq!(world.sign_in("mia@x.example", "a guess, a guess").await.status, 401);
    }
    let slowed = world.sign_in("mia@x.example", PASSWORD).await;
    assert_eq!(slowed.status, 429);
    assert!(!slowed.header("retry-after").is_empty());
    world.clock.advance_seconds(601);
    assert_eq!(world.sign_in("mia@x.example", PASSWORD).await.status, 204);
}

#[tokio::test]
async fn a_cookie_alone_changes_nothing() {
    let world = World::new().await;
    let token = world.sign_in("mia@x.example", PASSWORD).await.token();
    let post = || Request::post("/api/who").header(header::COOKIE, cookie(&token));
    assert_eq!(world.send(post(), "").await.status, 403);
    assert_eq!(world.send(post().header("sec-fetch-site", "cross-site"), "").await.status, 403);
    assert_eq!(world.send(post().header("sec-fetch-site", "same-origin"), "").await.status, 200);
}

#[tokio::test]
async fn a_bearer_token_needs_no_proof_of_where_it_comes_from() {
    let world = World::new().await;
    let token = secret::new(secret::USER_PREFIX);
    world.store.user_token_create(world.user, &token.hash(), "ci", None).await.unwrap();
    let post = |token: &str| Request::post("/api/who").header(header::AUTHORIZATION, format!("Bearer {token}"));
    assert_eq!(world.send(post(token.as_str()), "").await.status, 200);
    assert_eq!(world.send(post("cs_user_unknown"), "").await.status, 401);
    assert_eq!(world.send(post("cs_partner_key"), "").await.status, 401);
}

#[tokio::test]
async fn a_role_that_one_has_not_is_refused() {
    let world = World::new().await;
    let token = world.sign_in("mia@x.example", PASSWORD).await.token();
    let post = Request::post("/api/admin").header(header::COOKIE, cookie(&token)).header("sec-fetch-site", "none");
    assert_eq!(world.send(post, "").await.status, 403);
}

#[tokio::test]
async fn a_disabled_account_is_out_at_once() {
    let world = World::new().await;
    let token = world.sign_in("mia@x.example", PASSWORD).await.token();
    world.store.user_disable(world.user, Actor::Cli).await.unwrap();
    assert_eq!(world.send(Request::get("/api/who").header(header::COOKIE, cookie(&token)), "").await.status, 401);
    assert_eq!(world.sign_in("mia@x.example", PASSWORD).await.status, 401);
}

#[tokio::test]
async fn a_page_sends_strangers_to_the_sign_in_and_back() {
    let world = World::new().await;
    let away = world.send(Request::get("/page?a=1&b=2"), "").await;
    assert_eq!((away.status, away.header("location")), (303, "/sign-in?next=/page%3Fa%3D1%26b%3D2"));
    let form = format!("email=mia%40x.example&password={}&next=%2Fpage%3Fa%3D1", PASSWORD.replace(' ', "+"));
    let back = world.send(Request::post("/sign-in").header(FORM.0, FORM.1), &form).await;
    assert_eq!((back.status, back.header("location")), (303, "/page?a=1"));
    let page = world.send(Request::get("/page?a=1").header(header::COOKIE, cookie(&back.token())), "").await;
    assert!(page.body.contains("at /page?a=1"), "{}", page.body);
}

#[tokio::test]
async fn a_form_needs_the_sessions_token() {
    let world = World::new().await;
    let token = world.sign_in("mia@x.example", PASSWORD).await.token();
    let page = world.send(Request::get("/page").header(header::COOKIE, cookie(&token)), "").await;
    let csrf = page.body.rsplit(' ').next().unwrap().to_owned();
    let post = || Request::post("/page").header(header::COOKIE, cookie(&token)).header(FORM.0, FORM.1);
    assert_eq!(world.send(post(), "name=x").await.status, 403);
    assert_eq!(world.send(post().header("sec-fetch-site", "same-origin"), "name=x&_csrf=guess").await.status, 403);
    let done = world.send(post(), &format!("name=x&_csrf={csrf}")).await;
    assert!(done.body.ends_with("says x"), "{}", done.body);
}

#[tokio::test]
async fn errors_of_pages_are_pages_and_markup_in_them_stays_text() {
    let world = World::new().await;
    let token = world.sign_in("mia@x.example", PASSWORD).await.token();
    let page = world.send(Request::get("/broken").header(header::COOKIE, cookie(&token)), "").await;
    assert_eq!(page.status, 422);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.body.contains("&lt;script&gt;alert(1)&lt;&#x2f;script&gt;{{7*7}}"), "{}", page.body);
    assert!(!page.body.contains("<script>alert"));
}

#[tokio::test]
async fn another_site_cannot_sign_anyone_in() {
    let world = World::new().await;
    let form = format!("email=mia%40x.example&password={}", PASSWORD.replace(' ', "+"));
    let post = Request::post("/sign-in").header(FORM.0, FORM.1).header("sec-fetch-site", "cross-site");
    assert_eq!(world.send(post, &form).await.status, 403);
}

#[tokio::test]
async fn a_refused_sign_in_keeps_the_address_and_says_why() {
    let world = World::new().await;
    let form = "email=%3Cscript%3Ealert(1)%3C%2Fscript%3E&password=x&next=%2Fkits";
    let page = world.send(Request::post("/sign-in").header(FORM.0, FORM.1), form).await;
    assert_eq!(page.status, 401);
    assert!(page.body.contains("&lt;script&gt;alert(1)&lt;&#x2f;script&gt;") && page.body.contains("not right"));
    assert!(page.body.contains("value=\"&#x2f;kits\""), "{}", page.body);
}

#[test]
fn every_template_compiles_and_the_frame_shows_what_a_role_may_see() {
    let ui = Ui::new().unwrap();
    let shell = Shell::anonymous("Sign in", None, ui.versions());
    let page = serde_json::json!({"email": "", "next": "/", "error": null});
    let html = ui.render(&shell, "sign-in.html", &page).unwrap();
    assert!(html.contains("style.css?v=") && !html.contains("aria-label=\"Main\""));
}
