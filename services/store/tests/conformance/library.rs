//! Brands, claims, passages and bytes.

use std::collections::BTreeMap;

use countersign_domain::brand::BrandSheet;
use countersign_domain::clock::Timestamp;
use countersign_domain::content::{Bound, Segment, SlotText};
use countersign_domain::digest::Digest;
use countersign_domain::id::{AssetId, ReviewId};
use countersign_domain::kit::AssetState;
use countersign_domain::overriding::Usual;
use countersign_domain::release::BrandIdentity;
use countersign_domain::review::{Refusal, Verdict};
use countersign_domain::wording::Wording;
use countersign_store::{
    Actor, DecideError, NewClaim, NewPassage, PageRequest, ReleaseFilter, ReviewFilter, StoreError,
};

use crate::world::{UNDO, World};

crate::conformance!(
    importing_again_changes_only_what_changed,
    a_claim_is_known_by_its_key,
    an_edition_of_a_template_is_kept_as_it_was_first,
    what_a_draft_cites_must_still_stand_when_it_is_approved,
    what_lapses_between_approval_and_release_is_not_released,
    what_lapses_after_the_release_waits_to_be_recalled,
    a_brand_keeps_its_id_and_its_logos_are_bytes_on_file,
    a_brand_is_written_over_what_the_writer_saw,
);

fn passage(text: &str) -> NewPassage {
    NewPassage {
        product: "backup".into(),
        locale: "de-DE".parse().unwrap(),
        market: None,
        text: text.into(),
        source: "guide.md#Intro".into(),
        valid_from: None,
        valid_until: Some(crate::world::START.plus_seconds(60)),
    }
}

async fn importing_again_changes_only_what_changed(world: World) {
    let import = async |texts: &[&str]| {
        let passages = texts.iter().map(|text| passage(text)).collect();
        let counts = world.store.passages_replace_source(world.brand, "guide.md", passages, Actor::Cli).await.unwrap();
        (counts.added, counts.kept, counts.withdrawn)
    };
    assert_eq!(world.store.passages_version(world.brand).await.unwrap(), 0);
    assert_eq!(import(&["Eins.", "Zwei.", "Zwei."]).await, (2, 0, 0));
    let before = world.store.passages(world.brand).await.unwrap();
    assert_eq!(import(&["Eins.", "Zwei."]).await, (0, 2, 0));
    assert_eq!(world.store.passages_version(world.brand).await.unwrap(), 1, "nothing changed");
    assert_eq!(import(&["Zwei.", "Drei."]).await, (1, 1, 1));
    assert_eq!(world.store.passages_version(world.brand).await.unwrap(), 2);
    let after = world.store.passages(world.brand).await.unwrap();
    let texts: Vec<_> = after.iter().map(|p| p.text.as_str()).collect();
    assert_eq!(texts, ["Zwei.", "Drei."]);
    assert!(before.contains(&after[0]), "what is the same keeps its id");
    assert_eq!(import(&[]).await, (0, 0, 2));
    assert!(world.store.passages(world.brand).await.unwrap().is_empty());
}

async fn a_claim_is_known_by_its_key(world: World) {
    let mut claim = NewClaim {
        key: "uptime".into(),
        product: String::new(),
        text: Wording::One("Zu 99,9 % da.".into()),
        evidence: "audit 2026".into(),
        markets: vec!["DE".parse().unwrap()],
        expires_at: None,
    };
    let first = world.store.claim_upsert(world.brand, claim.clone(), Actor::Cli).await.unwrap();
    claim.text = Wording::One("Zu 99,95 % da.".into());
    claim.expires_at = Some(world.now());
    let second = world.store.claim_upsert(world.brand, claim, Actor::Cli).await.unwrap();
    assert_eq!(first.id, second.id);
    assert_eq!(world.store.claim_by_key(world.brand, "uptime").await.unwrap(), Some(second.clone()));
    assert_eq!(world.store.claims(world.brand).await.unwrap(), [second]);
    assert_eq!(world.store.claim_by_key(world.brand, "other").await.unwrap(), None);
}

async fn an_edition_of_a_template_is_kept_as_it_was_first(world: World) {
    let files = |text: &str| BTreeMap::from([("layout.txt".to_owned(), text.to_owned())]);
    world.store.edition_keep("email", "email@1+0f", &files("Hi {{ slots.body }}")).await.unwrap();
    world.clock.advance_seconds(1);
    world.store.edition_keep("email", "email@1+a0", &files("Hello")).await.unwrap();
    world.store.edition_keep("email", "email@1+0f", &files("Buy!")).await.unwrap();
    let kept = world.store.editions().await.unwrap();
    assert_eq!(kept.iter().map(|edition| edition.tag.as_str()).collect::<Vec<_>>(), ["email@1+0f", "email@1+a0"]);
    assert_eq!(kept[0].files, files("Hi {{ slots.body }}"));
    assert_eq!(world.released.edition("email@1+0f").await.unwrap(), Some(kept[0].clone()));
    assert_eq!(world.released.edition("email@1+ff").await.unwrap(), None);
}

