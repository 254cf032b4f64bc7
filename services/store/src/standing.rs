//! Whether what a revision cites may still be said. A claim's evidence expires and a passage is withdrawn while a draft
//! waits for its reviewer: then it is not approved, what was approved moments before is not released, and what is out
//! already waits to be recalled.
//!
//! One query answers for any number of revisions, by what the database itself wrote down of their text (`citations`); what
//! is said of a draft in a list, at its review and at its decision is the same answer.

use std::collections::{BTreeMap, HashMap};

use countersign_domain::clock::Timestamp;
use countersign_domain::finding::{Finding, Severity};
use countersign_domain::id::RevisionId;
use countersign_domain::kit::{Asset, AssetState};
use countersign_domain::place::Market;
use countersign_domain::review::Revision;
use countersign_store_released::StoreError;
use countersign_store_released::row::Reader;
use countersign_store_released::sql::Sql;
use sqlx::any::AnyRow;
use sqlx::{Any, Executor};

use crate::Store;

/// The brief's own claims have no life of their own.
const CITED: &str = "SELECT q.revision_id, q.source_kind, q.source_key, a.market AS here,
       k.id AS claim_id, k.markets AS claim_markets, k.expires_at AS claim_ends,
       g.id AS passage_id, g.source AS passage_source, g.market AS passage_market, g.valid_from, g.valid_until,
       g.withdrawn_at
FROM citations q
JOIN revisions v ON v.id = q.revision_id
JOIN assets a ON a.id = v.asset_id
LEFT JOIN claims k ON q.source_kind = 'claim' AND k.brand_id = a.brand_id AND k.claim_key = q.source_key
LEFT JOIN passages g ON q.source_kind = 'passage' AND g.brand_id = a.brand_id AND g.id = q.source_key
WHERE ((q.source_kind = 'claim' AND q.source_key NOT LIKE 'brief.%') OR q.source_kind = 'passage')
  AND q.revision_id IN (";

impl Store {
    /// What of the revision's text may not be said any more, one clause each; empty when all of it may.
    pub async fn lapsed(&self, revision: RevisionId) -> Result<Vec<String>, StoreError> {
        let mut found = lapsed(self.db.reader(), &[revision], self.now()).await?;
        Ok(found.remove(&revision).unwrap_or_default())
    }
}

/// By revision; those of which everything may be said are not in it.
pub(crate) async fn lapsed(
    executor: impl Executor<'_, Database = Any>,
    revisions: &[RevisionId],
    now: Timestamp,
) -> Result<HashMap<RevisionId, Vec<String>>, StoreError> {
    let mut found: HashMap<RevisionId, Vec<String>> = HashMap::new();
    if revisions.is_empty() {
        return Ok(found);
    }
    let rows = Sql::new(CITED)
        .list(revisions)
        .push(") ORDER BY q.revision_id, q.source_kind, q.source_key")
        .fetch_all(executor)
        .await?;
    for row in &rows {
        if let Some(why) = why(row, now)? {
            found.entry(Reader::new(row, "citations", "revision_id").parse("revision_id")?).or_default().push(why);
        }
    }
    Ok(found)
}

/// The revision of an asset whose text may still go out: of what was rejected or is out already there is nothing to warn.
pub(crate) fn waiting<'a>(asset: &Asset, revision: Option<&'a Revision>) -> Option<&'a Revision> {
    let waits = matches!(asset.state, AssetState::InReview | AssetState::ChangesRequested | AssetState::Approved);
    revision.filter(|_| waits)
}

/// Narrows a statement over releases `r` down to those that cite what may not be said any more: the same question as
/// [`why`], asked where all of them are.
pub(crate) fn only_lapsed(sql: Sql, now: Timestamp) -> Sql {
    sql.push(
        " AND EXISTS (SELECT 1 FROM citations q
            LEFT JOIN claims k ON q.source_kind = 'claim' AND k.brand_id = r.brand_id AND k.claim_key = q.source_key
            LEFT JOIN passages g ON q.source_kind = 'passage' AND g.brand_id = r.brand_id AND g.id = q.source_key
            WHERE q.revision_id = r.revision_id AND (
                (q.source_kind = 'claim' AND q.source_key NOT LIKE 'brief.%' AND (k.id IS NULL
                    OR (k.markets <> '[]' AND k.markets NOT LIKE '%\"' || r.market || '\"%') OR k.expires_at <= ",
    )
    .bind(now.micros())
    .push(
        ")) OR (q.source_kind = 'passage' AND (g.id IS NULL OR g.withdrawn_at IS NOT NULL
                    OR (g.market IS NOT NULL AND g.market <> r.market) OR g.valid_until <= ",
    )
    .bind(now.micros())
    .push(" OR g.valid_from > ")
    .bind(now.micros())
    .push("))))")
}

/// One clause as a finding on the asset as a whole: found now and kept nowhere, and nothing is approved against it.
#[must_use]
pub fn finding(clause: &str) -> Finding {
    let mut chars = clause.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    Finding {
        rule: "library.lapsed".to_owned(),
        severity: Severity::Block,
        slot: String::new(),
        start: 0,
        end: 0,
        message: format!("{first}{}.", chars.as_str()),
        messages: BTreeMap::new(),
        fix: None,
    }
}

fn why(row: &AnyRow, now: Timestamp) -> Result<Option<String>, StoreError> {
    let read = Reader::new(row, "citations", "revision_id");
    let here: Market = read.parse("here")?;
    if read.text("source_kind")? == "claim" { claim(&read, here, now) } else { passage(&read, here, now) }
}

fn claim(read: &Reader<'_>, here: Market, now: Timestamp) -> Result<Option<String>, StoreError> {
    let key = read.text("source_key")?;
    if read.text_opt("claim_id")?.is_none() {
        return Ok(Some(format!("the claim `{key}` is not in the library")));
    }
    let markets: Vec<Market> = read.json("claim_markets")?;
    Ok(match read.time_opt("claim_ends")? {
        Some(end) if end <= now => Some(format!("the evidence of the claim `{key}` expired on {}", day(end))),
        _ if !markets.is_empty() && !markets.contains(&here) => {
            Some(format!("the claim `{key}` may not be made in {here}"))
        }
        _ => None,
    })
}

fn passage(read: &Reader<'_>, here: Market, now: Timestamp) -> Result<Option<String>, StoreError> {
    if read.text_opt("passage_id")?.is_none() {
        return Ok(Some("a passage that it cites is not in the library".to_owned()));
    }
    let source = read.text("passage_source")?;
    if read.time_opt("withdrawn_at")?.is_some() {
        return Ok(Some(format!("the passage from {source} was withdrawn")));
    }
    let elsewhere = read.parse_opt::<Market>("passage_market")?.is_some_and(|market| market != here);
    let early = read.time_opt("valid_from")?.is_some_and(|start| start > now);
    Ok(match read.time_opt("valid_until")? {
        Some(end) if end <= now => Some(format!("the passage from {source} was valid until {}", day(end))),
        _ if elsewhere || early => Some(format!("the passage from {source} may not run in {here} now")),
        _ => None,
    })
}

fn day(at: Timestamp) -> String {
    at.rfc3339().chars().take(10).collect()
}
