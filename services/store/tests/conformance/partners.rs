//! What partners see: their market and language, live releases, and how those ended.

use countersign_domain::digest::Digest;
use countersign_domain::profile::Profile;
use countersign_domain::statement::{StatementRefusal, StatementState, StatementVerdict};
use countersign_store::{Actor, Begin, ChangeKind, NewPartner, PageRequest, PartnerUpdate, StatementError, StoreError};
use countersign_store_released::idempotency::Held;
use countersign_store_released::records::FeedbackAnswer;
use countersign_store_released::{AssetFilter, NewFeedback, NewPull, PartnerIdentity};

use crate::world::{World, partner};

crate::conformance!(
    a_partner_sees_live_releases_of_its_market_and_language,
    a_key_opens_only_while_it_and_its_partner_are_good,
    a_profile_has_versions_and_the_expected_one_is_named,
    what_a_partner_says_of_itself_waits_for_a_second_person,
    a_decision_about_a_statement_is_about_what_was_read,
    a_new_partners_keys_work_while_its_description_waits,
    the_feed_goes_on_from_its_cursor,
    a_recall_reaches_who_pulled,
    what_is_pulled_together_is_on_record_together_or_not_at_all,
    who_pulled_can_acknowledge_wherever_they_sell_by_now,
    text_that_a_database_cannot_hold_is_named,
    logos_are_the_partners_and_its_brands_only,
    a_partners_request_sent_twice_happens_once,
    releases_page_and_filter,
);

fn pull(release: countersign_domain::id::ReleaseId) -> NewPull {
    NewPull { release, format: "html".into(), rendition_digest: Digest::of_bytes(b"r"), profile_version: 1 }
}

async fn sees(world: &World, partner: &PartnerIdentity) -> usize {
    world.released.assets(partner, AssetFilter::default()).await.unwrap().items.len()
}

async fn a_partner_sees_live_releases_of_its_market_and_language(world: World) {
    let (asset, release) = world.released_asset().await;
    let (unreleased, _) = world.drafted().await;
    let here = world.key(&world.partner).await;
    assert_eq!(sees(&world, &here).await, 1);
    let seen = world.released.asset(&here, asset).await.unwrap().unwrap();
    assert_eq!((seen.id, seen.provenance.approver), (release, world.reviewer.id.to_string()));
    assert_eq!((seen.provenance.origin.as_str(), seen.campaign.as_str()), ("drafted", "spring"));
    assert!(world.released.asset(&here, unreleased).await.unwrap().is_none());
    for (slug, market, locale, expected) in
        [("region", "DE", "de-DE", 1), ("austria", "AT", "de", 0), ("english", "DE", "en", 0)]
    {
        let other = partner(&world.store, world.brand, slug, market, locale).await;
        let other = world.key(&other).await;
        assert_eq!(sees(&world, &other).await, expected, "{slug}");
        assert_eq!(world.released.asset(&other, asset).await.unwrap().is_some(), expected == 1, "{slug}");
        assert_eq!(world.released.record_pull(&other, pull(release)).await.unwrap().is_some(), expected == 1);
        let feed = world.released.changes(&other, PageRequest::default()).await.unwrap();
        assert_eq!(feed.items.len(), expected, "{slug}");
    }
    let nowhere = PartnerIdentity { markets: Vec::new(), ..here.clone() };
    assert_eq!(sees(&world, &nowhere).await, 0);
    let foreign = world.store.brand_upsert("other", Default::default(), Actor::Cli).await.unwrap();
    let foreign = partner(&world.store, foreign.id, "foreign", "DE", "de").await;
    assert_eq!(sees(&world, &world.key(&foreign).await).await, 0);
}

