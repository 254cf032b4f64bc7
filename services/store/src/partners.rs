//! Partners, their certification, and the versions of their co-branding profiles.

use countersign_domain::clock::Timestamp;
use countersign_domain::digest::canonical_json;
use countersign_domain::id::{BrandId, PartnerId};
use countersign_domain::place::{Locale, Market};
use countersign_domain::profile::Profile;
use countersign_store_released::db::Tx;
use countersign_store_released::dialect::Dialect;
use countersign_store_released::row::Reader;
use countersign_store_released::sql::Sql;
use countersign_store_released::{PartnerKind, StoreError};
use serde_json::json;
use sqlx::any::AnyRow;

use crate::audit::{Act, append};
use crate::statements::keep;
use crate::{Actor, Store};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPartner {
    pub brand: BrandId,
    /// Short name in URLs and files, one of its kind.
    pub slug: String,
    pub kind: PartnerKind,
    pub tier: String,
    /// Where it may run assets. Empty means nowhere.
    pub markets: Vec<Market>,
    /// A bare language stands for all its regions.
    pub locales: Vec<Locale>,
    /// The first instant without the badge of its tier; none: not certified.
    pub certified_until: Option<Timestamp>,
    pub profile: Profile,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partner {
    pub id: PartnerId,
    pub brand: BrandId,
    pub slug: String,
    pub kind: PartnerKind,
    pub tier: String,
    pub markets: Vec<Market>,
    pub locales: Vec<Locale>,
    /// Only the keys of an active partner open anything.
    pub active: bool,
    /// The first instant without the badge of its tier; none: not certified.
    pub certified_until: Option<Timestamp>,
    /// The latest, with the badge where it held when this was read. Of its description partners get the latest wording
    /// that was approved ([`Store::statement`]).
    pub profile: Profile,
    pub profile_version: i64,
    pub created_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerUpdate {
    pub tier: String,
    pub markets: Vec<Market>,
    pub locales: Vec<Locale>,
    pub active: bool,
    pub certified_until: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileVersion {
    pub partner: PartnerId,
    /// From 1.
    pub version: i64,
    /// As it was written: without a badge.
    pub profile: Profile,
    pub created_at: Timestamp,
}

const COLUMNS: &str =
    "SELECT p.id, p.brand_id, p.slug, p.kind, p.tier, p.markets, p.locales, p.active, p.certified_until,
       p.created_at, f.profile, f.version
FROM partners p
JOIN partner_profiles f ON f.partner_id = p.id
    AND f.version = (SELECT MAX(l.version) FROM partner_profiles l WHERE l.partner_id = p.id)
WHERE 1 = 1";

impl Store {
    /// [`StoreError::Conflict`] when the slug is taken. Logos must have been [`Store::blob_put`] before.
    pub async fn partner_create(&self, new: NewPartner, actor: Actor) -> Result<Partner, StoreError> {
        let now = self.now();
        let written = new.profile.written();
        let partner = Partner {
            id: PartnerId::new(self.ids(), now),
            brand: new.brand,
            slug: new.slug,
            kind: new.kind,
            profile: written.clone().certified(&new.tier, new.certified_until, now),
            tier: new.tier,
            markets: new.markets,
            locales: new.locales,
            active: true,
            certified_until: new.certified_until,
            profile_version: 1,
            created_at: now,
        };
        let mut tx = self.db.begin().await?;
        let rows = sqlx::query(
            "INSERT INTO partners (id, brand_id, slug, kind, tier, markets, locales, active, created_at,
                 certified_until)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, $9) ON CONFLICT (slug) DO NOTHING",
        )
        .bind(partner.id.to_string())
        .bind(partner.brand.to_string())
        .bind(partner.slug.as_str())
        .bind(partner.kind.as_str())
        .bind(partner.tier.as_str())
        .bind(json!(partner.markets).to_string())
        .bind(json!(partner.locales).to_string())
        .bind(now.micros())
        .bind(partner.certified_until.map(Timestamp::micros))
        .execute(&mut *tx)
        .await?
        .rows_affected();
        if rows == 0 {
            return Err(StoreError::conflict("there is a partner with this slug already"));
        }
        let first = ProfileVersion { partner: partner.id, version: 1, profile: written, created_at: now };
        insert_profile(&mut tx, &first, actor).await?;
        let detail = json!({ "kind": partner.kind, "tier": partner.tier, "markets": partner.markets,
            "certified_until": partner.certified_until });
        append(&mut tx, now, Act { actor, action: "partner.created", subject: subject(partner.id), detail }).await?;
        tx.commit().await?;
        Ok(partner)
    }

    pub async fn partner(&self, id: PartnerId) -> Result<Option<Partner>, StoreError> {
        let row = Sql::new(COLUMNS).push(" AND p.id = ").bind(id.to_string()).fetch_optional(self.db.reader()).await?;
        row.as_ref().map(|row| read_partner(row, self.now())).transpose()
    }

    pub async fn partner_by_slug(&self, slug: &str) -> Result<Option<Partner>, StoreError> {
        let row = Sql::new(COLUMNS).push(" AND p.slug = ").bind(slug).fetch_optional(self.db.reader()).await?;
        row.as_ref().map(|row| read_partner(row, self.now())).transpose()
    }

    /// In order of slugs.
    pub async fn partners(&self, brand: Option<BrandId>) -> Result<Vec<Partner>, StoreError> {
        let rows = Sql::new(COLUMNS)
            .and_if(" AND p.brand_id = ", brand.map(|brand| brand.to_string()))
            .push(" ORDER BY p.slug")
            .fetch_all(self.db.reader())
            .await?;
        let now = self.now();
        rows.iter().map(|row| read_partner(row, now)).collect()
    }

    /// [`StoreError::Conflict`] when the profile has another version by now than `expected_version`. A badge in it is
    /// not kept: it is certification that gives one. Logos must have been [`Store::blob_put`] before.
    pub async fn partner_update_profile(
        &self,
        id: PartnerId,
        expected_version: i64,
        profile: Profile,
        actor: Actor,
    ) -> Result<ProfileVersion, StoreError> {
        let now = self.now();
        let mut tx = self.db.begin().await?;
        let current =
            latest_version(&mut tx, self.db.dialect, id).await?.ok_or_else(|| StoreError::missing("partner", id))?;
        if current != expected_version {
            return Err(StoreError::conflict(format!("the profile has version {current} by now; load it again")));
        }
        let profile = profile.written();
        let next = ProfileVersion { partner: id, version: current + 1, profile, created_at: now };
        // Should two get here at once, the primary key lets one through.
        insert_profile(&mut tx, &next, actor).await?;
        let detail = json!({ "version": next.version, "digest": next.profile.digest() });
        append(&mut tx, now, Act { actor, action: "partner.profile_changed", subject: subject(id), detail }).await?;
        tx.commit().await?;
        Ok(next)
    }

    /// [`StoreError::Conflict`] when the partner has another place by now than in `seen`.
    pub async fn partner_update(
        &self,
        seen: &Partner,
        update: PartnerUpdate,
        actor: Actor,
    ) -> Result<Partner, StoreError> {
        let (now, id) = (self.now(), seen.id);
        let mut tx = self.db.begin().await?;
        let rows = sqlx::query(
            "UPDATE partners SET tier = $2, markets = $3, locales = $4, active = $5, certified_until = $6
             WHERE id = $1 AND tier = $7 AND markets = $8 AND locales = $9 AND active = $10
               AND certified_until IS NOT DISTINCT FROM $11",
        )
        .bind(id.to_string())
        .bind(update.tier.as_str())
        .bind(json!(update.markets).to_string())
        .bind(json!(update.locales).to_string())
        .bind(i64::from(update.active))
        .bind(update.certified_until.map(Timestamp::micros))
        .bind(seen.tier.as_str())
        .bind(json!(seen.markets).to_string())
        .bind(json!(seen.locales).to_string())
        .bind(i64::from(seen.active))
        .bind(seen.certified_until.map(Timestamp::micros))
        .execute(&mut *tx)
        .await?
        .rows_affected();
        if rows == 0 {
            return Err(StoreError::conflict("the partner has changed by now; load it again"));
        }
        let detail = json!({ "tier": update.tier, "markets": update.markets, "locales": update.locales,
            "active": update.active, "certified_until": update.certified_until });
        append(&mut tx, now, Act { actor, action: "partner.changed", subject: subject(id), detail }).await?;
        let row = Sql::new(COLUMNS).push(" AND p.id = ").bind(id.to_string()).fetch_optional(&mut *tx).await?;
        let partner = row.as_ref().map(|row| read_partner(row, now)).transpose()?;
        tx.commit().await?;
        partner.ok_or_else(|| StoreError::broken("partners", id, "has no profile"))
    }
}

/// The number of the latest profile; its partner's row stays locked until the commit.
pub(crate) async fn latest_version(
    tx: &mut Tx,
    dialect: Dialect,
    partner: PartnerId,
) -> Result<Option<i64>, StoreError> {
    let row = Sql::new(
        "SELECT id, (SELECT MAX(version) FROM partner_profiles WHERE partner_id = id) AS version
         FROM partners WHERE id = ",
    )
    .bind(partner.to_string())
    .push(dialect.for_update())
    .fetch_optional(&mut **tx)
    .await?;
    row.map(|row| Reader::new(&row, "partners", "id").number("version")).transpose()
}

pub(crate) fn subject(id: PartnerId) -> String {
    format!("partner:{id}")
}

/// With its description, which waits for a second person where it is new.
async fn insert_profile(tx: &mut Tx, new: &ProfileVersion, actor: Actor) -> Result<(), StoreError> {
    keep(tx, new.partner, &new.profile.description, actor, new.created_at).await?;
    sqlx::query(
        "INSERT INTO partner_profiles (partner_id, version, profile, digest, created_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(new.partner.to_string())
    .bind(new.version)
    .bind(canonical_json(&new.profile))
    .bind(new.profile.digest().to_string())
    .bind(actor.to_string())
    .bind(new.created_at.micros())
    .execute(&mut **tx)
    .await?;
    let profile = &new.profile;
    for logo in [&profile.logo, &profile.logo_dark, &profile.logo_vector].into_iter().flatten() {
        sqlx::query(
            "INSERT INTO partner_logos (partner_id, digest) VALUES ($1, $2) ON CONFLICT (partner_id, digest) DO NOTHING",
        )
        .bind(new.partner.to_string())
        .bind(logo.as_str())
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// With the badge, if it holds at `now`.
fn read_partner(row: &AnyRow, now: Timestamp) -> Result<Partner, StoreError> {
    let read = Reader::new(row, "partners", "id");
    let tier = read.text("tier")?;
    let certified_until = read.time_opt("certified_until")?;
    Ok(Partner {
        id: read.parse("id")?,
        brand: read.parse("brand_id")?,
        slug: read.text("slug")?,
        kind: read.parse("kind")?,
        profile: read.json::<Profile>("profile")?.certified(&tier, certified_until, now),
        tier,
        markets: read.json("markets")?,
        locales: read.json("locales")?,
        active: read.number("active")? == 1,
        certified_until,
        profile_version: read.number("version")?,
        created_at: read.time("created_at")?,
    })
}
