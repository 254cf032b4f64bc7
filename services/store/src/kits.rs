//! Kits: a brief becomes assets and the jobs that draft them, all in one transaction or not at all.

use std::collections::HashMap;

use countersign_domain::brief::Brief;
use countersign_domain::digest::canonical_json;
use countersign_domain::id::{AssetId, BrandId, BriefId, KitId, UserId};
use countersign_domain::job::Work;
use countersign_domain::kit::{AssetState, Kit};
use countersign_domain::place::{Locale, Market};
use countersign_store_released::idempotency::HOUSE;
use countersign_store_released::row::Reader;
use countersign_store_released::sql::Sql;
use countersign_store_released::{Page, PageRequest, StoreError};
use serde_json::json;
use sqlx::any::AnyRow;

use crate::audit::{Act, append};
use crate::jobs::enqueue;
use crate::{Actor, Reply, Store};

#[derive(Clone, Debug, PartialEq)]
pub struct NewKit {
    pub brand: BrandId,
    pub brief: Brief,
    /// Who asks, and so the author of the drafts.
    pub created_by: UserId,
    pub assets: Vec<NewAsset>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAsset {
    pub asset_type: String,
    pub channel: String,
    pub locale: Locale,
    pub market: Market,
    pub audience: String,
    /// From 1.
    pub variant: u32,
    pub seed: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KitFilter {
    pub brand: Option<BrandId>,
    pub created_by: Option<UserId>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct KitSummary {
    pub kit: Kit,
    /// How many assets are in each state; states without any are left out.
    pub counts: Vec<(AssetState, u64)>,
}

const COLUMNS: &str = "SELECT k.id, k.brand_id, k.brief_id, b.body, k.created_by, k.created_at
FROM kits k JOIN briefs b ON b.id = k.brief_id WHERE 1 = 1";

impl Store {
    /// With `reply`, its answer is kept under the idempotency key in the same transaction.
    pub async fn kit_create(&self, new: NewKit, reply: Option<Reply>) -> Result<Kit, StoreError> {
        let now = self.now();
        let kit = Kit {
            id: KitId::new(self.ids(), now),
            brand: new.brand,
            brief_id: BriefId::new(self.ids(), now),
            brief: new.brief,
            created_by: new.created_by,
            created_at: now,
        };
        let mut tx = self.db.begin().await?;
        sqlx::query("INSERT INTO briefs (id, brand_id, body, created_by, created_at) VALUES ($1, $2, $3, $4, $5)")
            .bind(kit.brief_id.to_string())
            .bind(kit.brand.to_string())
            .bind(canonical_json(&kit.brief))
            .bind(kit.created_by.to_string())
            .bind(now.micros())
            .execute(&mut *tx)
            .await?;
        sqlx::query("INSERT INTO kits (id, brand_id, brief_id, created_by, created_at) VALUES ($1, $2, $3, $4, $5)")
            .bind(kit.id.to_string())
            .bind(kit.brand.to_string())
            .bind(kit.brief_id.to_string())
            .bind(kit.created_by.to_string())
            .bind(now.micros())
            .execute(&mut *tx)
            .await?;
        let mut assets = Vec::with_capacity(new.assets.len());
        for asset in new.assets {
            let id = AssetId::new(self.ids(), now);
            assets.push(id);
            let lane = format!("{}:{}", kit.id, asset.locale);
            sqlx::query(
                "INSERT INTO assets (id, kit_id, brand_id, asset_type, channel, locale, market, audience, variant,
                                     seed, campaign, product, state, created_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'drafting', $13)",
            )
            .bind(id.to_string())
            .bind(kit.id.to_string())
            .bind(kit.brand.to_string())
            .bind(asset.asset_type)
            .bind(asset.channel)
            .bind(asset.locale.to_string())
            .bind(asset.market.to_string())
            .bind(asset.audience)
            .bind(i64::from(asset.variant))
            .bind(asset.seed.cast_signed())
            .bind(kit.brief.campaign.as_str())
            .bind(kit.brief.product.as_str())
            .bind(now.micros())
            .execute(&mut *tx)
            .await?;
            // Drafts of one locale know what those before them say.
            enqueue(&mut tx, self.ids(), now, &Work::DraftAsset { asset: id }, now, Some(&lane)).await?;
        }
        if let Some(reply) = reply {
            let body = (reply.body)(&kit, &assets);
            HOUSE.finish(&mut *tx, &reply.actor.to_string(), &reply.held, reply.status, &body).await?;
        }
        let act = Act {
            actor: Actor::User(kit.created_by),
            action: "kit.created",
            subject: format!("kit:{}", kit.id),
            detail: json!({ "assets": assets.len(), "brand": kit.brand }),
        };
        append(&mut tx, now, act).await?;
        tx.commit().await?;
        Ok(kit)
    }

    pub async fn kit(&self, id: KitId) -> Result<Option<Kit>, StoreError> {
        let row = Sql::new(COLUMNS).push(" AND k.id = ").bind(id.to_string()).fetch_optional(self.db.reader()).await?;
        row.as_ref().map(read_kit).transpose()
    }

    /// Newest first.
    pub async fn kits(&self, filter: KitFilter, page: PageRequest) -> Result<Page<KitSummary>, StoreError> {
        let rows = Sql::new(COLUMNS)
            .and_if(" AND k.brand_id = ", filter.brand.map(|id| id.to_string()))
            .and_if(" AND k.created_by = ", filter.created_by.map(|id| id.to_string()))
            .and_if(" AND k.id < ", page.after()?)
            .push(" ORDER BY k.id DESC LIMIT ")
            .bind(i64::from(page.limit()) + 1)
            .fetch_all(self.db.reader())
            .await?;
        let kits = rows.iter().map(read_kit).collect::<Result<Vec<_>, _>>()?;
        let mut counts = self.progress(&kits).await?;
        let page = Page::cut(kits, page.limit(), |kit| kit.id.to_string());
        Ok(page.map(|kit| KitSummary { counts: counts.remove(&kit.id).unwrap_or_default(), kit }))
    }

    async fn progress(&self, kits: &[Kit]) -> Result<HashMap<KitId, Vec<(AssetState, u64)>>, StoreError> {
        let rows = Sql::new("SELECT kit_id, state, COUNT(*) AS n FROM assets WHERE kit_id IN (")
            .list(kits.iter().map(|kit| kit.id))
            .push(") GROUP BY kit_id, state ORDER BY kit_id, state")
            .fetch_all(self.db.reader())
            .await?;
        let mut counts: HashMap<KitId, Vec<(AssetState, u64)>> = HashMap::new();
        for row in &rows {
            let read = Reader::new(row, "assets", "kit_id");
            counts.entry(read.parse("kit_id")?).or_default().push((read.parse("state")?, read.count("n")?));
        }
        Ok(counts)
    }
}

fn read_kit(row: &AnyRow) -> Result<Kit, StoreError> {
    let read = Reader::new(row, "kits", "id");
    Ok(Kit {
        id: read.parse("id")?,
        brand: read.parse("brand_id")?,
        brief_id: read.parse("brief_id")?,
        brief: read.json("body")?,
        created_by: read.parse("created_by")?,
        created_at: read.time("created_at")?,
    })
}
