//! The gate without its keepers: every statement here goes past the repositories, straight to the database, which must
//! refuse by itself. Take a guard out of the migrations and its case fails.

use std::collections::BTreeMap;

use countersign_domain::content::{Bound, Content, Segment, SlotText};
use countersign_domain::digest::Digest;
use countersign_domain::finding::{Finding, Severity};
use countersign_domain::overriding::Usual;
use countersign_domain::profile::Profile;
use countersign_domain::review::Verdict;
use countersign_store::{Actor, StoreError};
use countersign_store_released::dialect::Dialect;
use countersign_store_released::{NewFeedback, NewPull};

use crate::world::{UNDO, World, block, error, let_stand};

crate::conformance!(
    nobody_decides_on_their_own_work,
    a_decision_names_the_digest_the_context_and_the_author_of_its_revision,
    a_decision_belongs_to_the_review_of_its_revision,
    nothing_is_approved_against_a_block,
    an_approval_answers_every_error,
    what_is_overridden_is_an_error_of_that_revision,
    nothing_is_let_stand_afterwards,
    errors_are_counted_as_the_findings_say,
    what_a_revision_cites_is_on_file,
    there_are_three_verdicts,
    nothing_takes_effect_before_it_is_decided,
    one_decision_stands_for_a_review,
    nobody_decides_a_superseded_review,
    nobody_decides_on_an_older_revision,
    only_an_approval_is_released,
    a_release_is_of_what_was_approved,
    a_release_is_where_its_asset_is,
    an_approval_that_was_taken_back_releases_nothing,
    nothing_is_released_while_it_may_be_taken_back,
    what_was_edited_since_is_not_released,
    an_asset_has_one_live_release,
    a_decision_is_taken_back_by_its_reviewer_in_time_and_before_the_release,
    revisions_are_numbered_without_gaps,
    a_drafts_author_is_who_asked,
    an_edit_has_a_base_and_nothing_else_has,
    findings_add_up,
    a_recalled_release_has_a_recall,
    an_asset_has_one_open_review,
    what_a_partner_says_is_decided_by_somebody_else,
    what_a_partner_says_and_nobody_approved_is_not_served,
    what_is_written_stays,
    tampered_content_is_refused,
    partners_connections_see_no_draft,
);

async fn nobody_decides_on_their_own_work(world: World) {
    let (asset, _) = world.drafted().await;
    let good = world.raw_decision(asset).await;
    for verdict in ["approve", "reject", "request_changes"] {
        let mut own = good.clone();
        own.reviewer.clone_from(&own.author);
        own.verdict = verdict.into();
        world.refused(&own.sql(), "decisions_not_own_work").await;
    }
    world.sql(&good.sql()).await;
}

async fn a_decision_names_the_digest_the_context_and_the_author_of_its_revision(world: World) {
    let (asset, _) = world.drafted().await;
    let good = world.raw_decision(asset).await;
    let other = Digest::of_bytes(b"another").to_string();
    let mut bad = good.clone();
    bad.digest.clone_from(&other);
    world.refused(&bad.sql(), "decisions_of_digest").await;
    let mut bad = good.clone();
    bad.context_digest = other;
    world.refused(&bad.sql(), "decisions_of_digest").await;
    // The author approves, and says that somebody else wrote it.
    let mut bad = good.clone();
    bad.reviewer.clone_from(&good.author);
    bad.author = world.second.id.to_string();
    world.refused(&bad.sql(), "decisions_of_digest").await;
    world.sql(&good.sql()).await;
}

async fn a_decision_belongs_to_the_review_of_its_revision(world: World) {
    let (asset, _) = world.drafted().await;
    let (_, other_review) = world.drafted().await;
    let mut bad = world.raw_decision(asset).await;
    bad.review = other_review.to_string();
    world.refused(&bad.sql(), "decisions_of_review").await;
}

async fn nothing_is_approved_against_a_block(world: World) {
    let (asset, _) = world.drafted_with(vec![block()]).await;
    let mut bad = world.raw_decision(asset).await;
    bad.blocks = 1;
    world.refused(&bad.sql(), "decisions_no_blocks").await;
    // To say that there are none does not help.
    bad.blocks = 0;
    world.refused(&bad.sql(), "decisions_of_findings").await;
    bad.blocks = 1;
    bad.verdict = "reject".into();
    world.sql(&bad.sql()).await;
}

