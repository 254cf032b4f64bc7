//! Overrides: the errors that a person let stand with an approval, each with its reason. Written with their decision and
//! never changed; partners see none of them.

use countersign_domain::id::{AssetId, DecisionId};
use countersign_domain::overriding::Overridden;
use countersign_store_released::StoreError;
use countersign_store_released::db::Tx;
use countersign_store_released::row::Reader;
use countersign_store_released::sql::Sql;
use serde_json::{Value, json};
use sqlx::any::AnyRow;
use sqlx::{Any, Executor};

use crate::Store;

const COLUMNS: &str =
    "SELECT o.decision_id, o.finding, o.rule, o.pack, o.slot, o.starts_at, o.ends_at, o.message, o.reason
FROM decision_overrides o JOIN decisions d ON d.id = o.decision_id
WHERE ";

impl Store {
    /// What stands with a decision, in the order of the revision's findings.
    pub async fn overrides(&self, decision: DecisionId) -> Result<Vec<Overridden>, StoreError> {
        let rows = Sql::new(COLUMNS)
            .push("o.decision_id = ")
            .bind(decision.to_string())
            .push(" ORDER BY o.finding")
            .fetch_all(self.db.reader())
            .await?;
        rows.iter().map(|row| Ok(read(row)?.1)).collect()
    }
}

/// Of all decisions of an asset.
pub(crate) async fn of_asset(
    executor: impl Executor<'_, Database = Any>,
    asset: AssetId,
) -> Result<Vec<(DecisionId, Overridden)>, StoreError> {
    let rows = Sql::new(COLUMNS)
        .push("d.asset_id = ")
        .bind(asset.to_string())
        .push(" ORDER BY o.decision_id, o.finding")
        .fetch_all(executor)
        .await?;
    rows.iter().map(read).collect()
}

pub(crate) async fn insert(tx: &mut Tx, decision: DecisionId, overrides: &[Overridden]) -> Result<(), StoreError> {
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    for overridden in overrides {
        sqlx::query(
            "INSERT INTO decision_overrides (decision_id, finding, rule, pack, slot, starts_at, ends_at, message, reason)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(decision.to_string())
        .bind(number(overridden.finding))
        .bind(overridden.rule.as_str())
        .bind(overridden.pack.as_str())
        .bind(overridden.slot.as_str())
        .bind(number(overridden.start))
        .bind(number(overridden.end))
        .bind(overridden.message.as_str())
        .bind(overridden.reason.as_str())
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// For the audit trail, which holds nobody's text: a message may quote the draft, a reason anything.
pub(crate) fn trail(overrides: &[Overridden]) -> Value {
    let said = overrides.iter().map(|overridden| {
        json!({ "rule": overridden.rule, "pack": overridden.pack, "slot": overridden.slot, "start": overridden.start,
            "end": overridden.end })
    });
    said.collect()
}

fn read(row: &AnyRow) -> Result<(DecisionId, Overridden), StoreError> {
    let read = Reader::new(row, "decision_overrides", "decision_id");
    let overridden = Overridden {
        finding: read.count("finding")?,
        rule: read.text("rule")?,
        pack: read.text("pack")?,
        slot: read.text("slot")?,
        start: read.count("starts_at")?,
        end: read.count("ends_at")?,
        message: read.text("message")?,
        reason: read.text("reason")?,
    };
    Ok((read.parse("decision_id")?, overridden))
}
