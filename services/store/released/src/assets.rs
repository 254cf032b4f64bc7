//! Live releases, as far as a partner's brand, markets and locales go.

use countersign_released::clock::Timestamp;
use countersign_released::content::Content;
use countersign_released::digest::Digest;
use countersign_released::id::AssetId;
use countersign_released::place::{Locale, Market};
use countersign_released::release::{Context, Provenance, Release};
use sqlx::any::AnyRow;

use crate::error::StoreError;
use crate::identity::PartnerIdentity;
use crate::page::{Page, PageRequest};
use crate::row::Reader;
use crate::sql::Sql;
use crate::store::ReleasedStore;

#[derive(Clone, Debug, Default)]
pub struct AssetFilter {
    pub locale: Option<Locale>,
    pub market: Option<Market>,
    pub channel: Option<String>,
    pub campaign: Option<String>,
    /// Released at or after.
    pub updated_since: Option<Timestamp>,
    pub page: PageRequest,
}

const LIVE: &str = "SELECT release_id, asset_id, digest, context_digest, content, context, campaign, product, audience,
       market, locale, channel, released_at, origin, model, author_id, approver_id, approved_at
FROM released_assets WHERE brand_id = ";

impl ReleasedStore {
    /// Oldest first, so that a release that comes while somebody pages is on a later page.
    pub async fn assets(&self, partner: &PartnerIdentity, filter: AssetFilter) -> Result<Page<Release>, StoreError> {
        let limit = filter.page.limit();
        let after = filter.page.after()?;
        let sql = entitled(Sql::new(LIVE).bind(partner.brand.to_string()), partner)
            .and_if(" AND locale = ", filter.locale.map(|locale| locale.to_string()))
            .and_if(" AND market = ", filter.market.map(|market| market.to_string()))
            .and_if(" AND channel = ", filter.channel)
            .and_if(" AND campaign = ", filter.campaign)
            .and_if(" AND released_at >= ", filter.updated_since.map(Timestamp::micros))
            .and_if(" AND release_id > ", after)
            .push(" ORDER BY release_id LIMIT ")
            .bind(i64::from(limit) + 1);
        let rows = sql.fetch_all(self.db.reader()).await?;
        let releases = rows.iter().map(read_release).collect::<Result<Vec<_>, _>>()?;
        Ok(Page::cut(releases, limit, |release| release.id.to_string()))
    }

    pub async fn asset(&self, partner: &PartnerIdentity, asset: AssetId) -> Result<Option<Release>, StoreError> {
        let sql = entitled(Sql::new(LIVE).bind(partner.brand.to_string()), partner)
            .push(" AND asset_id = ")
            .bind(asset.to_string());
        let row = sql.fetch_optional(self.db.reader()).await?;
        row.as_ref().map(read_release).transpose()
    }
}

/// Keeps only what the partner's markets and locales cover. The tags come from the partner's own row, parsed.
pub(crate) fn entitled(sql: Sql, partner: &PartnerIdentity) -> Sql {
    let mut sql = sql.push(" AND market IN (").list(&partner.markets).push(") AND (locale IN (").list(&partner.locales);
    sql = sql.push(")");
    for bare in partner.locales.iter().filter(|locale| !locale.as_str().contains('-')) {
        sql = sql.push(" OR locale LIKE ").bind(format!("{bare}-%"));
    }
    sql.push(")")
}

fn read_release(row: &AnyRow) -> Result<Release, StoreError> {
    let read = Reader::new(row, "releases", "release_id");
    let content: Content = read.json("content")?;
    let context: Context = read.json("context")?;
    let digest: Digest = read.parse("digest")?;
    // The last of the gate's checks: what leaves is what was signed, byte for byte, in the context it was signed for.
    if content.digest() != digest {
        return Err(read.broken("content does not have the digest that was approved"));
    }
    if context.digest() != read.parse("context_digest")? {
        return Err(read.broken("context does not have the digest that was approved"));
    }
    let same_place = context.market == read.parse("market")?
        && context.locale == read.parse("locale")?
        && context.channel == read.text("channel")?;
    if !same_place {
        return Err(read.broken("market, locale or channel differ from the approved context"));
    }
    Ok(Release {
        id: read.parse("release_id")?,
        asset: read.parse("asset_id")?,
        digest,
        context,
        content,
        campaign: read.text("campaign")?,
        product: read.text("product")?,
        audience: read.text("audience")?,
        released_at: read.time("released_at")?,
        provenance: Provenance {
            model: read.text("model")?,
            origin: read.text("origin")?,
            author: read.text("author_id")?,
            approver: read.text("approver_id")?,
            approved_at: read.time("approved_at")?,
        },
    })
}