async fn an_approval_answers_every_error(world: World) {
    let (asset, _) = world.drafted_with(vec![error()]).await;
    let good = world.raw_decision(asset).await;
    world.refused(&good.sql(), "decisions_errors_overridden").await;
    // Another decision's answer is none.
    world.refused_together(&[world.override_sql(&world.fresh()), good.sql()], "decisions_errors_overridden").await;
    world.together(&[world.override_sql(&good.id), good.sql()]).await;
}

async fn what_is_overridden_is_an_error_of_that_revision(world: World) {
    let (asset, _) = world.drafted_with(vec![error()]).await;
    let good = world.raw_decision(asset).await;
    let answer = world.override_sql(&good.id);
    for (said, instead) in [
        ("', 0, 'test.error'", "', 1, 'test.error'"),
        ("'test.error'", "'test.other'"),
        ("'body', 0, 1", "'body', 0, 2"),
        ("'body'", "'subject'"),
        ("'no'", "'Fine.'"),
    ] {
        assert!(answer.contains(said), "{said}");
        let bad = answer.replace(said, instead);
        world.refused_together(&[bad, good.sql()], "decisions_overrides_of_errors").await;
    }
    let mut rejected = good.clone();
    rejected.verdict = "reject".into();
    world.refused_together(&[answer.clone(), rejected.sql()], "decisions_overrides_of_errors").await;
    // A warning needs no answer, and takes none.
    let warning = Finding { severity: Severity::Warn, ..error() };
    let (asset, _) = world.drafted_with(vec![warning]).await;
    let good = world.raw_decision(asset).await;
    world.refused_together(&[world.override_sql(&good.id), good.sql()], "decisions_overrides_of_errors").await;
    world.sql(&good.sql()).await;
}

async fn nothing_is_let_stand_afterwards(world: World) {
    let (asset, review) = world.drafted().await;
    let decision = world.decide(asset, review, &world.reviewer, Verdict::Approve).await;
    world.refused(&world.override_sql(&decision.id.to_string()), "decision_overrides_before_decision").await;
}

async fn errors_are_counted_as_the_findings_say(world: World) {
    let (asset, _) = world.drafted().await;
    let revision = world.raw_revision(&world.latest(asset).await);
    world.sql(&revision.sql()).await;
    // An error that is counted as none.
    let findings = serde_json::to_string(&[error()]).unwrap();
    let bad = revision.findings_sql().replace("0, 0, 0, 0, '[]'", &format!("0, 0, 1, 3, '{findings}'"));
    world.refused(&bad, "revision_findings_errors").await;
    let silent = bad.replace("errors, ", "").replace("0, 0, 1, 3", "0, 1, 3");
    world.refused(&silent, "revision_findings_errors").await;
    world.sql(&bad.replace("0, 0, 1, 3", "0, 1, 1, 3")).await;
}

/// Written by the database itself, past every repository.
async fn what_a_revision_cites_is_on_file(world: World) {
    let (asset, _) = world.drafted().await;
    let mut revision = world.raw_revision(&world.latest(asset).await);
    let bound =
        |source: &str| Segment::Bound(Bound { reference: "x".into(), source: source.into(), text: "é".into() });
    let segments = vec![bound("claim:uptime"), bound("claim:uptime"), bound("passage:7:8"), bound("odd")];
    let content = Content { slots: BTreeMap::from([("body".into(), SlotText { segments })]) };
    revision.content = countersign_domain::digest::canonical_json(&content);
    revision.digest = content.digest().to_string();
    world.sql(&revision.sql()).await;
    let cited = world
        .column(&format!(
            "SELECT source_kind || '=' || source_key FROM citations WHERE revision_id = '{}' ORDER BY 1",
            revision.id
        ))
        .await;
    assert_eq!(cited, ["claim=uptime", "odd=", "passage=7:8"]);
}

async fn there_are_three_verdicts(world: World) {
    let (asset, _) = world.drafted().await;
    let mut bad = world.raw_decision(asset).await;
    bad.verdict = "approved".into();
    world.refused(&bad.sql(), "decisions_verdict").await;
}

async fn nothing_takes_effect_before_it_is_decided(world: World) {
    let (asset, _) = world.drafted().await;
    let mut bad = world.raw_decision(asset).await;
    bad.effective_at = bad.decided_at - 1;
    world.refused(&bad.sql(), "decisions_effective").await;
}