fn uptime(expires_at: Option<Timestamp>, market: &str) -> NewClaim {
    NewClaim {
        key: "uptime".into(),
        product: String::new(),
        text: Wording::One("Zu 99,9 % da.".into()),
        evidence: "audit 2026".into(),
        markets: vec![market.parse().unwrap()],
        expires_at,
    }
}

/// A draft that cites a passage, the claim `uptime` and a claim of the brief's own, in review.
async fn citing(world: &World) -> (AssetId, ReviewId) {
    world.store.claim_upsert(world.brand, uptime(None, "DE"), Actor::Cli).await.unwrap();
    let passages = vec![passage("Eins.")];
    world.store.passages_replace_source(world.brand, "guide.md", passages, Actor::Cli).await.unwrap();
    let passage = world.store.passages(world.brand).await.unwrap().remove(0);
    let kit = world.kit(&["de-DE"]).await;
    let asset = world.store.assets(kit.id).await.unwrap()[0].asset.id;
    let lease = world.lease("draft_asset").await;
    let mut revision = world.draft(asset, "Hallo.");
    let bound = |reference: &str, source: String| {
        Segment::Bound(Bound { reference: reference.into(), source, text: "Wort für Wort.".into() })
    };
    let segments = vec![
        bound("claim.1", "claim:uptime".into()),
        bound("claim.2", "claim:brief.1".into()),
        bound("passage.1", format!("passage:{}", passage.id)),
    ];
    revision.content.slots.insert("headline".into(), SlotText { segments });
    revision.digest = revision.content.digest();
    (asset, world.store.draft_done(&lease, revision).await.unwrap())
}

async fn refused(world: &World, asset: AssetId, review: ReviewId, because: &str) {
    let ballot = world.ballot(asset, review, &world.reviewer, Verdict::Approve).await;
    let error = world.store.decide(review, ballot, world.reviewer.id, &Usual, UNDO).await.unwrap_err();
    let DecideError::Refusal(Refusal::Lapsed(why)) = error else { panic!("{error}") };
    assert!(why.contains(because), "{why}");
    let view = world.store.asset(asset).await.unwrap().unwrap();
    let shown = world.store.lapsed(view.revision.unwrap().id).await.unwrap();
    assert_eq!(shown.join("; "), why, "the reviewer is shown what is refused");
    assert_eq!(view.lapsed, shown, "wherever the asset is shown");
    let queue = world.store.reviews(ReviewFilter::default(), PageRequest::default()).await.unwrap().items;
    assert_eq!(queue.iter().find(|row| row.id == review).unwrap().lapsed, shown, "and in the queue");
}

async fn what_a_draft_cites_must_still_stand_when_it_is_approved(world: World) {
    let (asset, review) = citing(&world).await;
    let view = world.store.asset(asset).await.unwrap().unwrap();
    assert!(world.store.lapsed(view.revision.unwrap().id).await.unwrap().is_empty());
    let set = async |claim: NewClaim| world.store.claim_upsert(world.brand, claim, Actor::Cli).await.unwrap();
    set(uptime(Some(world.now()), "DE")).await;
    refused(&world, asset, review, "the evidence of the claim `uptime` expired on").await;
    set(uptime(None, "AT")).await;
    refused(&world, asset, review, "the claim `uptime` may not be made in DE").await;
    set(uptime(None, "DE")).await;
    world.store.passages_replace_source(world.brand, "guide.md", Vec::new(), Actor::Cli).await.unwrap();
    refused(&world, asset, review, "the passage from guide.md#Intro was withdrawn").await;
    // Sending it back needs no evidence.
    world.decide(asset, review, &world.reviewer, Verdict::RequestChanges).await;
    let (asset, review) = citing(&world).await;
    world.clock.advance_seconds(61);
    refused(&world, asset, review, "the passage from guide.md#Intro was valid until").await;
}

async fn what_lapses_between_approval_and_release_is_not_released(world: World) {
    let (asset, review) = citing(&world).await;
    let decision = world.decide(asset, review, &world.reviewer, Verdict::Approve).await;
    world.store.claim_upsert(world.brand, uptime(Some(world.now()), "DE"), Actor::Cli).await.unwrap();
    assert_eq!(world.release(decision.id).await, None);
    let view = world.store.asset(asset).await.unwrap().unwrap();
    assert_eq!((view.asset.state, view.release), (AssetState::ChangesRequested, None));
    assert!(view.asset.failure.unwrap().contains("expired"));
    // An edit without the claim goes its own way.
    let review = world.edit(asset, &world.second, "Ohne Zahl.").await;
    let decision = world.decide(asset, review, &world.reviewer, Verdict::Approve).await;
    assert!(world.release(decision.id).await.is_some());
}