async fn a_key_opens_only_while_it_and_its_partner_are_good(world: World) {
    let end = world.now().plus_seconds(10);
    let id = world.partner.id;
    world.store.partner_key_create(id, "short", "p1", "h1", Some(end), Actor::Cli).await.unwrap();
    let long = world.store.partner_key_create(id, "long", "p2", "h2", None, Actor::Cli).await.unwrap();
    assert!(world.released.partner_by_key("h0").await.unwrap().is_none());
    let identity = world.released.partner_by_key("h1").await.unwrap().unwrap();
    assert_eq!((identity.id, identity.slug.as_str(), identity.profile_version), (id, "nordlicht", 1));
    world.clock.advance_seconds(10);
    assert!(world.released.partner_by_key("h1").await.unwrap().is_none(), "expired");
    assert!(world.released.partner_by_key("h2").await.unwrap().is_some());
    let mut update = PartnerUpdate {
        tier: "silver".into(),
        markets: vec!["AT".parse().unwrap()],
        locales: vec!["de-AT".parse().unwrap()],
        active: false,
        certified_until: None,
    };
    let before = world.store.partner(id).await.unwrap().unwrap();
    let after = world.store.partner_update(&before, update.clone(), Actor::Cli).await.unwrap();
    let late = world.store.partner_update(&before, update.clone(), Actor::Cli).await;
    assert!(matches!(late, Err(StoreError::Conflict(_))), "it has changed since: {late:?}");
    assert!(world.released.partner_by_key("h2").await.unwrap().is_none(), "not active");
    update.active = true;
    let updated = world.store.partner_update(&after, update, Actor::Cli).await.unwrap();
    assert_eq!((updated.tier.as_str(), updated.active), ("silver", true));
    assert!(world.released.partner_by_key("h2").await.unwrap().is_some());
    world.store.partner_key_revoke(long, Actor::Cli).await.unwrap();
    assert!(world.released.partner_by_key("h2").await.unwrap().is_none(), "revoked");
    assert_eq!(world.store.partner_keys(id).await.unwrap().len(), 2);
    assert_eq!(world.store.partners(Some(world.brand)).await.unwrap().len(), 1);
    assert_eq!(world.store.partner_by_slug("nordlicht").await.unwrap().unwrap().id, id);
}

async fn a_profile_has_versions_and_the_expected_one_is_named(world: World) {
    let profile = Profile { phone: "+49 30 1234".into(), ..world.partner.profile.clone() };
    let id = world.partner.id;
    let second = world.store.partner_update_profile(id, 1, profile.clone(), Actor::Cli).await.unwrap();
    assert_eq!(second.version, 2);
    let stale = world.store.partner_update_profile(id, 1, Profile::default(), Actor::Cli).await;
    assert!(matches!(stale, Err(StoreError::Conflict(_))));
    let now = world.store.partner(id).await.unwrap().unwrap();
    assert_eq!((now.profile_version, &now.profile), (2, &profile));
    assert_eq!(world.key(&now).await.profile, profile);
}

/// The profile that the holder of key `h` gets: its version and what it says of the partner.
async fn served(world: &World) -> (i64, String) {
    let identity = world.released.partner_by_key("h").await.unwrap().unwrap();
    (identity.profile_version, identity.profile.description)
}

/// Saves a description and a phone number; gives the version.
async fn say(world: &World, version: i64, description: &str, phone: &str) -> i64 {
    let profile = Profile { description: description.into(), phone: phone.into(), ..world.partner.profile.clone() };
    let actor = Actor::User(world.author.id);
    world.store.partner_update_profile(world.partner.id, version, profile, actor).await.unwrap().version
}

async fn what_a_partner_says_of_itself_waits_for_a_second_person(world: World) {
    let id = world.partner.id;
    world.store.partner_key_create(id, "k", "p", "h", None, Actor::Cli).await.unwrap();
    assert!(world.store.statement(id).await.unwrap().is_none());
    say(&world, 1, "We look after small offices.", "").await;
    // The same wording again, by another person: its author stays who wrote it first.
    let profile = Profile { phone: "+49 40 1".into(), ..world.store.partner(id).await.unwrap().unwrap().profile };
    world.store.partner_update_profile(id, 2, profile, Actor::User(world.second.id)).await.unwrap();
    assert_eq!(served(&world).await, (3, String::new()), "nobody has read it");
    let waiting = world.store.statements_waiting().await.unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!((waiting[0].slug.as_str(), waiting[0].statement.author), ("nordlicht", Some(world.author.id)));
    let digest = waiting[0].statement.digest.clone();
    let own = world.store.statement_decide(id, &digest, StatementVerdict::Approve, world.author.id, "").await;
    assert!(matches!(own, Err(StatementError::Refusal(StatementRefusal::OwnWork))), "{own:?}");
    let done = world.store.statement_decide(id, &digest, StatementVerdict::Approve, world.reviewer.id, "").await;
    assert!(matches!(done.unwrap().statement.state, StatementState::Approved { .. }));
    assert_eq!(served(&world).await, (3, "We look after small offices.".into()));
    assert!(world.store.statements_waiting().await.unwrap().is_empty());
    // A typed value needs nobody; new words do, and old ones are known.
    say(&world, 3, "We look after small offices.", "+49 40 2").await;
    assert_eq!(served(&world).await.0, 4);
    say(&world, 4, "We are the best.", "+49 40 2").await;
    assert_eq!(
        served(&world).await,
        (5, "We look after small offices.".into()),
        "the wording before, the values of now"
    );
    say(&world, 5, "We look after small offices.", "+49 40 3").await;
    assert_eq!(served(&world).await.0, 6);
    say(&world, 6, "", "").await;
    assert_eq!(served(&world).await, (7, String::new()));
}