async fn one_decision_stands_for_a_review(world: World) {
    let (asset, review) = world.drafted().await;
    let decision = world.decide(asset, review, &world.reviewer, Verdict::Reject).await;
    let another = world.raw_decision(asset).await;
    world.refused(&another.sql(), "decisions_one_live").await;
    world.store.undo(decision.id, world.reviewer.id).await.unwrap();
    world.sql(&another.sql()).await;
}

async fn nobody_decides_a_superseded_review(world: World) {
    let (asset, review) = world.drafted().await;
    let decision = world.raw_decision(asset).await;
    let revision = world.latest(asset).await.id;
    world
        .sql(&format!("UPDATE reviews SET state = 'superseded', superseded_by = '{revision}' WHERE id = '{review}'"))
        .await;
    world.refused(&decision.sql(), "decisions_review_superseded").await;
}

async fn nobody_decides_on_an_older_revision(world: World) {
    let (asset, _) = world.drafted().await;
    let old = world.raw_decision(asset).await;
    // A newer revision whose writer forgot to close the old review.
    let newer = world.raw_revision(&world.latest(asset).await);
    world.sql(&newer.sql()).await;
    world.refused(&old.sql(), "decisions_revision_moved").await;
}

async fn only_an_approval_is_released(world: World) {
    let (asset, review) = world.drafted().await;
    let decision = world.decide(asset, review, &world.reviewer, Verdict::Reject).await;
    let mut release = world.raw_release(&decision).await;
    world.refused(&release.sql(), "releases_of_approval").await;
    release.verdict = "reject".into();
    world.refused(&release.sql(), "releases_approved").await;
    let (unreviewed, _) = world.drafted().await;
    let revision = world.latest(unreviewed).await;
    release.verdict = "approve".into();
    release.asset = unreviewed.to_string();
    release.revision = revision.id.to_string();
    release.digest = revision.digest.to_string();
    world.refused(&release.sql(), "releases_of_approval").await;
}

async fn a_release_is_of_what_was_approved(world: World) {
    let (asset, review) = world.drafted().await;
    let (other, _) = world.drafted().await;
    let decision = world.decide(asset, review, &world.reviewer, Verdict::Approve).await;
    let good = world.raw_release(&decision).await;
    let another = Digest::of_bytes(b"another").to_string();
    let mut bad = good.clone();
    bad.digest.clone_from(&another);
    world.refused(&bad.sql(), "releases_of_approval").await;
    let mut bad = good.clone();
    bad.context_digest = another;
    world.refused(&bad.sql(), "releases_of_approval").await;
    let mut bad = good.clone();
    bad.asset = other.to_string();
    world.refused(&bad.sql(), "releases_of_approval").await;
    world.sql(&good.sql()).await;
    let again = crate::raw::RawRelease { id: world.fresh(), ..good };
    world.sql(&world.end_sql(again_id(&world, asset).await, "expired")).await;
    let error = world.try_sql(&again.sql()).await.unwrap_err();
    assert!(error.contains("decision_id"), "an approval is released once: {error}");
}

async fn a_release_is_where_its_asset_is(world: World) {
    let (asset, review) = world.drafted().await;
    let decision = world.decide(asset, review, &world.reviewer, Verdict::Approve).await;
    let good = world.raw_release(&decision).await;
    let other = world.store.brand_upsert("other", Default::default(), Actor::Cli).await.unwrap();
    let elsewhere = crate::raw::RawRelease { brand: other.id.to_string(), ..good.clone() };
    world.refused(&elsewhere.sql(), "releases_of_asset").await;
    for (here, there) in [("'DE'", "'AT'"), ("'de-DE'", "'de-AT'"), ("'spring'", "'autumn'")] {
        let sql = good.sql();
        assert!(sql.contains(here), "{sql}");
        world.refused(&sql.replace(here, there), "releases_of_asset").await;
    }
    world.sql(&good.sql()).await;
}

async fn again_id(world: &World, asset: countersign_domain::id::AssetId) -> countersign_domain::id::ReleaseId {
    world.store.asset(asset).await.unwrap().unwrap().release.unwrap()
}

async fn an_approval_that_was_taken_back_releases_nothing(world: World) {
    let (asset, review) = world.drafted().await;
    let decision = world.decide(asset, review, &world.reviewer, Verdict::Approve).await;
    world.store.undo(decision.id, world.reviewer.id).await.unwrap();
    world.refused(&world.raw_release(&decision).await.sql(), "releases_of_undone_decision").await;
}