async fn what_lapses_after_the_release_waits_to_be_recalled(world: World) {
    let lapsed = async || {
        let filter = ReleaseFilter { lapsed: true, ..ReleaseFilter::default() };
        let rows = world.store.releases(filter, PageRequest::default()).await.unwrap().items;
        assert_eq!(world.store.releases_lapsed().await.unwrap(), rows.len() as u64);
        rows
    };
    let set = async |claim: NewClaim| world.store.claim_upsert(world.brand, claim, Actor::Cli).await.unwrap();
    world.released_asset().await;
    let (asset, review) = citing(&world).await;
    let decision = world.decide(asset, review, &world.reviewer, Verdict::Approve).await;
    let release = world.release(decision.id).await.unwrap();
    assert!(lapsed().await.is_empty());
    assert!(world.store.asset(asset).await.unwrap().unwrap().lapsed.is_empty());
    for (claim, why) in [(uptime(Some(world.now()), "DE"), "expired on"), (uptime(None, "AT"), "may not be made in DE")]
    {
        set(claim).await;
        let rows = lapsed().await;
        assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [release]);
        assert!(rows[0].lapsed.len() == 1 && rows[0].lapsed[0].contains(why), "{:?}", rows[0].lapsed);
        assert_eq!(world.store.release(release).await.unwrap().unwrap().lapsed, rows[0].lapsed);
    }
    let many = NewClaim { markets: vec!["AT".parse().unwrap(), "DE".parse().unwrap()], ..uptime(None, "AT") };
    set(many).await;
    assert!(lapsed().await.is_empty(), "Germany is one of several");
    set(NewClaim { markets: Vec::new(), ..uptime(None, "AT") }).await;
    assert!(lapsed().await.is_empty(), "everywhere");
    world.store.passages_replace_source(world.brand, "guide.md", Vec::new(), Actor::Cli).await.unwrap();
    assert!(lapsed().await[0].lapsed[0].contains("was withdrawn"));
    // A recall ends the waiting.
    world.store.recall(release, "lapsed", world.second.id).await.unwrap().unwrap();
    assert!(lapsed().await.is_empty());
}

async fn a_brand_keeps_its_id_and_its_logos_are_bytes_on_file(world: World) {
    let logo = world.store.blob_put("image/png", b"\x89PNG\0\xff").await.unwrap();
    assert_eq!(world.store.blob_put("image/png", b"\x89PNG\0\xff").await.unwrap(), logo);
    assert_eq!(world.store.blob(&logo).await.unwrap().unwrap().bytes, b"\x89PNG\0\xff");
    assert!(world.store.blob(&Digest::of_bytes(b"none")).await.unwrap().is_none());
    let identity = BrandIdentity { name: "Fjord".into(), logo: Some(logo), ..BrandIdentity::default() };
    let sheet = BrandSheet { identity, ..BrandSheet::default() };
    let brand = world.store.brand_upsert("fjord", sheet.clone(), Actor::Cli).await.unwrap();
    assert_eq!((brand.id, &brand.sheet), (world.brand, &sheet));
    assert_eq!(world.store.brand_by_slug("fjord").await.unwrap(), Some(brand.clone()));
    assert_eq!(world.store.brands().await.unwrap(), [brand]);
    let unknown = BrandIdentity { logo: Some(Digest::of_bytes(b"not on file")), ..BrandIdentity::default() };
    let sheet = BrandSheet { identity: unknown, ..BrandSheet::default() };
    let error = world.store.brand_upsert("fjord", sheet, Actor::Cli).await.unwrap_err();
    assert!(matches!(error, StoreError::Refused(_)), "{error}");
}

async fn a_brand_is_written_over_what_the_writer_saw(world: World) {
    let sheet = |name: &str| BrandSheet {
        identity: BrandIdentity { name: name.into(), ..BrandIdentity::default() },
        ..BrandSheet::default()
    };
    let write =
        async |name: &str, seen: Option<&Digest>| world.store.brand_write("tide", sheet(name), seen, Actor::Cli).await;
    let first = write("Tide", None).await.unwrap();
    assert!(matches!(write("Other", None).await, Err(StoreError::Conflict(_))), "it is there already");
    let second = write("Tidewater", Some(&first.digest())).await.unwrap();
    assert_eq!((second.id, second.sheet.identity.name.as_str()), (first.id, "Tidewater"));
    assert!(matches!(write("Late", Some(&first.digest())).await, Err(StoreError::Conflict(_))), "it has moved on");
    let nowhere = world.store.brand_write("nowhere", sheet("X"), Some(&first.digest()), Actor::Cli).await;
    assert!(matches!(nowhere, Err(StoreError::Conflict(_))), "{nowhere:?}");
    assert_eq!(world.store.brand_by_slug("tide").await.unwrap(), Some(second));
}