async fn a_decision_about_a_statement_is_about_what_was_read(world: World) {
    let id = world.partner.id;
    let decide = async |digest: &Digest, verdict, reason: &str| match world
        .store
        .statement_decide(id, digest, verdict, world.reviewer.id, reason)
        .await
    {
        Ok(view) => Ok(view.statement.state),
        Err(StatementError::Refusal(refusal)) => Err(refusal),
        Err(error) => panic!("{error}"),
    };
    let (first, second) = (Digest::of_bytes(b"First words."), Digest::of_bytes(b"Other words."));
    let nothing = world.store.statement_decide(id, &first, StatementVerdict::Approve, world.reviewer.id, "").await;
    assert!(matches!(nothing, Err(StatementError::NotFound)), "{nothing:?}");
    say(&world, 1, "First words.", "").await;
    say(&world, 2, "Other words.", "").await;
    assert_eq!(decide(&first, StatementVerdict::Approve, "").await, Err(StatementRefusal::Moved));
    assert_eq!(decide(&second, StatementVerdict::Reject, " ").await, Err(StatementRefusal::ReasonMissing));
    let state = decide(&second, StatementVerdict::Reject, "Too vague.").await.unwrap();
    assert!(matches!(state, StatementState::Rejected { reason, .. } if reason == "Too vague."));
    assert_eq!(decide(&second, StatementVerdict::Approve, "").await, Err(StatementRefusal::Decided));
    let kept = world.store.statement(id).await.unwrap().unwrap();
    assert_eq!(kept.reviewer_name.as_deref(), Some("reviewer"));
    world.store.partner_key_create(id, "k", "p", "h", None, Actor::Cli).await.unwrap();
    assert_eq!(served(&world).await, (3, String::new()));
}

async fn a_new_partners_keys_work_while_its_description_waits(world: World) {
    let new = NewPartner {
        brand: world.brand,
        slug: "fresh".into(),
        kind: world.partner.kind,
        tier: String::new(),
        markets: world.partner.markets.clone(),
        locales: world.partner.locales.clone(),
        certified_until: None,
        profile: Profile { description: "New here.".into(), ..world.partner.profile.clone() },
    };
    let partner = world.store.partner_create(new, Actor::Cli).await.unwrap();
    assert_eq!((partner.profile_version, partner.profile.description.as_str()), (1, "New here."));
    world.store.partner_key_create(partner.id, "k", "p", "h", None, Actor::Cli).await.unwrap();
    assert_eq!(served(&world).await, (1, String::new()));
    let waiting = world.store.statements_waiting().await.unwrap();
    assert_eq!((waiting[0].statement.author, waiting[0].author_name.clone()), (None, None));
    let digest = &waiting[0].statement.digest;
    // Nobody of the house wrote it, so any reviewer may decide.
    world.store.statement_decide(partner.id, digest, StatementVerdict::Approve, world.author.id, "").await.unwrap();
    assert_eq!(served(&world).await, (1, "New here.".into()));
}

async fn the_feed_goes_on_from_its_cursor(world: World) {
    let here = world.key(&world.partner).await;
    let start = world.released.changes(&here, PageRequest::default()).await.unwrap();
    assert!(start.items.is_empty());
    let (_, one) = world.released_asset().await;
    let (_, two) = world.released_asset().await;
    world.store.recall(one, "r", world.second.id).await.unwrap();
    let first = world.released.changes(&here, PageRequest { cursor: start.next, limit: 2 }).await.unwrap();
    assert_eq!(first.items.iter().map(|c| c.release).collect::<Vec<_>>(), [one, two]);
    let rest = world.released.changes(&here, PageRequest { cursor: first.next, limit: 2 }).await.unwrap();
    assert_eq!(rest.items.iter().map(|c| c.kind).collect::<Vec<_>>(), [ChangeKind::Recalled]);
    let end = world.released.changes(&here, PageRequest { cursor: rest.next.clone(), limit: 2 }).await.unwrap();
    assert_eq!((end.items.len(), end.next), (0, rest.next));
}