async fn nothing_is_released_while_it_may_be_taken_back(world: World) {
    let (asset, review) = world.drafted().await;
    let decision = world.decide(asset, review, &world.reviewer, Verdict::Approve).await;
    let mut release = world.raw_release(&decision).await;
    release.released_at -= 1;
    world.refused(&release.sql(), "releases_not_before_effective").await;
    release.released_at += 1;
    world.sql(&release.sql()).await;
}

async fn what_was_edited_since_is_not_released(world: World) {
    let (asset, review) = world.drafted().await;
    let decision = world.decide(asset, review, &world.reviewer, Verdict::Approve).await;
    let newer = world.raw_revision(&world.latest(asset).await);
    world.sql(&newer.sql()).await;
    world.refused(&world.raw_release(&decision).await.sql(), "releases_latest_revision").await;
}

async fn an_asset_has_one_live_release(world: World) {
    let (asset, first) = world.released_asset().await;
    let review = world.edit(asset, &world.second, "Anders.").await;
    let decision = world.decide(asset, review, &world.reviewer, Verdict::Approve).await;
    let release = world.raw_release(&decision).await;
    world.refused(&release.sql(), "releases_one_live").await;
    world.sql(&world.end_sql(first, "replaced")).await;
    world.sql(&release.sql()).await;
}

async fn a_decision_is_taken_back_by_its_reviewer_in_time_and_before_the_release(world: World) {
    let (asset, review) = world.drafted().await;
    let decision = world.decide(asset, review, &world.reviewer, Verdict::Approve).await;
    let own = world.reviewer.id.to_string();
    let (in_time, late) = (decision.decided_at.micros(), decision.effective_at.micros());
    world.refused(&world.undo_sql(decision.id, &world.second.id.to_string(), in_time), "decision_undos_own").await;
    world.refused(&world.undo_sql(decision.id, &own, late), "decision_undos_in_time").await;
    world.release(decision.id).await.unwrap();
    // Even with a clock that lies.
    world.refused(&world.undo_sql(decision.id, &own, in_time), "decision_undos_not_released").await;
}

async fn revisions_are_numbered_without_gaps(world: World) {
    let (asset, _) = world.drafted().await;
    let last = world.latest(asset).await;
    for number in [0, 1, 3] {
        let mut bad = world.raw_revision(&last);
        bad.number = number;
        world.refused(&bad.sql(), "revisions_number_next").await;
    }
    world.sql(&world.raw_revision(&last).sql()).await;
}

async fn a_drafts_author_is_who_asked(world: World) {
    let (asset, _) = world.drafted().await;
    let mut bad = world.raw_revision(&world.latest(asset).await);
    bad.origin = "drafted".into();
    bad.base = "NULL".into();
    bad.author = world.second.id.to_string();
    world.refused(&bad.sql(), "revisions_author_asked").await;
    bad.author = world.author.id.to_string();
    world.sql(&bad.sql()).await;
}

async fn an_edit_has_a_base_and_nothing_else_has(world: World) {
    let (asset, _) = world.drafted().await;
    let mut bad = world.raw_revision(&world.latest(asset).await);
    bad.base = "NULL".into();
    world.refused(&bad.sql(), "revisions_base").await;
}

async fn findings_add_up(world: World) {
    let (asset, _) = world.drafted().await;
    let revision = world.raw_revision(&world.latest(asset).await);
    world.sql(&revision.sql()).await;
    // A block that is counted as none.
    let bad = revision.findings_sql().replace("0, 0, 0, 0", "0, 0, 1, 4");
    world.refused(&bad, "revision_findings_counts").await;
}

async fn a_recalled_release_has_a_recall(world: World) {
    let (_, release) = world.released_asset().await;
    world.refused(&world.end_sql(release, "recalled"), "release_ends_recall_on_record").await;
}

async fn an_asset_has_one_open_review(world: World) {
    let (asset, _) = world.drafted().await;
    let newer = world.raw_revision(&world.latest(asset).await);
    world.sql(&newer.sql()).await;
    let sql = format!(
        "INSERT INTO reviews (id, asset_id, revision_id, state, fence, created_at)
         VALUES ('{}', '{asset}', '{}', 'open', 0, 0)",
        world.fresh(),
        newer.id
    );
    let error = world.try_sql(&sql).await.unwrap_err();
    assert!(
        error.contains("reviews_one_open") || error.contains("UNIQUE constraint failed: reviews.asset_id"),
        "{error}"
    );
}

