//! What partners leave behind: which rendition they pulled, and what they say of it.

use countersign_released::digest::Digest;
use countersign_released::id::{FeedbackId, PullId, ReleaseId};

use crate::assets::entitled;
use crate::error::StoreError;
use crate::idempotency::{Held, PARTNER};
use crate::identity::PartnerIdentity;
use crate::sql::Sql;
use crate::store::ReleasedStore;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPull {
    pub release: ReleaseId,
    /// `html`, `text`, `json` and so on.
    pub format: String,
    pub rendition_digest: Digest,
    pub profile_version: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFeedback {
    pub release: ReleaseId,
    /// A word from a closed set of the API's, such as `used`, `problem`, `idea`.
    pub kind: String,
    pub text: String,
}

/// What to answer when the request comes again.
pub struct FeedbackAnswer<'a> {
    pub held: &'a Held,
    pub status: u16,
    pub body: &'a (dyn Fn(FeedbackId) -> String + Send + Sync),
}

impl std::fmt::Debug for FeedbackAnswer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FeedbackAnswer").field("held", &self.held).field("status", &self.status).finish_non_exhaustive()
    }
}

impl ReleasedStore {
    /// `None` when the release is not live any more (or never was, for this partner): then do not hand out the bytes.
    /// Call it before answering, so that a recall knows of every copy.
    pub async fn record_pull(&self, partner: &PartnerIdentity, pull: NewPull) -> Result<Option<PullId>, StoreError> {
        let (id, sql) = self.pull(partner, pull);
        let rows = sql.execute(self.db.writer()).await?;
        Ok((rows == 1).then_some(id))
    }

    /// Of what goes out together: all pulls are on record, or none and `false` when one of the releases is not live.
    pub async fn record_pulls(&self, partner: &PartnerIdentity, pulls: Vec<NewPull>) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        for pull in pulls {
            if self.pull(partner, pull).1.execute(&mut *tx).await? != 1 {
                return Ok(false);
            }
        }
        tx.commit().await?;
        Ok(true)
    }

    fn pull(&self, partner: &PartnerIdentity, pull: NewPull) -> (PullId, Sql) {
        let now = self.clock.now();
        let id = PullId::new(&*self.ids, now);
        let sql = Sql::new(
            "INSERT INTO pulls (id, partner_id, key_id, format, rendition_digest, profile_version, pulled_at,
                                release_id) SELECT ",
        )
        .bind(id.to_string())
        .push(", ")
        .bind(partner.id.to_string())
        .push(", ")
        .bind(partner.key_id.to_string())
        .push(", ")
        .bind(pull.format)
        .push(", ")
        .bind(pull.rendition_digest.to_string())
        .push(", ")
        .bind(pull.profile_version)
        .push(", ")
        .bind(now.micros())
        .push(", release_id FROM released_assets WHERE brand_id = ")
        .bind(partner.brand.to_string());
        (id, entitled(sql, partner).push(" AND release_id = ").bind(pull.release.to_string()))
    }

    /// `None` when there never was such a release for this partner. Ended releases may still be spoken of. Feedback and
    /// its answer under an idempotency key are kept together or not at all.
    pub async fn feedback(
        &self,
        partner: &PartnerIdentity,
        feedback: NewFeedback,
        answer: Option<FeedbackAnswer<'_>>,
    ) -> Result<Option<FeedbackId>, StoreError> {
        let now = self.clock.now();
        let id = FeedbackId::new(&*self.ids, now);
        let mut tx = self.db.begin().await?;
        let sql = Sql::new("INSERT INTO feedback (id, partner_id, kind, body, given_at, release_id) SELECT ")
            .bind(id.to_string())
            .push(", ")
            .bind(partner.id.to_string())
            .push(", ")
            .bind(feedback.kind)
            .push(", ")
            .bind(feedback.text)
            .push(", ")
            .bind(now.micros())
            .push(", release_id FROM released_history WHERE kind = 'released' AND brand_id = ")
            .bind(partner.brand.to_string());
        let rows = entitled(sql, partner)
            .push(" AND release_id = ")
            .bind(feedback.release.to_string())
            .execute(&mut *tx)
            .await?;
        if rows != 1 {
            return Ok(None);
        }
        if let Some(FeedbackAnswer { held, status, body }) = answer {
            PARTNER.finish(&mut *tx, &partner.id.to_string(), held, status, &body(id)).await?;
        }
        tx.commit().await?;
        Ok(Some(id))
    }
}
