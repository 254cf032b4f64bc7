//! Imports: texts that a person brought from elsewhere, such as translations, become revisions, all of them or none.

use countersign_domain::digest::Digest;
use countersign_domain::id::{AssetId, KitId, ReviewId};
use countersign_domain::kit::AssetState;
use countersign_domain::review::{NewRevision, Origin};
use countersign_store_released::StoreError;
use serde_json::json;

use crate::assets::lock_asset;
use crate::audit::{Act, append};
use crate::revisions::latest;
use crate::{Actor, Store};

/// The text that one asset is to have.
#[derive(Clone, Debug, PartialEq)]
pub struct NewImport {
    /// The digest of the revision that whoever wrote the text had before them; `None` for an asset without any.
    pub base: Option<Digest>,
    pub revision: NewRevision,
}

impl Store {
    /// Writes every import of one kit, in one transaction: another revision each, another review each, no approvals. The
    /// reviews, in the order of `imports`.
    ///
    /// An asset that could not be drafted, say for want of a source in its language, may get its first text so.
    ///
    /// # Errors
    /// [`StoreError::Moved`] when a base is not the latest; [`StoreError::Conflict`] when an asset is being drafted, or
    /// is approved and about to be released, or is none of the kit's. Nothing is written then.
    pub async fn revisions_import(&self, kit: KitId, imports: Vec<NewImport>) -> Result<Vec<ReviewId>, StoreError> {
        let now = self.now();
        let mut order: Vec<usize> = (0..imports.len()).collect();
        // Locks are taken in one order, so that two imports of one kit wait for each other and do not stand still.
        order.sort_by_key(|i| imports.get(*i).map(|import| import.revision.asset.to_string()));
        let mut tx = self.db.begin().await?;
        let mut done = Vec::with_capacity(imports.len());
        for i in order {
            let Some(NewImport { base, revision }) = imports.get(i) else { continue };
            let Origin::Imported { by } = revision.origin else {
                return Err(StoreError::conflict("an import has somebody who imported it"));
            };
            let asset = lock_asset(&mut tx, self.db.dialect, revision.asset)
                .await?
                .filter(|asset| asset.kit == kit)
                .ok_or_else(|| StoreError::missing("asset of this kit", revision.asset))?;
            let last = latest(&mut tx, asset.id).await?;
            may_import(asset.id, asset.state)?;
            match (&last, base) {
                (Some(last), base) if base.as_ref() != Some(&last.digest) => {
                    return Err(StoreError::Moved { now: last.digest.clone() });
                }
                (None, Some(_)) => return Err(StoreError::conflict("the asset has no text yet")),
                _ => {}
            }
            if last.as_ref().is_some_and(|last| last.digest == revision.digest && last.context == revision.context) {
                return Err(StoreError::conflict("nothing changed"));
            }
            let number = last.map_or(1, |last| last.number + 1);
            done.push((i, by, asset.id, self.succeed(&mut tx, &asset, revision, number).await?));
        }
        for (i, by, asset, review) in &done {
            let Some(NewImport { base, revision }) = imports.get(*i) else { continue };
            let act = Act {
                actor: Actor::User(*by),
                action: "revision.imported",
                subject: format!("asset:{asset}"),
                detail: json!({ "revision": revision.id, "digest": revision.digest, "base": base, "review": review }),
            };
            append(&mut tx, now, act).await?;
        }
        tx.commit().await?;
        done.sort_by_key(|(i, ..)| *i);
        Ok(done.into_iter().map(|(.., review)| review).collect())
    }
}

/// In which states an asset takes a text from outside.
fn may_import(asset: AssetId, state: AssetState) -> Result<(), StoreError> {
    match state {
        AssetState::Drafting => {
            Err(StoreError::conflict(format!("the asset {asset} is being drafted; wait for its draft")))
        }
        AssetState::Approved => Err(StoreError::conflict(format!(
            "the asset {asset} is approved and about to be released; its reviewer may still take that back, or import after \
             the release"
        ))),
        _ => Ok(()),
    }
}
