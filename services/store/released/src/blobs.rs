//! Bytes that renditions show: the logos of the partner (as pixels and, where it uploaded one, as sanitized SVG) and
//! those of its brand with its badges, present and past.

use countersign_released::digest::Digest;

use crate::error::StoreError;
use crate::identity::PartnerIdentity;
use crate::row::Reader;
use crate::sql::Sql;
use crate::store::ReleasedStore;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    pub media_type: String,
    pub bytes: Vec<u8>,
}

impl Blob {
    /// Reads `media_type` and `bytes`, and checks that they are what `digest` names.
    pub fn checked(read: &Reader<'_>, digest: &Digest) -> Result<Self, StoreError> {
        let bytes = read.bytes("bytes")?;
        if Digest::of_bytes(&bytes) != *digest {
            return Err(read.broken("bytes do not have the digest that they are filed under"));
        }
        Ok(Self { media_type: read.text("media_type")?, bytes })
    }
}

impl ReleasedStore {
    /// Only images of this partner or of its brand; any other digest is unknown here.
    pub async fn blob(&self, partner: &PartnerIdentity, digest: &Digest) -> Result<Option<Blob>, StoreError> {
        let row = Sql::new("SELECT digest, media_type, bytes FROM released_blobs WHERE digest = ")
            .bind(digest.as_str())
            .push(" AND brand_id = ")
            .bind(partner.brand.to_string())
            .push(" AND (partner_id = '' OR partner_id = ")
            .bind(partner.id.to_string())
            .push(") LIMIT 1")
            .fetch_optional(self.db.reader())
            .await?;
        row.map(|row| Blob::checked(&Reader::new(&row, "blobs", "digest"), digest)).transpose()
    }

    /// An image of any brand or partner, for readers of a rendition, who have no key: its address is its digest, and
    /// nobody can guess one.
    pub async fn logo(&self, digest: &Digest) -> Result<Option<Blob>, StoreError> {
        let row = Sql::new("SELECT digest, media_type, bytes FROM released_blobs WHERE digest = ")
            .bind(digest.as_str())
            .push(" LIMIT 1")
            .fetch_optional(self.db.reader())
            .await?;
        row.map(|row| Blob::checked(&Reader::new(&row, "blobs", "digest"), digest)).transpose()
    }
}
