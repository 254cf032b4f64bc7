//! Claims on reviews: short leases with a fence, so that two people do not examine the same thing.

use countersign_domain::clock::Timestamp;
use countersign_domain::digest::Digest;
use countersign_domain::id::{ReviewId, UserId};
use countersign_store_released::StoreError;
use countersign_store_released::db::Tx;
use countersign_store_released::row::Reader;
use countersign_store_released::sql::Sql;

use crate::Store;

#[derive(Clone, PartialEq, Eq)]
pub struct ClaimedLease {
    /// What the holder shows when deciding. Only its hash is stored.
    pub token: String,
    pub fence: i64,
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for ClaimedLease {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClaimedLease")
            .field("fence", &self.fence)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimRefusal {
    #[error("{by} has this review in hand until {until}")]
    Held { by: String, until: Timestamp },
    #[error("this review is closed")]
    Closed,
    #[error("you are the author of this revision; another person must review it")]
    OwnWork,
    #[error("your claim on this review has lapsed or was taken over; claim it again")]
    Lost,
}

#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    #[error(transparent)]
    Refused(#[from] ClaimRefusal),
    #[error("there is no such review")]
    NotFound,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for ClaimError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Store {
    /// Who claims anew what they hold already (a reloaded page) gets a new token; the old page's token dies.
    pub async fn review_claim(
        &self,
        review: ReviewId,
        user: UserId,
        ttl_seconds: i64,
    ) -> Result<ClaimedLease, ClaimError> {
        let now = self.now();
        let mut tx = self.db.begin().await?;
        let Some(seen) = self.look(&mut tx, review).await? else { return Err(ClaimError::NotFound) };
        if !seen.open {
            return Err(ClaimRefusal::Closed.into());
        }
        if seen.author == user {
            return Err(ClaimRefusal::OwnWork.into());
        }
        if let Some((holder, by, until)) = seen.lease
            && holder != user
            && until > now
        {
            return Err(ClaimRefusal::Held { by, until }.into());
        }
        let token = self.token(now);
        let lease = ClaimedLease { fence: seen.fence + 1, expires_at: now.plus_seconds(ttl_seconds), token };
        let rows = sqlx::query(
            "UPDATE reviews SET lease_holder = $2, lease_token_hash = $3, lease_expires_at = $4, fence = $5
             WHERE id = $1 AND state = 'open' AND fence = $6",
        )
        .bind(review.to_string())
        .bind(user.to_string())
        .bind(hash(&lease.token))
        .bind(lease.expires_at.micros())
        .bind(lease.fence)
        .bind(seen.fence)
        .execute(&mut *tx)
        .await?
        .rows_affected();
        if rows != 1 {
            return Err(ClaimRefusal::Lost.into());
        }
        tx.commit().await?;
        Ok(lease)
    }

    pub async fn review_renew(
        &self,
        review: ReviewId,
        user: UserId,
        token: &str,
        ttl_seconds: i64,
    ) -> Result<ClaimedLease, ClaimError> {
        let now = self.now();
        let expires_at = now.plus_seconds(ttl_seconds);
        let row = sqlx::query(
            "UPDATE reviews SET lease_expires_at = $4
             WHERE id = $1 AND state = 'open' AND lease_holder = $2 AND lease_token_hash = $3 AND lease_expires_at > $5
             RETURNING id, fence",
        )
        .bind(review.to_string())
        .bind(user.to_string())
        .bind(hash(token))
        .bind(expires_at.micros())
        .bind(now.micros())
        .fetch_all(self.db.writer())
        .await?;
        match row.first() {
            Some(row) => {
                let fence = Reader::new(row, "reviews", "id").number("fence")?;
                Ok(ClaimedLease { token: token.to_owned(), fence, expires_at })
            }
            None => Err(self.why_not(review).await?),
        }
    }

    /// Gives the review back to the queue. What was lost already stays lost, without an error.
    pub async fn review_release_claim(&self, review: ReviewId, user: UserId, token: &str) -> Result<(), ClaimError> {
        sqlx::query(
            "UPDATE reviews SET lease_holder = NULL, lease_token_hash = NULL, lease_expires_at = NULL
             WHERE id = $1 AND state = 'open' AND lease_holder = $2 AND lease_token_hash = $3",
        )
        .bind(review.to_string())
        .bind(user.to_string())
        .bind(hash(token))
        .execute(self.db.writer())
        .await?;
        Ok(())
    }

    async fn why_not(&self, review: ReviewId) -> Result<ClaimError, StoreError> {
        let row = Sql::new("SELECT id, state FROM reviews WHERE id = ")
            .bind(review.to_string())
            .fetch_optional(self.db.reader())
            .await?;
        let Some(row) = row else { return Ok(ClaimError::NotFound) };
        let open = Reader::new(&row, "reviews", "id").text("state")? == "open";
        Ok(if open { ClaimRefusal::Lost } else { ClaimRefusal::Closed }.into())
    }

    async fn look(&self, tx: &mut Tx, review: ReviewId) -> Result<Option<Seen>, StoreError> {
        // The lock is the review's alone: names and authors do not change.
        let row =
            Sql::new("SELECT id, revision_id, state, fence, lease_holder, lease_expires_at FROM reviews WHERE id = ")
                .bind(review.to_string())
                .push(self.db.dialect.for_update())
                .fetch_optional(&mut **tx)
                .await?;
        let Some(row) = row else { return Ok(None) };
        let read = Reader::new(&row, "reviews", "id");
        let named = sqlx::query(
            "SELECT v.id, v.author_id, h.name AS holder_name FROM revisions v LEFT JOIN users h ON h.id = $2
             WHERE v.id = $1",
        )
        .bind(read.text("revision_id")?)
        .bind(read.text_opt("lease_holder")?)
        .fetch_one(&mut **tx)
        .await?;
        let named = Reader::new(&named, "revisions", "id");
        let lease =
            match (read.parse_opt("lease_holder")?, named.text_opt("holder_name")?, read.time_opt("lease_expires_at")?)
            {
                (Some(holder), Some(name), Some(until)) => Some((holder, name, until)),
                _ => None,
            };
        Ok(Some(Seen {
            open: read.text("state")? == "open",
            author: named.parse("author_id")?,
            fence: read.number("fence")?,
            lease,
        }))
    }

    /// 148 random bits of the injected source, hashed into one word.
    fn token(&self, now: Timestamp) -> String {
        let (one, two) = (self.ids.uuid(now), self.ids.uuid(now));
        Digest::of_bytes(format!("review lease {one} {two}").as_bytes()).hex().to_owned()
    }
}

struct Seen {
    open: bool,
    author: UserId,
    fence: i64,
    lease: Option<(UserId, String, Timestamp)>,
}

pub(crate) fn hash(token: &str) -> String {
    Digest::of_bytes(token.as_bytes()).to_string()
}