async fn a_recall_reaches_who_pulled(world: World) {
    let (asset, release) = world.released_asset().await;
    let here = world.key(&world.partner).await;
    let idle = partner(&world.store, world.brand, "idle", "DE", "de").await;
    let idle = world.key(&idle).await;
    assert!(world.released.record_pull(&here, pull(release)).await.unwrap().is_some());
    assert_eq!(world.released.gone(&here, asset).await.unwrap(), None);
    let recall = world.store.recall(release, "wrong figure", world.second.id).await.unwrap().unwrap();
    assert!(world.released.asset(&here, asset).await.unwrap().is_none());
    assert!(world.released.record_pull(&here, pull(release)).await.unwrap().is_none(), "too late");
    let gone = world.released.gone(&here, asset).await.unwrap().unwrap();
    assert_eq!((gone.kind, gone.release, gone.recall), (ChangeKind::Recalled, release, Some(recall)));
    let open = world.released.recalls_open(&here).await.unwrap();
    assert_eq!(open.iter().map(|r| (r.id, r.reason.as_str())).collect::<Vec<_>>(), [(recall, "wrong figure")]);
    assert!(world.released.recalls_open(&idle).await.unwrap().is_empty());
    let pulled = world.store.recall_status(release).await.unwrap().unwrap().partners;
    assert_eq!((pulled.len(), pulled[0].pulls, pulled[0].acked_at), (1, 1, None));
    assert_eq!(pulled[0].partner, world.partner.id);
    world.released.ack_recall(&here, recall).await.unwrap().unwrap();
    world.released.ack_recall(&here, recall).await.unwrap().unwrap();
    assert!(world.released.recalls_open(&here).await.unwrap().is_empty());
    assert!(world.store.recall_status(release).await.unwrap().unwrap().partners[0].acked_at.is_some());
    let unknown = world.fresh().parse().unwrap();
    assert!(world.released.ack_recall(&here, unknown).await.unwrap().is_none());
    let say = |release| NewFeedback { release, kind: "problem".into(), text: "'; DROP TABLE users; --".into() };
    assert!(world.released.feedback(&here, say(release), None).await.unwrap().is_some());
    assert!(world.released.feedback(&here, say(world.fresh().parse().unwrap()), None).await.unwrap().is_none());
    let row = world.store.release(release).await.unwrap().unwrap();
    assert_eq!((row.pulls, row.partners), (1, 1));
}

async fn what_is_pulled_together_is_on_record_together_or_not_at_all(world: World) {
    let (_, one) = world.released_asset().await;
    let (_, two) = world.released_asset().await;
    let here = world.key(&world.partner).await;
    let pulls = async |release| world.store.release(release).await.unwrap().unwrap().pulls;
    assert!(world.released.record_pulls(&here, vec![pull(one), pull(two)]).await.unwrap());
    assert_eq!((pulls(one).await, pulls(two).await), (1, 1));
    world.store.recall(two, "wrong figure", world.second.id).await.unwrap().unwrap();
    assert!(!world.released.record_pulls(&here, vec![pull(one), pull(two)]).await.unwrap());
    assert_eq!((pulls(one).await, pulls(two).await), (1, 1), "neither, since one had ended");
}

async fn who_pulled_can_acknowledge_wherever_they_sell_by_now(world: World) {
    let (_, release) = world.released_asset().await;
    let here = world.key(&world.partner).await;
    world.released.record_pull(&here, pull(release)).await.unwrap().unwrap();
    let recall = world.store.recall(release, "wrong figure", world.second.id).await.unwrap().unwrap();
    let elsewhere = PartnerUpdate {
        tier: "gold".into(),
        markets: vec!["US".parse().unwrap()],
        locales: vec!["en".parse().unwrap()],
        active: true,
        certified_until: None,
    };
    world.store.partner_update(&world.partner, elsewhere, Actor::Cli).await.unwrap();
    let moved = world.key(&world.partner).await;
    assert_eq!(world.released.recalls_open(&moved).await.unwrap().len(), 1);
    assert!(world.released.ack_recall(&moved, recall).await.unwrap().is_some());
    assert!(world.released.recalls_open(&moved).await.unwrap().is_empty());
    let stranger = partner(&world.store, world.brand, "stranger", "US", "en").await;
    assert!(world.released.ack_recall(&world.key(&stranger).await, recall).await.unwrap().is_none());
}

