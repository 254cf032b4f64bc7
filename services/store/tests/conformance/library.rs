//! Brands, claims, passages and bytes.

use countersign_domain::brand::BrandSheet;
use countersign_domain::digest::Digest;
use countersign_domain::release::BrandIdentity;
use countersign_domain::wording::Wording;
use countersign_store::{Actor, NewClaim, NewPassage, StoreError};

use crate::world::World;

crate::conformance!(
    importing_again_changes_only_what_changed,
    a_claim_is_known_by_its_key,
    a_brand_keeps_its_id_and_its_logos_are_bytes_on_file,
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
