//! Whether what a revision cites may still be said. A claim's evidence expires and a passage is withdrawn while a draft
//! waits for its reviewer: then it is not approved, and what was approved moments before is not released.

use countersign_domain::clock::Timestamp;
use countersign_domain::content::Content;
use countersign_domain::id::BrandId;
use countersign_domain::kit::Asset;
use countersign_domain::place::Market;
use countersign_domain::review::Revision;
use countersign_store_released::StoreError;
use countersign_store_released::row::Reader;
use countersign_store_released::sql::Sql;
use sqlx::AnyConnection;

use crate::Store;
use crate::claims::{self, read_claim};
use crate::passages::{self, read_passage};

impl Store {
    /// What of the revision's text may not be said any more, one clause each; empty when all of it may.
    pub async fn lapsed(&self, asset: &Asset, revision: &Revision) -> Result<Vec<String>, StoreError> {
        let mut connection = self.db.reader().acquire().await?;
        lapsed(&mut connection, asset.brand, asset.market, &revision.content, self.now()).await
    }
}

pub(crate) async fn lapsed(
    connection: &mut AnyConnection,
    brand: BrandId,
    market: Market,
    content: &Content,
    now: Timestamp,
) -> Result<Vec<String>, StoreError> {
    let mut cited: Vec<&str> = content.bound().map(|bound| bound.source.as_str()).collect();
    cited.sort_unstable();
    cited.dedup();
    let mut lapsed = Vec::new();
    for source in cited {
        let why = match source.split_once(':') {
            // The brief's own claims have no life of their own.
            Some(("claim", key)) if !key.starts_with("brief.") => claim(connection, brand, market, key, now).await?,
            Some(("passage", id)) => passage(connection, brand, market, id, now).await?,
            _ => None,
        };
        lapsed.extend(why);
    }
    Ok(lapsed)
}

async fn claim(
    connection: &mut AnyConnection,
    brand: BrandId,
    market: Market,
    key: &str,
    now: Timestamp,
) -> Result<Option<String>, StoreError> {
    let row = Sql::new(claims::COLUMNS)
        .bind(brand.to_string())
        .push(" AND claim_key = ")
        .bind(key)
        .fetch_optional(connection)
        .await?;
    let Some(claim) = row.as_ref().map(read_claim).transpose()? else {
        return Ok(Some(format!("the claim `{key}` is not in the library")));
    };
    Ok(match claim.expires_at {
        Some(end) if end <= now => Some(format!("the evidence of the claim `{key}` expired on {}", day(end))),
        _ if !claim.may_run(market, now) => Some(format!("the claim `{key}` may not be made in {market}")),
        _ => None,
    })
}

async fn passage(
    connection: &mut AnyConnection,
    brand: BrandId,
    market: Market,
    id: &str,
    now: Timestamp,
) -> Result<Option<String>, StoreError> {
    let row = Sql::new(passages::COLUMNS)
        .bind(brand.to_string())
        .push(" AND id = ")
        .bind(id)
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else { return Ok(Some("a passage that it cites is not in the library".to_owned())) };
    let passage = read_passage(&row)?;
    let source = &passage.source;
    if Reader::new(&row, "passages", "id").time_opt("withdrawn_at")?.is_some() {
        return Ok(Some(format!("the passage from {source} was withdrawn")));
    }
    Ok(match passage.valid_until {
        Some(end) if end <= now => Some(format!("the passage from {source} was valid until {}", day(end))),
        _ if !passage.may_run(market, now) => Some(format!("the passage from {source} may not run in {market} now")),
        _ => None,
    })
}

fn day(at: Timestamp) -> String {
    at.rfc3339().chars().take(10).collect()
}
