//! People, sessions, tokens, and requests that are sent twice.

use countersign_domain::digest::Digest;
use countersign_domain::people::Role;
use countersign_store::{Actor, Begin, KitFilter, NewUser, PageRequest, Reply, StoreError};

use crate::world::World;

crate::conformance!(
    an_address_belongs_to_one_person,
    a_disabled_person_is_out_at_once,
    a_new_password_ends_sessions_and_tokens,
    sessions_and_tokens_expire,
    a_request_sent_twice_happens_once,
    a_kit_and_its_answer_are_kept_together,
);

async fn an_address_belongs_to_one_person(world: World) {
    let new = NewUser {
        email: " Author@SAMPLE.example".into(),
        name: "Impostor".into(),
        roles: vec![Role::Admin],
        password_hash: "x".into(),
    };
    assert!(matches!(world.store.users_create(new, Actor::Cli).await, Err(StoreError::Conflict(_))));
    let (found, hash) = world.store.user_by_email("AUTHOR@sample.example").await.unwrap().unwrap();
    assert_eq!((found, hash.as_str()), (world.author.clone(), "$argon2id$"));
    assert_eq!(world.store.user(world.author.id).await.unwrap(), Some(world.author.clone()));
    assert_eq!(world.store.users().await.unwrap().len(), 3);
}

async fn signed_in(world: &World) {
    let later = world.now().plus_seconds(3600);
    world.store.session_create("s", world.reviewer.id, "csrf", later).await.unwrap();
    world.store.user_token_create(world.reviewer.id, "t", "laptop", None).await.unwrap();
    let session = world.store.session("s").await.unwrap().unwrap();
    assert_eq!((session.user.id, session.csrf.as_str()), (world.reviewer.id, "csrf"));
    assert_eq!(world.store.user_by_token("t").await.unwrap().unwrap().id, world.reviewer.id);
}

async fn a_disabled_person_is_out_at_once(world: World) {
    let (_, review) = world.drafted().await;
    let claim = world.store.review_claim(review, world.reviewer.id, 60).await.unwrap();
    signed_in(&world).await;
    world.store.user_disable(world.reviewer.id, Actor::Cli).await.unwrap();
    assert_eq!(world.store.session("s").await.unwrap(), None);
    assert_eq!(world.store.user_by_token("t").await.unwrap(), None);
    assert!(world.store.review_renew(review, world.reviewer.id, &claim.token, 60).await.is_err());
    assert!(world.store.user(world.reviewer.id).await.unwrap().unwrap().disabled_at.is_some());
}

async fn a_new_password_ends_sessions_and_tokens(world: World) {
    signed_in(&world).await;
    world.store.user_set_password(world.reviewer.id, "new", Actor::User(world.reviewer.id)).await.unwrap();
    assert_eq!(world.store.session("s").await.unwrap(), None);
    assert_eq!(world.store.user_by_token("t").await.unwrap(), None);
    assert_eq!(world.store.user_by_email("reviewer@sample.example").await.unwrap().unwrap().1, "new");
}

async fn sessions_and_tokens_expire(world: World) {
    let soon = world.now().plus_seconds(10);
    world.store.session_create("s", world.reviewer.id, "c", soon).await.unwrap();
    world.store.session_create("other", world.reviewer.id, "c", soon).await.unwrap();
    world.store.user_token_create(world.reviewer.id, "t", "ci", Some(soon)).await.unwrap();
    world.store.session_end("other").await.unwrap();
    assert_eq!(world.store.session("other").await.unwrap(), None);
    world.clock.advance_seconds(10);
    assert_eq!(world.store.session("s").await.unwrap(), None);
    assert_eq!(world.store.user_by_token("t").await.unwrap(), None);
}

async fn a_request_sent_twice_happens_once(world: World) {
    let actor = Actor::User(world.author.id);
    let (request, other) = (Digest::of_bytes(b"a"), Digest::of_bytes(b"b"));
    let begin = async |digest: &Digest| world.store.idempotency_begin(actor, "k", "POST /x", digest).await.unwrap();
    assert_eq!(begin(&request).await, Begin::New);
    assert_eq!(begin(&request).await, Begin::InProgress);
    assert_eq!(begin(&other).await, Begin::Mismatch);
    world.store.idempotency_finish(actor, "k", "POST /x", 201, "{}").await.unwrap();
    assert_eq!(begin(&request).await, Begin::Replay { status: 201, body: "{}".into() });
    assert_eq!(begin(&other).await, Begin::Mismatch);
    let elsewhere = world.store.idempotency_begin(Actor::Cli, "k", "POST /x", &other).await.unwrap();
    assert_eq!(elsewhere, Begin::New, "keys are each caller's own");
    world.store.idempotency_abandon(Actor::Cli, "k", "POST /x").await.unwrap();
    let again = world.store.idempotency_begin(Actor::Cli, "k", "POST /x", &request).await.unwrap();
    assert_eq!(again, Begin::New, "after a failure it may be tried anew");
    world.clock.advance_seconds(61);
    let died = world.store.idempotency_begin(Actor::Cli, "k", "POST /x", &request).await.unwrap();
    assert_eq!(died, Begin::New, "the first died with its process");
    world.clock.advance_seconds(3 * 86_400);
    assert_eq!(world.store.idempotency_sweep().await.unwrap(), 2);
}

async fn a_kit_and_its_answer_are_kept_together(world: World) {
    let actor = Actor::User(world.author.id);
    let request = Digest::of_bytes(b"brief");
    world.store.idempotency_begin(actor, "k", "POST /kits", &request).await.unwrap();
    let reply = Reply {
        actor,
        key: "k".into(),
        route: "POST /kits".into(),
        status: 202,
        body: Box::new(|kit| kit.id.to_string()),
    };
    let kit = world.store.kit_create(world.new_kit(&["de-DE"]), Some(reply)).await.unwrap();
    let again = world.store.idempotency_begin(actor, "k", "POST /kits", &request).await.unwrap();
    assert_eq!(again, Begin::Replay { status: 202, body: kit.id.to_string() });
    let mine = KitFilter { created_by: Some(world.author.id), brand: Some(world.brand) };
    assert_eq!(world.store.kits(mine, PageRequest::default()).await.unwrap().items.len(), 1);
    let others = KitFilter { created_by: Some(world.second.id), brand: None };
    assert!(world.store.kits(others, PageRequest::default()).await.unwrap().items.is_empty());
}