const APPEND_ONLY: [(&str, &str); 17] = [
    ("revisions", "model"),
    ("revision_findings", "findings"),
    ("decisions", "reason"),
    ("decision_overrides", "reason"),
    ("citations", "source_key"),
    ("decision_undos", "by_user"),
    ("releases", "campaign"),
    ("release_ends", "kind"),
    ("recalls", "reason"),
    ("recall_acks", "partner_id"),
    ("pulls", "format"),
    ("audit", "action"),
    ("changes", "kind"),
    ("partner_profiles", "profile"),
    ("partner_statements", "text"),
    ("statement_decisions", "verdict"),
    ("template_editions", "files"),
];

/// A row of `statement_decisions` about [`SAID`].
fn about(world: &World, author: &str, reviewer: &str, verdict: &str) -> String {
    let (partner, digest) = (world.partner.id, Digest::of_bytes(SAID.as_bytes()));
    format!(
        "INSERT INTO statement_decisions (partner_id, digest, author, reviewer_id, verdict, reason, decided_at)
         VALUES ('{partner}', '{digest}', '{author}', '{reviewer}', '{verdict}', '', 0)"
    )
}

const SAID: &str = "We look after small offices.";

/// The author of the sample's partner says [`SAID`] of it; gives the author as it is written.
async fn said(world: &World) -> String {
    let profile = Profile { description: SAID.into(), ..world.partner.profile.clone() };
    let actor = Actor::User(world.author.id);
    world.store.partner_update_profile(world.partner.id, 1, profile, actor).await.unwrap();
    actor.to_string()
}

async fn what_a_partner_says_is_decided_by_somebody_else(world: World) {
    let author = said(&world).await;
    let (own, other) = (world.author.id.to_string(), world.reviewer.id.to_string());
    for verdict in ["approve", "reject"] {
        world.refused(&about(&world, &author, &own, verdict), "statement_decisions_not_own_work").await;
    }
    // The author approves, and says that somebody else wrote it.
    world.refused(&about(&world, "cli", &own, "approve"), "statement_decisions_of_author").await;
    world.refused(&about(&world, &author, &other, "approved"), "statement_decisions_verdict").await;
    world.sql(&about(&world, &author, &other, "approve")).await;
}

async fn what_a_partner_says_and_nobody_approved_is_not_served(world: World) {
    let author = said(&world).await;
    // Past the repository: a profile whose words nobody keeps, and one whose words were rejected.
    let profile = r#"{"description":"Cheaper than all others.","display_name":"N","site":"https://n.example"}"#;
    world
        .sql(&format!(
            "INSERT INTO partner_profiles (partner_id, version, profile, digest, created_by, created_at)
             VALUES ('{}', 3, '{profile}', '', 'cli', 0)",
            world.partner.id
        ))
        .await;
    assert_eq!(world.key(&world.partner).await.profile.description, "");
    world.sql(&about(&world, &author, &world.reviewer.id.to_string(), "reject")).await;
    assert_eq!(world.key(&world.partner).await.profile.description, "");
    if world.dialect() == Dialect::Postgres {
        let sql = format!(
            "INSERT INTO partner_statements (partner_id, digest, text, author, written_at)
             VALUES ('{}', '{}', 'Cheaper than all others.', 'cli', 0)",
            world.partner.id,
            Digest::of_bytes(b"Harmless.")
        );
        world.refused(&sql, "partner_statements_digest").await;
    }
}

