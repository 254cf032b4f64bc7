//! A small house with two X posts, one of them released.

use std::sync::Arc;

use countersign_domain::brand::BrandSheet;
use countersign_domain::brief::BriefForm;
use countersign_domain::clock::{Clock as _, FixedClock};
use countersign_domain::content::SlotText;
use countersign_domain::digest::Digest;
use countersign_domain::id::CountingIds;
use countersign_domain::overriding::Usual;
use countersign_domain::people::{Role, User};
use countersign_domain::release::{BrandIdentity, Context};
use countersign_domain::review::{Ballot, Draft, NewRevision, Verdict};
use countersign_store::{Actor, NewAsset, NewKit, NewUser};

use super::*;

fn finding(rule: &str, severity: Severity) -> Finding {
    Finding {
        rule: rule.into(),
        severity,
        slot: "body".into(),
        start: 0,
        end: 1,
        message: "m".into(),
        messages: BTreeMap::new(),
        fix: None,
    }
}

#[test]
fn what_is_found_already_is_no_news_unless_it_weighs_otherwise() {
    let before = [finding("a.x", Severity::Warn), finding("a.y", Severity::Warn)];
    let after = vec![finding("a.x", Severity::Warn), finding("a.y", Severity::Block), finding("b.z", Severity::Info)];
    let told: Vec<String> = news(&before, after).into_iter().map(|finding| finding.rule).collect();
    assert_eq!(told, ["a.y", "b.z"]);
}

async fn user(store: &Store, name: &str, role: Role) -> User {
    let new = NewUser {
        email: format!("{name}@x.example"),
        name: name.into(),
        roles: vec![role],
        password_hash: "$argon2id$".into(),
    };
    store.users_create(new, Actor::Cli).await.unwrap()
}

/// A post that was drafted as `text`, and released where asked.
async fn post(store: &Store, clock: &FixedClock, people: (&User, &User), text: &str, release: bool) {
    let identity = BrandIdentity { name: "Halden".into(), color: "#0f5f5c".into(), ..BrandIdentity::default() };
    let sheet = BrandSheet { identity: identity.clone(), ..BrandSheet::default() };
    let brand = store.brand_upsert("halden", sheet, Actor::Cli).await.unwrap();
    let (locale, market): (countersign_domain::place::Locale, _) = ("en-US".parse().unwrap(), "US".parse().unwrap());
    let brief = BriefForm {
        product: "Vault".into(),
        campaign: "Spring".into(),
        locales: vec!["en-US".into()],
        asset_types: vec!["x_post".into()],
        ..BriefForm::default()
    };
    let asset = NewAsset {
        asset_type: "x_post".into(),
        channel: "x".into(),
        locale: locale.clone(),
        market,
        audience: "IT".into(),
        variant: 1,
        seed: 1,
    };
    let brief = brief.check(&["x_post"]).unwrap();
    let new = NewKit { brand: brand.id, brief, created_by: people.0.id, assets: vec![asset] };
    let kit = store.kit_create(new, None).await.unwrap();
    let asset = store.assets(kit.id).await.unwrap()[0].asset.id;
    let lease = store.jobs_lease("w", &["draft_asset"], 60).await.unwrap().unwrap();
    let draft = Draft {
        content: Content { slots: [("text".to_owned(), SlotText::parse(text).unwrap())].into() },
        origin: Origin::Drafted {
            asked_by: people.0.id,
            model: "starter".into(),
            prompt: Digest::of_bytes(b"p"),
            seed: 1,
        },
        context: Context {
            asset_type: "x_post".into(),
            channel: "x".into(),
            market,
            locale,
            template: Templates::embedded().unwrap().get("x_post").unwrap().tag(),
            rules: "core@1".into(),
            brand: identity,
        },
        findings: Vec::new(),
        sources: Vec::new(),
    };
    let revision = NewRevision::drafted(draft, asset, store.ids(), clock.now());
    let digest = revision.digest.clone();
    let review = store.draft_done(&lease, revision).await.unwrap();
    if release {
        let lease = store.review_claim(review, people.1.id, 60).await.unwrap().token;
        let ballot = Ballot { verdict: Verdict::Approve, digest, lease, reason: String::new(), overrides: Vec::new() };
        let decision = store.decide(review, ballot, people.1.id, &Usual, 0).await.unwrap();
        let lease = store.jobs_lease("w", &["release"], 60).await.unwrap().unwrap();
        store.release_now(&lease, decision.id).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_new_pack_is_held_against_what_is_released_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(FixedClock::at(Timestamp::from_micros(1_795_000_000_000_000)));
    let url = format!("sqlite:{}?mode=rwc", folder.path().join("t.db").display());
    let store = Store::open(&url, clock.clone(), Arc::new(CountingIds::default())).await.unwrap();
    let people = (&user(&store, "mara", Role::Marketer).await, &user(&store, "rita", Role::Reviewer).await);
    post(&store, &clock, people, "Backups that restore, risk-free and crisp.", true).await;
    post(&store, &clock, people, "A crisp draft.", false).await;

    let pack = folder.path().join("pack");
    std::fs::create_dir(&pack).unwrap();
    std::fs::write(pack.join("pack.yaml"), "name: house\nversion: 1\ntitle: House\n").unwrap();
    let rule = "id: crisp\nkind: existence\nseverity: warn\nmessage: m\nwhy: w\nparams: {terms: [crisp]}\ntests: {pass: [a], fail: [crisp]}\n";
    std::fs::write(pack.join("crisp.yaml"), rule).unwrap();
    let args = RulesTry {
        dir: pack.clone(),
        packs: Vec::new(),
        only: false,
        templates: None,
        brand: None,
        data: Data { data: folder.path().into(), database: None },
        json: true,
    };
    let trial = Trial {
        before: Packs::embedded().unwrap(),
        after: Packs::load(&[&pack], true).unwrap(),
        templates: Templates::embedded().unwrap(),
    };
    let seen = trial.over(&store, &args).await.unwrap();
    // The released one alone, and of it only what is new: "risk-free" is found by a shipped pack.
    let findings = [(("house.crisp".to_owned(), Severity::Warn), 1)].into();
    assert_eq!(seen, Seen { releases: 1, words: 6, skipped: 0, found_in: 1, findings });
}
