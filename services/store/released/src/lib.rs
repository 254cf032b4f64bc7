//! What partners may read and say: the released view of the database, and nothing else.
//!
//! It reads only the views `released_*` (and writes pulls, feedback, acknowledgements and its own idempotency
//! records); on PostgreSQL it does so in the role `countersign_partner`, to which the database shows nothing more. It
//! never names a draft's table or type: this crate depends on `countersign-released` alone. It holds, besides, the
//! plumbing that the whole store shares (errors, pages, the dialect), because it is the lower of the two crates.
//! Start reading at [`store`], then [`assets`]. To show partners one more thing, add it to a view in
//! `services/store/migrations`, then read it here.

#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test may stop at the first surprise"))]

pub mod assets;
pub mod blobs;
pub mod changes;
pub mod db;
pub mod dialect;
pub mod editions;
pub mod error;
pub mod idempotency;
pub mod identity;
pub mod page;
pub mod recalls;
pub mod records;
pub mod row;
pub mod sql;
pub mod store;

pub use assets::AssetFilter;
pub use blobs::Blob;
pub use changes::{Change, ChangeKind};
pub use editions::Edition;
pub use error::StoreError;
pub use idempotency::Begin;
pub use identity::{PartnerIdentity, PartnerKind};
pub use page::{Page, PageRequest};
pub use recalls::OpenRecall;
pub use records::{NewFeedback, NewPull};
pub use store::ReleasedStore;
