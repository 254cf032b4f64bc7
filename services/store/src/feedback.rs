//! What partners say of a release, for the vendor to read.

use countersign_domain::clock::Timestamp;
use countersign_domain::id::{FeedbackId, ReleaseId};
use countersign_domain::profile::Profile;
use countersign_store_released::StoreError;
use countersign_store_released::row::Reader;
use countersign_store_released::sql::Sql;

use crate::Store;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feedback {
    pub id: FeedbackId,
    pub partner_slug: String,
    pub partner_name: String,
    /// A word of the partner API's closed set.
    pub kind: String,
    /// Whatever the partner wrote: text of somebody else's.
    pub comment: String,
    pub given_at: Timestamp,
}

impl Store {
    /// What partners said of the release, the latest first; 500 at most.
    pub async fn feedback(&self, release: ReleaseId) -> Result<Vec<Feedback>, StoreError> {
        let rows = Sql::new(
            "SELECT f.id, f.kind, f.body, f.given_at, p.slug, l.profile
             FROM feedback f
             JOIN partners p ON p.id = f.partner_id
             JOIN partner_profiles l ON l.partner_id = p.id
                 AND l.version = (SELECT MAX(n.version) FROM partner_profiles n WHERE n.partner_id = p.id)
             WHERE f.release_id = ",
        )
        .bind(release.to_string())
        .push(" ORDER BY f.id DESC LIMIT 500")
        .fetch_all(self.db.reader())
        .await?;
        rows.iter()
            .map(|row| {
                let read = Reader::new(row, "feedback", "id");
                let profile: Profile = read.json("profile")?;
                Ok(Feedback {
                    id: read.parse("id")?,
                    partner_slug: read.text("slug")?,
                    partner_name: profile.display_name,
                    kind: read.text("kind")?,
                    comment: read.text("body")?,
                    given_at: read.time("given_at")?,
                })
            })
            .collect()
    }
}
