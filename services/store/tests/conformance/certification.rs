//! A badge: shown while its partner is certified, by the house's clock, to the house and to the partner alike.

use countersign_domain::brand::BrandSheet;
use countersign_domain::clock::Timestamp;
use countersign_domain::digest::Digest;
use countersign_domain::profile::Profile;
use countersign_domain::release::{BadgeDesign, BrandIdentity};
use countersign_store::{Actor, NewPartner, Partner, PartnerUpdate, StoreError};

use crate::world::{World, partner};

crate::conformance!(
    a_badge_holds_until_its_date_for_the_house_and_for_the_partner,
    a_badge_follows_the_tier_and_the_date_that_were_set_last,
    a_partner_is_certified_from_the_start,
    no_version_of_a_profile_holds_a_badge,
    a_certification_that_moved_on_is_not_overwritten,
    what_a_brand_and_its_partners_show_is_readable_and_nothing_else,
);

fn update(of: &Partner, tier: &str, until: Option<Timestamp>) -> PartnerUpdate {
    PartnerUpdate {
        tier: tier.into(),
        markets: of.markets.clone(),
        locales: of.locales.clone(),
        active: true,
        certified_until: until,
    }
}

async fn certify(world: &World, tier: &str, until: Option<Timestamp>) -> Partner {
    let seen = world.store.partner(world.partner.id).await.unwrap().unwrap();
    world.store.partner_update(&seen, update(&seen, tier, until), Actor::Cli).await.unwrap()
}

/// The badge as every reader gets it now; they must agree.
async fn badge(world: &World) -> Option<String> {
    let id = world.partner.id;
    let served = world.released.partner_by_key("h").await.unwrap().unwrap();
    let read = world.store.partner(id).await.unwrap().unwrap();
    let by_slug = world.store.partner_by_slug("nordlicht").await.unwrap().unwrap();
    let listed = world.store.partners(Some(world.brand)).await.unwrap().remove(0);
    assert_eq!(served.certified_until, read.certified_until);
    for profile in [&served.profile, &by_slug.profile, &listed.profile] {
        assert_eq!(*profile, read.profile);
    }
    read.profile.badge
}

async fn a_badge_holds_until_its_date_for_the_house_and_for_the_partner(world: World) {
    world.store.partner_key_create(world.partner.id, "k", "p", "h", None, Actor::Cli).await.unwrap();
    assert_eq!(badge(&world).await, None, "without a date it is not certified");
    let until = world.now().plus_seconds(60);
    let certified = certify(&world, "gold", Some(until)).await;
    assert_eq!((certified.certified_until, certified.profile.badge.as_deref()), (Some(until), Some("gold")));
    assert_eq!(badge(&world).await.as_deref(), Some("gold"));
    let with = world.released.partner_by_key("h").await.unwrap().unwrap().profile;
    world.clock.advance_seconds(59);
    assert_eq!(badge(&world).await.as_deref(), Some("gold"));
    world.clock.advance_seconds(1);
    assert_eq!(badge(&world).await, None, "it lapses by itself, at its date");
    let without = world.released.partner_by_key("h").await.unwrap().unwrap().profile;
    assert_ne!(with.digest(), without.digest(), "what is cached by the profile's digest turns over");
    assert_eq!(without, with.written());
}

async fn a_badge_follows_the_tier_and_the_date_that_were_set_last(world: World) {
    world.store.partner_key_create(world.partner.id, "k", "p", "h", None, Actor::Cli).await.unwrap();
    let until = Some(world.now().plus_seconds(60));
    certify(&world, "gold", until).await;
    certify(&world, "silver", until).await;
    assert_eq!(badge(&world).await.as_deref(), Some("silver"));
    certify(&world, "", until).await;
    assert_eq!(badge(&world).await, None, "no tier, no badge");
    certify(&world, "gold", None).await;
    assert_eq!(badge(&world).await, None, "taken back");
}

async fn a_partner_is_certified_from_the_start(world: World) {
    let until = world.now().plus_seconds(60);
    let new = NewPartner {
        brand: world.brand,
        slug: "fresh".into(),
        kind: world.partner.kind,
        tier: "gold".into(),
        markets: world.partner.markets.clone(),
        locales: world.partner.locales.clone(),
        certified_until: Some(until),
        profile: world.partner.profile.clone(),
    };
    let made = world.store.partner_create(new, Actor::Cli).await.unwrap();
    assert_eq!(made.profile.badge.as_deref(), Some("gold"));
    assert_eq!(world.store.partner(made.id).await.unwrap().unwrap(), made);
}