/// PostgreSQL has no U+0000 in texts; SQLite has. Either way it is no fault of the house.
async fn text_that_a_database_cannot_hold_is_named(world: World) {
    let here = world.key(&world.partner).await;
    let filter = AssetFilter { campaign: Some("a\0b".into()), ..AssetFilter::default() };
    match world.released.assets(&here, filter).await {
        Ok(page) => assert!(page.items.is_empty()),
        Err(error) => assert!(matches!(error, StoreError::Text), "{error}"),
    }
}

async fn logos_are_the_partners_and_its_brands_only(world: World) {
    let own = world.store.blob_put("image/png", b"own").await.unwrap();
    let other = world.store.blob_put("image/png", b"other").await.unwrap();
    let profile = Profile { logo: Some(own.clone()), ..world.partner.profile.clone() };
    world.store.partner_update_profile(world.partner.id, 1, profile.clone(), Actor::Cli).await.unwrap();
    let newer = Profile { logo: None, ..profile };
    world.store.partner_update_profile(world.partner.id, 2, newer, Actor::Cli).await.unwrap();
    let here = world.key(&world.partner).await;
    assert_eq!(world.released.blob(&here, &own).await.unwrap().unwrap().bytes, b"own", "a former one too");
    assert!(world.released.blob(&here, &other).await.unwrap().is_none());
    let idle = partner(&world.store, world.brand, "idle", "DE", "de").await;
    assert!(world.released.blob(&world.key(&idle).await, &own).await.unwrap().is_none());
}

async fn a_partners_request_sent_twice_happens_once(world: World) {
    let here = world.key(&world.partner).await;
    let request = Digest::of_bytes(b"a");
    let begin = async || world.released.idempotency_begin(&here, "k", "POST /f", &request).await.unwrap();
    let Begin::New(first) = begin().await else { panic!("nobody used it") };
    assert_eq!(begin().await, Begin::InProgress);
    world.released.idempotency_abandon(&here, &first).await.unwrap();
    world.clock.advance_seconds(1);
    let Begin::New(held) = begin().await else { panic!("it was freed") };
    let (_, release) = world.released_asset().await;
    let give = async |held: &Held| {
        let feedback = NewFeedback { release, kind: "idea".into(), text: "More.".into() };
        let answer = FeedbackAnswer { held, status: 201, body: &|id| id.to_string() };
        world.released.feedback(&here, feedback, Some(answer)).await
    };
    // The first lost its key: nothing of it is kept.
    assert!(matches!(give(&first).await, Err(StoreError::Conflict(_))));
    let given = give(&held).await.unwrap().unwrap();
    assert_eq!(world.column("SELECT id FROM feedback").await, [given.to_string()]);
    let heard = world.store.feedback(release).await.unwrap();
    assert_eq!(heard.len(), 1);
    assert_eq!((heard[0].id, heard[0].partner_slug.as_str(), heard[0].comment.as_str()), (given, "nordlicht", "More."));
    assert_eq!(begin().await, Begin::Replay { status: 201, body: given.to_string() });
    world.clock.advance_seconds(3 * 86_400);
    assert_eq!(world.released.idempotency_sweep().await.unwrap(), 1);
}

async fn releases_page_and_filter(world: World) {
    let mut all = Vec::new();
    for _ in 0..3 {
        all.push(world.released_asset().await.1);
    }
    let here = world.key(&world.partner).await;
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let page = PageRequest { cursor, limit: 2 };
        let got = world.released.assets(&here, AssetFilter { page, ..AssetFilter::default() }).await.unwrap();
        seen.extend(got.items.into_iter().map(|release| release.id));
        cursor = got.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, all);
    let count = async |filter: AssetFilter| world.released.assets(&here, filter).await.unwrap().items.len();
    assert_eq!(count(AssetFilter { channel: Some("email".into()), ..AssetFilter::default() }).await, 3);
    assert_eq!(count(AssetFilter { channel: Some("x".into()), ..AssetFilter::default() }).await, 0);
    assert_eq!(count(AssetFilter { campaign: Some("spring".into()), ..AssetFilter::default() }).await, 3);
    assert_eq!(count(AssetFilter { market: Some("AT".parse().unwrap()), ..AssetFilter::default() }).await, 0);
    assert_eq!(count(AssetFilter { locale: Some("de-DE".parse().unwrap()), ..AssetFilter::default() }).await, 3);
    assert_eq!(count(AssetFilter { updated_since: Some(world.now()), ..AssetFilter::default() }).await, 1);
}
