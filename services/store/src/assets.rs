//! Assets: where each stands. Their row is the lock under which everything about one asset happens in turn.

use std::collections::HashMap;

use countersign_domain::id::{AssetId, KitId, ReleaseId, ReviewId, RevisionId};
use countersign_domain::job::{Lease, Work};
use countersign_domain::kit::{Asset, AssetState};
use countersign_domain::review::Revision;
use countersign_store_released::StoreError;
use countersign_store_released::db::Tx;
use countersign_store_released::dialect::Dialect;
use countersign_store_released::row::Reader;
use countersign_store_released::sql::Sql;
use serde_json::json;

use crate::audit::{Act, append};
use crate::jobs::{bury, hold};
use crate::revisions::{LATEST, read_revision};
use crate::standing::{lapsed, waiting};
use crate::{Actor, Store};

/// An asset with its latest revision, its open review and its live release, as far as there are any.
#[derive(Clone, Debug, PartialEq)]
pub struct AssetView {
    pub asset: Asset,
    pub revision: Option<Revision>,
    pub review: Option<ReviewId>,
    pub release: Option<ReleaseId>,
    /// Of a draft that is not released and may still be: what of its text may not be said any more, one clause each.
    pub lapsed: Vec<String>,
}

const VIEW: &str = "SELECT a.id, a.kit_id, a.brand_id, a.asset_type, a.channel, a.locale, a.market, a.audience,
       a.variant, a.seed, a.state, a.failure, a.created_at,
       (SELECT w.id FROM reviews w WHERE w.asset_id = a.id AND w.state = 'open') AS review_id,
       (SELECT r.id FROM releases r WHERE r.asset_id = a.id
            AND NOT EXISTS (SELECT 1 FROM release_ends e WHERE e.release_id = r.id)) AS release_id
FROM assets a WHERE ";

impl Store {
    /// All of a kit, in the order of its plan.
    pub async fn assets(&self, kit: KitId) -> Result<Vec<AssetView>, StoreError> {
        let rows = Sql::new(LATEST)
            .push(" AND v.asset_id IN (SELECT id FROM assets WHERE kit_id = ")
            .bind(kit.to_string())
            .push(")")
            .fetch_all(self.db.reader())
            .await?;
        let mut latest: HashMap<AssetId, Revision> = HashMap::new();
        for row in &rows {
            let revision = read_revision(row)?;
            latest.insert(revision.asset, revision);
        }
        let rows = Sql::new(VIEW)
            .push("a.kit_id = ")
            .bind(kit.to_string())
            .push(" ORDER BY a.id")
            .fetch_all(self.db.reader())
            .await?;
        let mut views = rows
            .iter()
            .map(|row| {
                let read = Reader::new(row, "assets", "id");
                let asset = read_asset(&read)?;
                Ok(AssetView {
                    revision: latest.remove(&asset.id),
                    review: read.parse_opt("review_id")?,
                    release: read.parse_opt("release_id")?,
                    asset,
                    lapsed: Vec::new(),
                })
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        self.tell_standing(&mut views).await?;
        Ok(views)
    }

    pub async fn asset(&self, id: AssetId) -> Result<Option<AssetView>, StoreError> {
        let row = Sql::new(VIEW).push("a.id = ").bind(id.to_string()).fetch_optional(self.db.reader()).await?;
        let Some(row) = row else { return Ok(None) };
        let revision =
            Sql::new(LATEST).push(" AND v.asset_id = ").bind(id.to_string()).fetch_optional(self.db.reader()).await?;
        let read = Reader::new(&row, "assets", "id");
        let mut view = [AssetView {
            asset: read_asset(&read)?,
            revision: revision.as_ref().map(read_revision).transpose()?,
            review: read.parse_opt("review_id")?,
            release: read.parse_opt("release_id")?,
            lapsed: Vec::new(),
        }];
        self.tell_standing(&mut view).await?;
        let [view] = view;
        Ok(Some(view))
    }

    async fn tell_standing(&self, views: &mut [AssetView]) -> Result<(), StoreError> {
        let revisions: Vec<RevisionId> = views
            .iter()
            .filter_map(|view| waiting(&view.asset, view.revision.as_ref()))
            .map(|revision| revision.id)
            .collect();
        let mut found = lapsed(self.db.reader(), &revisions, self.now()).await?;
        for view in views {
            let waits = waiting(&view.asset, view.revision.as_ref()).map(|revision| revision.id);
            view.lapsed = waits.and_then(|id| found.remove(&id)).unwrap_or_default();
        }
        Ok(())
    }

    /// Gives a draft up for a reason that another attempt would not mend, such as a missing source. The job becomes a
    /// dead letter, so that a person can restart it once the reason is gone. `reason` is for the marketer to read.
    pub async fn asset_failed(&self, lease: &Lease, asset: AssetId, reason: &str) -> Result<(), StoreError> {
        if lease.work != (Work::DraftAsset { asset }) {
            return Err(StoreError::conflict("this lease is for another job"));
        }
        let now = self.now();
        let mut tx = self.db.begin().await?;
        hold(&mut tx, self.db.dialect, lease).await?;
        bury(&mut tx, self.db.dialect, lease, reason, now).await?;
        let detail = json!({ "job": lease.job, "attempt": lease.attempt });
        let act = Act { actor: Actor::System, action: "asset.failed", subject: format!("asset:{asset}"), detail };
        append(&mut tx, now, act).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Takes the asset's lock for this transaction. Always before a review's, a decision's or a counter's.
pub(crate) async fn lock_asset(tx: &mut Tx, dialect: Dialect, id: AssetId) -> Result<Option<Asset>, StoreError> {
    let row = Sql::new(
        "SELECT id, kit_id, brand_id, asset_type, channel, locale, market, audience, variant, seed, state, failure,
                created_at FROM assets WHERE id = ",
    )
    .bind(id.to_string())
    .push(dialect.for_update())
    .fetch_optional(&mut **tx)
    .await?;
    row.map(|row| read_asset(&Reader::new(&row, "assets", "id"))).transpose()
}

/// Moves an asset on, under its lock, from the state that was read there.
pub(crate) async fn set_state(
    tx: &mut Tx,
    id: AssetId,
    from: AssetState,
    to: AssetState,
    failure: Option<&str>,
) -> Result<(), StoreError> {
    let rows = sqlx::query("UPDATE assets SET state = $3, failure = $4 WHERE id = $1 AND state = $2")
        .bind(id.to_string())
        .bind(from.as_str())
        .bind(to.as_str())
        .bind(failure)
        .execute(&mut **tx)
        .await?
        .rows_affected();
    if rows == 1 { Ok(()) } else { Err(StoreError::conflict("the asset is in another state by now")) }
}

pub(crate) fn read_asset(read: &Reader<'_>) -> Result<Asset, StoreError> {
    Ok(Asset {
        id: read.parse("id")?,
        kit: read.parse("kit_id")?,
        brand: read.parse("brand_id")?,
        asset_type: read.text("asset_type")?,
        channel: read.text("channel")?,
        locale: read.parse("locale")?,
        market: read.parse("market")?,
        audience: read.text("audience")?,
        variant: read.count("variant")?,
        seed: read.number("seed")?.cast_unsigned(),
        state: read.parse("state")?,
        failure: read.text_opt("failure")?,
        created_at: read.time("created_at")?,
    })
}