async fn no_version_of_a_profile_holds_a_badge(world: World) {
    let claimed = Profile { badge: Some("platinum".into()), ..world.partner.profile.clone() };
    let kept = world.store.partner_update_profile(world.partner.id, 1, claimed, Actor::Cli).await.unwrap();
    assert_eq!(kept.profile.badge, None);
    // As somebody has it who read it while the badge held, and saves it again.
    let certified = certify(&world, "gold", Some(world.now().plus_seconds(60))).await;
    world.store.partner_update_profile(certified.id, 2, certified.profile, Actor::Cli).await.unwrap();
    for (stored, digest) in (world.column("SELECT profile FROM partner_profiles ORDER BY version").await.iter())
        .zip(world.column("SELECT digest FROM partner_profiles ORDER BY version").await)
    {
        assert!(!stored.contains("badge"), "{stored}");
        assert_eq!(Digest::of_bytes(stored.as_bytes()).as_str(), digest);
    }
}

async fn a_certification_that_moved_on_is_not_overwritten(world: World) {
    let seen = world.partner.clone();
    let (day, week) = (world.now().plus_seconds(86_400), world.now().plus_seconds(7 * 86_400));
    let first = world.store.partner_update(&seen, update(&seen, "gold", Some(day)), Actor::Cli).await.unwrap();
    let late = world.store.partner_update(&seen, update(&seen, "gold", Some(week)), Actor::Cli).await;
    assert!(matches!(late, Err(StoreError::Conflict(_))), "{late:?}");
    let again = world.store.partner_update(&first, update(&first, "gold", Some(week)), Actor::Cli).await.unwrap();
    let late = world.store.partner_update(&first, update(&first, "gold", None), Actor::Cli).await;
    assert!(matches!(late, Err(StoreError::Conflict(_))), "{late:?}");
    assert_eq!(again.certified_until, Some(week));
}

async fn what_a_brand_and_its_partners_show_is_readable_and_nothing_else(world: World) {
    let put = async |media_type: &str, bytes: &[u8]| world.store.blob_put(media_type, bytes).await.unwrap();
    let light = put("image/png", b"light").await;
    let dark = put("image/png", b"dark").await;
    let vector = put("image/svg+xml", b"<svg/>").await;
    let (brand_dark, badge) = (put("image/png", b"brand dark").await, put("image/png", b"badge").await);
    let stray = put("image/svg+xml", b"<svg></svg>").await;
    let identity = BrandIdentity {
        logo_dark: Some(brand_dark.clone()),
        badges: [("gold".to_owned(), BadgeDesign { image: Some(badge.clone()), ..BadgeDesign::default() })].into(),
        ..BrandIdentity::default()
    };
    world.store.brand_upsert("fjord", BrandSheet { identity, ..BrandSheet::default() }, Actor::Cli).await.unwrap();
    let profile = Profile {
        logo: Some(light.clone()),
        logo_dark: Some(dark.clone()),
        logo_vector: Some(vector.clone()),
        ..world.partner.profile.clone()
    };
    world.store.partner_update_profile(world.partner.id, 1, profile.clone(), Actor::Cli).await.unwrap();
    let here = world.key(&world.partner).await;
    for digest in [&light, &dark, &brand_dark, &badge] {
        assert_eq!(world.released.blob(&here, digest).await.unwrap().unwrap().media_type, "image/png");
    }
    assert_eq!(world.released.blob(&here, &vector).await.unwrap().unwrap().media_type, "image/svg+xml");
    assert!(world.released.blob(&here, &stray).await.unwrap().is_none());
    let idle = partner(&world.store, world.brand, "idle", "DE", "de").await;
    let idle = world.key(&idle).await;
    for digest in [&light, &dark, &vector] {
        assert!(world.released.blob(&idle, digest).await.unwrap().is_none(), "another partner's");
    }
    assert!(world.released.blob(&idle, &badge).await.unwrap().is_some(), "the brand's");
    // A logo that nobody filed cannot be pointed to.
    let ghost = Profile { logo_dark: Some(Digest::of_bytes(b"nowhere")), ..profile };
    let refused = world.store.partner_update_profile(world.partner.id, 2, ghost, Actor::Cli).await;
    assert!(matches!(refused, Err(StoreError::Refused(_))), "{refused:?}");
}
