//! Data that an older program wrote, brought up to date.

use countersign_domain::content::{Bound, Content, Segment, SlotText};
use countersign_domain::review::{Draft, NewRevision, Revision};
use countersign_store::Store;
use countersign_store_released::dialect::Dialect;

use crate::world::{World, error};

crate::conformance!(revisions_of_schema_4_learn_their_errors_and_what_they_cite);

/// What migration 5 made, undone: the schema as it was before.
const BACK_ON_SQLITE: &[&str] = &[
    "DROP TRIGGER revision_findings_errors",
    "DROP TRIGGER decisions_errors_overridden",
    "DROP TRIGGER decisions_overrides_of_errors",
    "DROP TRIGGER revisions_cite",
    "DROP TABLE citations",
    "DROP TABLE decision_overrides",
    "ALTER TABLE revision_findings DROP COLUMN errors",
    "DELETE FROM _sqlx_migrations WHERE version = 5",
];
const BACK_ON_POSTGRES: &[&str] = &[
    "DROP TRIGGER revision_findings_gate ON revision_findings",
    "DROP TRIGGER decisions_overrides_gate ON decisions",
    "DROP TRIGGER revisions_cite ON revisions",
    "DROP TABLE citations, decision_overrides",
    "DROP FUNCTION revision_findings_gate, decisions_overrides_gate, decision_overrides_gate, revisions_cite",
    "DROP FUNCTION countersign_json",
    "ALTER TABLE revision_findings DROP COLUMN errors",
    "DELETE FROM _sqlx_migrations WHERE version = 5",
];

/// An asset of which the first draft has an error, and whose edit cites a claim, a passage and the claim again.
async fn written(world: &World) -> Revision {
    let (asset, _) = world.drafted_with(vec![error(), error()]).await;
    let (base, plain) = world.edit_of(asset, &world.author, "x").await;
    let bound =
        |source: &str| Segment::Bound(Bound { reference: "r".into(), source: source.into(), text: "Fast.".into() });
    let text = |segments: Vec<Segment>| SlotText { segments };
    let slots = [
        (
            "body".to_owned(),
            text(vec![bound("claim:brief.1"), Segment::Text { text: "\u{1}".into() }, bound("passage:7")]),
        ),
        ("cta".to_owned(), text(vec![bound("claim:brief.1")])),
    ];
    let draft = Draft {
        content: Content { slots: slots.into() },
        origin: plain.origin,
        context: plain.context,
        findings: vec![error()],
        sources: Vec::new(),
    };
    let edit = NewRevision::drafted(draft, asset, &*world.ids, world.now());
    world.store.revision_edit(asset, &base, edit).await.unwrap();
    world.latest(asset).await
}

async fn known(world: &World) -> (Vec<String>, Vec<String>) {
    let errors = "SELECT CAST(errors AS TEXT) FROM revision_findings ORDER BY revision_id, rules";
    let cited = "SELECT revision_id || ' ' || source_kind || ' ' || source_key FROM citations ORDER BY 1";
    (world.column(errors).await, world.column(cited).await)
}

async fn revisions_of_schema_4_learn_their_errors_and_what_they_cite(world: World) {
    let last = written(&world).await;
    let as_written = known(&world).await;
    assert_eq!(as_written.0, ["2", "1"]);
    assert_eq!(as_written.1, [format!("{} claim brief.1", last.id), format!("{} passage 7", last.id)]);
    let back = match world.dialect() {
        Dialect::Sqlite => BACK_ON_SQLITE,
        Dialect::Postgres => BACK_ON_POSTGRES,
    };
    for statement in back {
        world.sql(statement).await;
    }
    let again = Store::open(&world.url, world.clock.clone(), world.ids.clone()).await.unwrap();
    assert_eq!(known(&world).await, as_written, "counted and gathered from what was there");
    // The guards hold for what was there before, too.
    let approval = world.raw_decision(last.asset).await;
    world.refused(&approval.sql(), "decisions_errors_overridden").await;
    again.close().await;
}