async fn what_is_written_stays(world: World) {
    world
        .store
        .edition_keep("email", "email@1+0f", &BTreeMap::from([("layout.txt".into(), "Hi".into())]))
        .await
        .unwrap();
    let author = said(&world).await;
    world.sql(&about(&world, &author, &world.reviewer.id.to_string(), "approve")).await;
    let (asset, review) = world.drafted().await;
    let taken_back = world.decide(asset, review, &world.reviewer, Verdict::Approve).await;
    world.store.undo(taken_back.id, world.reviewer.id).await.unwrap();
    world.clock.advance_seconds(UNDO);
    assert_eq!(world.release(taken_back.id).await, None);
    let (_, release) = world.released_asset().await;
    let (asset, review) = world.drafted_with(vec![error()]).await;
    let mut ballot = world.ballot(asset, review, &world.reviewer, Verdict::Approve).await;
    ballot.overrides = vec![let_stand()];
    world.store.decide(review, ballot, world.reviewer.id, &Usual, UNDO).await.unwrap();
    let mut citing = world.raw_revision(&world.latest(asset).await);
    let content = r#"{"slots":{"body":[{"ref":"claim.1","source":"claim:uptime","text":"Ja."}]}}"#;
    citing.content = content.into();
    citing.digest = Digest::of_bytes(content.as_bytes()).to_string();
    world.sql(&citing.sql()).await;
    let key = world.key(&world.partner).await;
    let rendition = Digest::of_bytes(b"rendition");
    let pull = NewPull { release, format: "html".into(), rendition_digest: rendition, profile_version: 1 };
    world.released.record_pull(&key, pull).await.unwrap().unwrap();
    let feedback = NewFeedback { release, kind: "idea".into(), text: "More.".into() };
    world.released.feedback(&key, feedback, None).await.unwrap().unwrap();
    let recall = world.store.recall(release, "wrong figure", world.second.id).await.unwrap().unwrap();
    world.released.ack_recall(&key, recall).await.unwrap().unwrap();
    for (table, column) in APPEND_ONLY {
        assert!(!world.column(&format!("SELECT CAST({column} AS TEXT) FROM {table}")).await.is_empty(), "{table}");
        let guard = format!("{table}_append_only");
        world.refused(&format!("UPDATE {table} SET {column} = {column}"), &guard).await;
        world.refused(&format!("DELETE FROM {table}"), &guard).await;
        match world.dialect() {
            Dialect::Postgres => world.refused(&format!("TRUNCATE {table} CASCADE"), "_append_only").await,
            Dialect::Sqlite => {
                let replace = format!("INSERT OR REPLACE INTO {table} SELECT * FROM {table}");
                assert!(world.try_sql(&replace).await.is_err(), "{table} can be replaced");
            }
        }
    }
}

async fn tampered_content_is_refused(world: World) {
    let (asset, _) = world.drafted().await;
    let last = world.latest(asset).await;
    let mut bad = world.raw_revision(&last);
    bad.content = r#"{"slots":{"body":[{"text":"Gratis!"}]}}"#.into();
    match world.dialect() {
        Dialect::Postgres => {
            world.refused(&bad.sql(), "revisions_digest").await;
            let mut bad = world.raw_revision(&last);
            bad.context = "{}".into();
            world.refused(&bad.sql(), "revisions_context_digest").await;
        }
        Dialect::Sqlite => {
            // SQLite cannot compute a digest: it takes the row, and nobody ever gets to read it.
            world.sql(&bad.sql()).await;
            world.sql(&bad.findings_sql()).await;
            let error = world.store.asset(asset).await.unwrap_err();
            assert!(matches!(error, StoreError::Broken { table: "revisions", .. }), "{error}");
        }
    }
    // Before writing, too: what comes in must have the digest that comes with it.
    let (other, _) = world.drafted().await;
    let (base, mut edit) = world.edit_of(other, &world.second, "Neu.").await;
    edit.digest = Digest::of_bytes(b"another");
    let error = world.store.revision_edit(other, &base, edit).await.unwrap_err();
    assert!(matches!(error, StoreError::Broken { .. }), "{error}");
}

async fn partners_connections_see_no_draft(world: World) {
    world.drafted().await;
    if world.dialect() == Dialect::Sqlite {
        return; // SQLite has no roles; there the crate's types are the wall.
    }
    for table in [
        "revisions",
        "revision_findings",
        "reviews",
        "decisions",
        "decision_overrides",
        "citations",
        "releases",
        "kits",
        "briefs",
        "assets",
        "users",
        "sessions",
        "jobs",
        "audit",
        "blobs",
        "partners",
        "partner_keys",
        "partner_profiles",
        "partner_statements",
        "statement_decisions",
        "template_editions",
        "counters",
        "changes",
        "idempotency",
    ] {
        let sql = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
        let error = sqlx::query(sql).execute(world.released.db().writer()).await.unwrap_err().to_string();
        assert!(error.contains("permission denied"), "{table}: {error}");
    }
    let sql = "DELETE FROM pulls";
    assert!(sqlx::query(sql).execute(world.released.db().writer()).await.is_err());
}

