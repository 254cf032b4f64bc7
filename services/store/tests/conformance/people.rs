//! People, sessions, tokens, and requests that are sent twice.

use countersign_domain::digest::Digest;
use countersign_domain::people::Role;
use countersign_store::{Actor, Begin, Held, KitFilter, NewUser, PageRequest, Reply, StoreError};

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
    // Back again: what was ended stays ended.
    world.store.user_enable(world.reviewer.id, Actor::Cli).await.unwrap();
    world.store.user_enable(world.reviewer.id, Actor::Cli).await.unwrap();
    assert!(world.store.user(world.reviewer.id).await.unwrap().unwrap().disabled_at.is_none());
    assert_eq!(world.store.session("s").await.unwrap(), None);
    assert_eq!(world.store.user_by_token("t").await.unwrap(), None);
    let nobody = world.store.user_enable(world.fresh().parse().unwrap(), Actor::Cli).await;
    assert!(matches!(nobody, Err(StoreError::Missing { .. })), "{nobody:?}");
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
    assert_eq!(world.store.sessions_sweep().await.unwrap(), 1);
    assert_eq!(world.store.sessions_sweep().await.unwrap(), 0);
}

async fn a_request_sent_twice_happens_once(world: World) {
    let actor = Actor::User(world.author.id);
    let (request, other) = (Digest::of_bytes(b"a"), Digest::of_bytes(b"b"));
    let begin = async |actor: Actor, digest: &Digest| {
        world.store.idempotency_begin(actor, "k", "POST /x", digest).await.unwrap()
    };
    let held = new(begin(actor, &request).await);
    assert_eq!(begin(actor, &request).await, Begin::InProgress);
    assert_eq!(begin(actor, &other).await, Begin::Mismatch);
    world.store.idempotency_finish(actor, &held, 201, "{}").await.unwrap();
    assert_eq!(begin(actor, &request).await, Begin::Replay { status: 201, body: "{}".into() });
    assert_eq!(begin(actor, &other).await, Begin::Mismatch);
    // Keys are each caller's own; after a failure one may be tried anew.
    let elsewhere = new(begin(Actor::Cli, &other).await);
    world.store.idempotency_abandon(Actor::Cli, &elsewhere).await.unwrap();
    let slow = new(begin(Actor::Cli, &request).await);
    world.clock.advance_seconds(61);
    let next = new(begin(Actor::Cli, &request).await);
    // The first was only slow: it neither answers for the one that took over nor frees its key.
    world.store.idempotency_abandon(Actor::Cli, &slow).await.unwrap();
    assert_eq!(begin(Actor::Cli, &request).await, Begin::InProgress);
    let late = world.store.idempotency_finish(Actor::Cli, &slow, 201, "late").await;
    assert!(matches!(late, Err(StoreError::Conflict(_))), "{late:?}");
    world.store.idempotency_finish(Actor::Cli, &next, 201, "next").await.unwrap();
    assert_eq!(begin(Actor::Cli, &request).await, Begin::Replay { status: 201, body: "next".into() });
    world.clock.advance_seconds(3 * 86_400);
    assert_eq!(world.store.idempotency_sweep().await.unwrap(), 2);
}

fn new(begun: Begin) -> Held {
    match begun {
        Begin::New(held) => held,
        other => panic!("{other:?}"),
    }
}

async fn a_kit_and_its_answer_are_kept_together(world: World) {
    let actor = Actor::User(world.author.id);
    let request = Digest::of_bytes(b"brief");
    let held = new(world.store.idempotency_begin(actor, "k", "POST /kits", &request).await.unwrap());
    let reply = |held: Held| Reply {
        actor,
        held,
        status: 202,
        body: Box::new(|kit, assets| format!("{} with {}", kit.id, assets.len())),
    };
    // Too slow: its key went to the next request, so nothing of its work is kept.
    let lost = Held { since: held.since.plus_seconds(-1), ..held.clone() };
    let error = world.store.kit_create(world.new_kit(&["de-DE"]), Some(reply(lost))).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict(_)), "{error}");
    let reply = reply(held);
    let kit = world.store.kit_create(world.new_kit(&["de-DE"]), Some(reply)).await.unwrap();
    let again = world.store.idempotency_begin(actor, "k", "POST /kits", &request).await.unwrap();
    assert_eq!(again, Begin::Replay { status: 202, body: format!("{} with 1", kit.id) });
    let mine = KitFilter { created_by: Some(world.author.id), brand: Some(world.brand) };
    assert_eq!(world.store.kits(mine, PageRequest::default()).await.unwrap().items.len(), 1);
    let others = KitFilter { created_by: Some(world.second.id), brand: None };
    assert!(world.store.kits(others, PageRequest::default()).await.unwrap().items.is_empty());
}