/// The proof of the cases above: with its guard taken away, a case must fail.
mod without {
    use crate::world::{on_postgres_without, on_sqlite_without};

    macro_rules! without {
        ($($guard:ident => $case:ident),* $(,)?) => {
            mod sqlite {
                $(#[test] fn $guard() { super::on_sqlite_without(stringify!($guard), super::super::$case) })*
            }
            mod postgres {
                $(#[test] fn $guard() { super::on_postgres_without(stringify!($guard), super::super::$case) })*
                #[test]
                fn revisions_digest() {
                    super::on_postgres_without("revisions_digest", super::super::tampered_content_is_refused);
                }
                #[test]
                fn partner_statements_digest() {
                    let case = super::super::what_a_partner_says_and_nobody_approved_is_not_served;
                    super::on_postgres_without("partner_statements_digest", case);
                }
                #[test]
                fn revisions_context_digest() {
                    super::on_postgres_without("revisions_context_digest", super::super::tampered_content_is_refused);
                }
            }
        };
    }

    without! {
        decisions_not_own_work => nobody_decides_on_their_own_work,
        decisions_of_digest => a_decision_names_the_digest_the_context_and_the_author_of_its_revision,
        decisions_of_review => a_decision_belongs_to_the_review_of_its_revision,
        decisions_no_blocks => nothing_is_approved_against_a_block,
        decisions_of_findings => nothing_is_approved_against_a_block,
        decisions_errors_overridden => an_approval_answers_every_error,
        decisions_overrides_of_errors => what_is_overridden_is_an_error_of_that_revision,
        decision_overrides_before_decision => nothing_is_let_stand_afterwards,
        revision_findings_errors => errors_are_counted_as_the_findings_say,
        decision_overrides_append_only => what_is_written_stays,
        citations_append_only => what_is_written_stays,
        decisions_verdict => there_are_three_verdicts,
        decisions_effective => nothing_takes_effect_before_it_is_decided,
        decisions_one_live => one_decision_stands_for_a_review,
        decisions_review_superseded => nobody_decides_a_superseded_review,
        decisions_revision_moved => nobody_decides_on_an_older_revision,
        releases_of_approval => a_release_is_of_what_was_approved,
        releases_approved => only_an_approval_is_released,
        releases_of_asset => a_release_is_where_its_asset_is,
        releases_of_undone_decision => an_approval_that_was_taken_back_releases_nothing,
        releases_not_before_effective => nothing_is_released_while_it_may_be_taken_back,
        releases_latest_revision => what_was_edited_since_is_not_released,
        releases_one_live => an_asset_has_one_live_release,
        decision_undos_own => a_decision_is_taken_back_by_its_reviewer_in_time_and_before_the_release,
        decision_undos_in_time => a_decision_is_taken_back_by_its_reviewer_in_time_and_before_the_release,
        decision_undos_not_released => a_decision_is_taken_back_by_its_reviewer_in_time_and_before_the_release,
        revisions_number_next => revisions_are_numbered_without_gaps,
        revisions_author_asked => a_drafts_author_is_who_asked,
        revisions_base => an_edit_has_a_base_and_nothing_else_has,
        revision_findings_counts => findings_add_up,
        release_ends_recall_on_record => a_recalled_release_has_a_recall,
        reviews_one_open => an_asset_has_one_open_review,
        revisions_append_only => what_is_written_stays,
        revision_findings_append_only => what_is_written_stays,
        decisions_append_only => what_is_written_stays,
        decision_undos_append_only => what_is_written_stays,
        releases_append_only => what_is_written_stays,
        release_ends_append_only => what_is_written_stays,
        recalls_append_only => what_is_written_stays,
        recall_acks_append_only => what_is_written_stays,
        pulls_append_only => what_is_written_stays,
        audit_append_only => what_is_written_stays,
        changes_append_only => what_is_written_stays,
        partner_profiles_append_only => what_is_written_stays,
        partner_statements_append_only => what_is_written_stays,
        statement_decisions_append_only => what_is_written_stays,
        template_editions_append_only => what_is_written_stays,
        statement_decisions_not_own_work => what_a_partner_says_is_decided_by_somebody_else,
        statement_decisions_of_author => what_a_partner_says_is_decided_by_somebody_else,
        statement_decisions_verdict => what_a_partner_says_is_decided_by_somebody_else,
    }
}
